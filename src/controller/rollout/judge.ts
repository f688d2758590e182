import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { SyncError } from '../runtime/error.ts';
import type { Log } from '../runtime/log.ts';
import type { KnownChange } from './change.ts';
import { exemption, isDue, restMs, standing } from './due.ts';
import { podEvicted, restarted, restartFailed, restartReverted } from './events.ts';
import { jointRestart } from './joint-restart.ts';
import { SETTLE_MS } from './margins.ts';
import type { Remembered } from './memory.ts';
import type { PodReader, Restarter, RolloutMetrics } from './ports.ts';
import { rolledStatus, workloadStatus } from './status.ts';
import { mayHaveStrays, strays } from './strays.ts';
import type { Verdict } from './verdict.ts';
import type { Workload } from './workload.ts';

/** A restart that was taken back this often will be taken back again: whoever does it has to stop first. */
const MAX_RESTARTS = 2;
/** The workload's own status wakes us when an evicted pod is replaced; this is for a budget that forbids it now. */
const EVICTION_RECHECK_MS = 30_000;

export interface JudgeDependencies {
  readonly pods: PodReader;
  readonly restarter: Restarter;
  readonly metrics: RolloutMetrics;
}

/** One consumer of the Secret of `awsSecret`, its present change, and what is known of both. */
export interface Case {
  readonly awsSecret: AwsSecret;
  readonly workload: Workload;
  readonly change: KnownChange;
  readonly remembered: Remembered;
  /** Changes of the other Secrets that the workload uses. */
  readonly others: () => readonly KnownChange[];
}

/** Looks at one consumer, and restarts it or evicts a pod of it where that is due. */
export async function judge(of: Case, deps: JudgeDependencies, log: Log): Promise<Verdict> {
  const { workload, change, remembered } = of;
  const exempt = exemption(workload, change);
  const stands = standing(workload, change);
  if (stands === 'current') return exempt === undefined ? await judgeRolled(of, deps, log) : rolled(of);
  if (exempt !== undefined) return verdict(of, workloadStatus(workload, 'Exempt', exempt.reason, exempt.message));
  if (stands === 'fresh' || remembered.isFresh) return upToDate(of);
  const waitMs = restMs(change);
  if (waitMs === 0) return await judgeByPods(of, deps, log);
  return pending(of, 'the kubelets are being given time to see the Secret', waitMs);
}

/** Restarts the workload if one of its containers started under older content. */
async function judgeByPods(of: Case, deps: JudgeDependencies, log: Log): Promise<Verdict> {
  const { awsSecret, workload, change, remembered } = of;
  const containers = await deps.pods.startedContainers(workload);
  if (!containers.ok) return failed(of, containers.error);
  if (!isDue(workload, change, containers.value)) return settling(upToDate(of), change);
  if (workload.replacement === 'onDelete') {
    const message = 'its update strategy is OnDelete: delete its pods to have them take the new content';
    return verdict(of, workloadStatus(workload, 'Pending', 'OnDelete', message));
  }
  if (remembered.restarts >= MAX_RESTARTS) {
    const message = `its restart was taken back ${MAX_RESTARTS} times; see what writes its pod template`;
    const status = workloadStatus(workload, 'Failed', 'RestartReverted', message);
    return { ...verdict(of, status), events: [restartReverted(awsSecret, workload, change)] };
  }
  const joint = jointRestart(workload, change, of.others(), containers.value);
  if (joint.kind === 'wait') return pending(of, `it waits for Secret ${joint.secretName}, which changes too`, joint.ms);

  const patched = await deps.restarter.restart(workload, joint.annotations);
  if (!patched.ok && patched.error.retry === 'conflict') return outrun(of, patched.error);
  deps.metrics.restarted(workload.kind, patched.ok ? 'success' : 'error');
  if (!patched.ok) return failed(of, patched.error);
  const secrets = joint.changes.map(({ secretName }) => secretName);
  log.info('workload restarted', { workload: `${workload.kind}/${workload.metadata.name}`, secret: secrets.join(',') });
  // The cached workload is older than the patch: its progress is that of the previous template.
  const progress = { ...workload.progress, isComplete: false, isStuck: false, updated: 0 };
  return {
    ...verdict(of, rolledStatus({ ...workload, progress })),
    remembered: { ...remembered, restarts: remembered.restarts + 1 },
    events: [restarted(awsSecret, workload, change)],
  };
}

