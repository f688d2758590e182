import { type Bound, runBound } from './bound-process.ts';
import { measureBundle } from './bundle.ts';
import { createAwsSecrets, createNamespace, PREFIX, plainManifests, startCluster } from './cluster.ts';
import { type ColdSync, measureColdSync } from './cold-sync.ts';
import { type Figures, percentile, sum } from './figures.ts';
import { type MachineLoad, watchMachine } from './machine-load.ts';
import { startObserver } from './observer.ts';
import { startOperatorProcess } from './operator-process.ts';
import type { Options } from './options.ts';
import { type RunPlace, say } from './program.ts';
import { type Latencies, measureRotation } from './rotation.ts';
import { startStandin } from './standin.ts';
import { measureSteady, type Steady } from './steady.ts';
import type { Subject } from './subject.ts';

/** Of all calls to AWS while values rotate: the goal is stated under it. */
const THROTTLED_SHARE = 0.1;

/** All that one run has measured. */
export interface Run {
  readonly kubernetes: string;
  readonly figures: Figures;
  readonly boundBefore: Bound;
  readonly boundAfter: Bound;
  readonly cold: ColdSync;
  /** What the machine did during the cold sync. */
  readonly coldLoad: MachineLoad;
  readonly steady: Steady | null;
  readonly rotation: Latencies | null;
}

export interface RunOptions extends Options, RunPlace {}

/** bound → operator: cold sync → steady → rotation → bound, on a control plane of its own. `teardown` ends what is left. */
export async function measureRun({ n, steadyS, rotate, directory, teardown }: RunOptions): Promise<Run> {
  const cluster = await startCluster(directory, teardown);
  const standin = await startStandin(directory);
  teardown.add(() => standin.stop());
  const passwords = await standin.seed(n, PREFIX);
  await createNamespace(cluster);
  await createAwsSecrets(cluster, plainManifests(n));
  const bound = (namespace: string) =>
    runBound({ n, namespace, kube: cluster, awsUrl: standin.url, directory, teardown });
  say(`${n} AwsSecrets on Kubernetes ${cluster.version}; the bound`);
  const boundBefore = await bound('bound-before');

  say('the operator: cold sync');
  const observer = await startObserver(cluster.transport, teardown);
  await standin.resetCounts();
  const { kubeconfig } = cluster;
  const endOfSpan = await watchMachine(directory);
  const operator = await startOperatorProcess({ kubeconfig, standins: [standin], directory, teardown });
  const subject: Subject = { operator, standins: [standin], observer };
  const cold = await measureColdSync(subject, passwords);
  const coldLoad = endOfSpan();
  if (steadyS > 0) say(`${steadyS} s in which nothing changes`);
  const steady = steadyS > 0 ? await measureSteady(subject, steadyS) : null;
  if (rotate > 0) say(`${rotate} values change, ${THROTTLED_SHARE * 100} % of the calls are throttled`);
  const changed = Array.from({ length: rotate }, (_, i) => `${PREFIX}${i}`);
  const throttled = () => standin.throttle(THROTTLED_SHARE);
  const rotation = rotate > 0 ? await measureRotation(subject, changed, throttled) : null;
  const peakRssMib = await operator.peakRssMib();
  await operator.stop();
  await observer.stop();
  await standin.throttle(0);

  say('the bound again');
  const boundAfter = await bound('bound-after');
  const [boundS, boundCpuS] = [
    mean(boundBefore.seconds, boundAfter.seconds),
    mean(boundBefore.cpuSeconds, boundAfter.cpuSeconds),
  ];
  const latencies = Object.values(rotation ?? {});
  const figures: Figures = {
    n,
    bound_s: boundS,
    bound_cpu_s: boundCpuS,
    first_s: cold.firstS,
    cold_s: cold.coldS,
    cold_ratio: cold.coldS / boundS,
    settled_s: cold.settledS,
    settled_ratio: cold.settledS / boundS,
    cold_cpu_s: cold.coldCpuS,
    settled_cpu_s: cold.settledCpuS,
    peak_rss_mib: peakRssMib,
    cold_calls: sum(cold.calls),
    steady_calls_per_min: steady ? sum(steady.callsPerMin) : null,
    steady_cpu_s_per_min: steady ? steady.cpuSPerMin : null,
    rotate_p50_s: percentile(latencies, 0.5),
    rotate_p99_s: percentile(latencies, 0.99),
    rotate_max_s: percentile(latencies, 1),
    ready_s: cold.readyS,
    bundle_mb: (await measureBundle()).inPodMb,
  };
  return { kubernetes: cluster.version, figures, boundBefore, boundAfter, cold, coldLoad, steady, rotation };
}

function mean(a: number, b: number): number {
  return (a + b) / 2;
}
