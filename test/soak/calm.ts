import { setTimeout as pause } from 'node:timers/promises';
import type { AwsSecretStatus } from '../../src/crds/aws-secret.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { Api } from './api.ts';
import { collectGarbage } from './churn.ts';
import type { SoakedOperator } from './operator.ts';
import { pathOf } from './places.ts';
import type { ObjectCounts, Rest, Sample } from './sample.ts';
import type { Stage } from './stage.ts';

type LiveAwsSecret = KubeObject & { readonly status?: AwsSecretStatus };

const SAMPLES = 5;
const COUNTS = 3;
const BETWEEN_SAMPLES_MS = 3_000;
/** Rests of rollouts, and retries of what the storm met, are over in less. */
const SETTLED_MS = 600_000;
const LOOK_MS = 1_000;
/** So often in a row nothing is to be done. */
const QUIET_LOOKS = 10;
/** The same until connections that idle are closed. */
const IDLE_LOOKS = 70;

/** Waits until the operator has nothing left to do, and takes samples. */
export async function sampleAtRest(stage: Stage, operator: SoakedOperator): Promise<Rest> {
  await expectRest(stage, operator);
  // Of the connections to the API server those that idle are kept for a minute, those to AWS for longer.
  await stage.faults.disconnect();
  await expectRest(stage, operator, IDLE_LOOKS);
  const samples: Sample[] = [];
  while (samples.length < SAMPLES) {
    samples.push(await operator.sample());
    await pause(BETWEEN_SAMPLES_MS);
  }
  return { samples, objects: await countLeast(operator) };
}

/** A call that is under way at one of the counts is no leak. */
async function countLeast(operator: SoakedOperator): Promise<ObjectCounts> {
  const counts: ObjectCounts[] = [];
  while (counts.length < COUNTS) {
    counts.push(await operator.countObjects());
    await pause(BETWEEN_SAMPLES_MS);
  }
  const least = (figure: keyof ObjectCounts): number => Math.min(...counts.map(count => count[figure]));
  return { timers: least('timers'), signals: least('signals') };
}

/** Waits until every AwsSecret is Ready and its workloads run with its content, and nobody has work for some seconds. */
export async function expectRest(
  { api, namespaces }: Stage,
  operator: SoakedOperator,
  quietLooks = QUIET_LOOKS,
): Promise<void> {
  await collectGarbage(api, namespaces);
  let looks = 0;
  let unsettled: readonly string[] = [];
  const wait = { timeoutMs: SETTLED_MS, intervalMs: LOOK_MS };
  await until('the operator is at rest', wait, async () => {
    await operator.assertAlive();
    unsettled = await unsettledOnes(api, namespaces);
    const depth = await operator.metric('workqueue_depth');
    const active = await operator.metric('controller_runtime_active_workers');
    looks = unsettled.length === 0 && depth === 0 && active === 0 ? looks + 1 : 0;
    return looks >= quietLooks;
  }).catch(error => {
    throw new Error(`${error}; not settled: ${unsettled.join(', ') || 'its queues'}`);
  });
}

async function unsettledOnes(api: Api, namespaces: readonly string[]): Promise<readonly string[]> {
  const all = await Promise.all(namespaces.map(namespace => api.list<LiveAwsSecret>(pathOf('awssecrets', namespace))));
  return all
    .flat()
    .filter(awsSecret => !isSettled(awsSecret))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

function isSettled({ metadata, status }: LiveAwsSecret): boolean {
  const statusOf = (type: string) => status?.conditions?.find(condition => condition.type === type)?.status;
  // Nothing is said of workloads where there are none.
  const isRolledOut = (statusOf('RolledOut') ?? 'True') === 'True';
  return status?.observedGeneration === metadata.generation && statusOf('Ready') === 'True' && isRolledOut;
}