/** Evicts the first pod that its template calls current and that is not; the next one when that is replaced. */
async function judgeRolled(of: Case, deps: JudgeDependencies, log: Log): Promise<Verdict> {
  const { awsSecret, workload, change, remembered } = of;
  const { isComplete, desired } = workload.progress;
  // Whatever the clocks say, no pod has its turn twice.
  const isAsked = isComplete && workload.replacement === 'rolling' && remembered.evictions < desired;
  if (!isAsked || remembered.isFresh || !mayHaveStrays(change)) return rolled(of);
  if (change.knownMs < SETTLE_MS) return settling(rolled(of), change);
  const containers = await deps.pods.startedContainers(workload);
  if (!containers.ok) return failed(of, containers.error);
  const [pod] = strays(workload, change, containers.value);
  if (pod === undefined) return { ...rolled(of), remembered: { ...remembered, isFresh: true } };
  // The cached workload may be older than the last eviction.
  const running = new Set(containers.value.map(container => container.pod.uid)).size;
  if (running < desired) return replacing(of, `${running} of ${desired} pods run`);
  const evicted = await deps.restarter.evict(workload, pod);
  if (!evicted.ok) return evicted.error.retry === 'conflict' ? outrun(of, evicted.error) : failed(of, evicted.error);
  if (evicted.value === 'forbidden') {
    return replacing(of, `pod ${pod.name} is to be replaced, but its PodDisruptionBudget allows no disruption now`);
  }
  log.info('pod evicted', { workload: `${workload.kind}/${workload.metadata.name}`, name: pod.name });
  return {
    ...replacing(of, `pod ${pod.name} is being replaced`),
    remembered: { ...remembered, evictions: remembered.evictions + 1 },
    events: [podEvicted(awsSecret, workload, change, pod)],
  };
}

function verdict({ workload, remembered }: Case, status: Verdict['status']): Verdict {
  return { workload, status, remembered, events: [] };
}

function rolled(of: Case): Verdict {
  return verdict(of, rolledStatus(of.workload));
}

function upToDate(of: Case): Verdict {
  return verdict(of, workloadStatus(of.workload, 'UpToDate'));
}

/** A container that starts within these seconds may still get the old content: look once more when they are over. */
function settling(found: Verdict, { knownMs }: KnownChange): Verdict {
  const leftMs = SETTLE_MS - knownMs;
  return leftMs > 0
    ? { ...found, recheckMs: leftMs }
    : { ...found, remembered: { ...found.remembered, isFresh: true } };
}

function pending(of: Case, message: string, recheckMs?: number): Verdict {
  const status = workloadStatus(of.workload, 'Pending', 'RollingOut', message);
  return { ...verdict(of, status), ...(recheckMs !== undefined && { recheckMs }) };
}

/** Pods that run with other content than the template names are replaced one by one. */
function replacing(of: Case, message: string): Verdict {
  const status = workloadStatus(of.workload, 'RollingOut', 'RollingOut', message);
  return { ...verdict(of, status), recheckMs: EVICTION_RECHECK_MS };
}

/** Somebody has just written the workload or its pod: nothing failed, what is there now decides. */
function outrun(of: Case, error: SyncError): Verdict {
  return { ...pending(of, 'it is being changed'), error };
}

function failed(of: Case, error: SyncError): Verdict {
  const { awsSecret, workload, change } = of;
  const status = workloadStatus(workload, 'Failed', error.reason, error.message);
  return { ...verdict(of, status), events: [restartFailed(awsSecret, workload, change, error)], error };
}
