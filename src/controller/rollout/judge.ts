import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Result, SyncError } from '../runtime/error.ts';
import type { Log } from '../runtime/log.ts';
import type { Change, KnownChange } from './change.ts';
import { exemption, isDue, restMs, standing } from './due.ts';
import { podEvicted, restarted, restartFailed, restartReverted } from './events.ts';
import { jointRestart } from './joint-restart.ts';
import { lastingFrom, leftMs } from './lasting.ts';
import { LATE_RECHECK_MS } from './lateness.ts';
import { SETTLE_MS } from './margins.ts';
import type { Remembered } from './memory.ts';
import type { PodReader, Restarter, RolloutMetrics } from './ports.ts';
import { rolledStatus, workloadStatus } from './status.ts';
import { mayHaveStrays, strays } from './strays.ts';
import type { Verdict } from './verdict.ts';
import type { Workload } from './workload.ts';

/** A restart that was taken back this often will be taken back again: whoever does it has to stop first. */
const MAX_RESTARTS = 2;
/** The workload's own status wakes us when an evicted pod is replaced; this is for one that does not tell it. */
const EVICTION_RECHECK_MS = 30_000;
/** Behind whatever else waits for a worker. */
const NEXT_TURN_MS = 1_000;

export interface JudgeDependencies {
  readonly pods: PodReader;
  readonly restarter: Restarter;
  readonly metrics: RolloutMetrics;
  readonly clock: Clock;
}

/** One consumer of the Secret of `awsSecret`, its present change, and what is known of both. */
export interface Case {
  readonly awsSecret: AwsSecret;
  readonly workload: Workload;
  readonly change: KnownChange;
  readonly remembered: Remembered;
  /** Changes of the other Secrets that the workload uses. */
  readonly others: () => readonly KnownChange[];
  /** The first of these changes that its Secret tells of no more, as the API server says now. */
  readonly lateOf: (changes: readonly Change[]) => Promise<Result<Change | undefined>>;
  /** By the monotonic clock: no call is begun for it later, but it is looked at again. */
  readonly turnEndMs: number;
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
  if (waitMs > 0) return pending(of, 'the kubelets are being given time to see the Secret', waitMs);
  return withoutCalls(of, deps) ?? (await judgeByPods(of, deps, log));
}

/** What was found before, while that lasts, or what is to be said when the time for calls is over. */
function withoutCalls(of: Case, { clock }: JudgeDependencies): Verdict | undefined {
  const { workload, remembered, turnEndMs } = of;
  const nowMs = clock.monotonic();
  const ms = remembered.lasting === undefined ? 0 : leftMs(remembered.lasting, workload, nowMs);
  if (remembered.lasting !== undefined && ms > 0) return { ...verdict(of, remembered.lasting.status), recheckMs: ms };
  return nowMs < turnEndMs ? undefined : pending(of, 'it waits for its turn', NEXT_TURN_MS);
}

/** Restarts the workload if one of its containers has older content. */
async function judgeByPods(of: Case, deps: JudgeDependencies, log: Log): Promise<Verdict> {
  const { awsSecret, workload, change, remembered } = of;
  const containers = await deps.pods.podContainers(workload);
  if (!containers.ok) return unsuccessful(of, containers.error, deps);
  if (!isDue(workload, change, containers.value)) return settling(upToDate(of), change);
  if (workload.replacement === 'onDelete') {
    const message = 'its update strategy is OnDelete: delete its pods to have them take the new content';
    return lasting(of, verdict(of, workloadStatus(workload, 'Pending', 'OnDelete', message)), deps);
  }
  if (remembered.restarts >= MAX_RESTARTS) {
    const message = `its restart was taken back ${MAX_RESTARTS} times; see what writes its pod template`;
    const status = workloadStatus(workload, 'Failed', 'RestartReverted', message);
    return lasting(of, { ...verdict(of, status), events: [restartReverted(awsSecret, workload, change)] }, deps);
  }
  const joint = jointRestart(workload, change, of.others(), containers.value);
  if (joint.kind === 'wait') return pending(of, `it waits for Secret ${joint.secretName}, which changes too`, joint.ms);
  const late = await lateVerdict(of, joint.changes, deps);
  if (late !== undefined) return late;

  const patched = await deps.restarter.restart(workload, joint.annotations);
  const isOutrun = !patched.ok && patched.error.retry === 'conflict';
  if (!isOutrun) deps.metrics.restarted(workload.kind, patched.ok ? 'success' : 'error');
  if (!patched.ok) return unsuccessful(of, patched.error, deps);
  const secrets = joint.changes.map(({ secretName }) => secretName);
  log.info('workload restarted', { workload: `${workload.kind}/${workload.metadata.name}`, secret: secrets.join(',') });
  // The cached workload is older than the patch: its progress is that of the previous template.
  const progress = { ...workload.progress, isComplete: false, isStuck: false, updated: 0 };
  return {
    ...verdict(of, rolledStatus({ ...workload, progress })),
    remembered: { ...remembered, restarts: remembered.restarts + 1, lasting: undefined },
    events: [restarted(awsSecret, workload, change)],
  };
}

/** What is to be said when one of these changes is not the last of its Secret any more, or nobody can tell. */
async function lateVerdict(
  of: Case,
  changes: readonly Change[],
  deps: JudgeDependencies,
): Promise<Verdict | undefined> {
  const late = await of.lateOf(changes);
  if (!late.ok) return unsuccessful(of, late.error, deps);
  if (late.value === undefined) return undefined;
  return pending(of, `Secret ${late.value.secretName} has changed again meanwhile`, LATE_RECHECK_MS);
}

/** Evicts the first pod that its template calls current and that is not; the next one when that is replaced. */
async function judgeRolled(of: Case, deps: JudgeDependencies, log: Log): Promise<Verdict> {
  const { workload, change, remembered } = of;
  const { isComplete, desired } = workload.progress;
  // Whatever the clocks say, no pod has its turn twice.
  const isAsked = isComplete && workload.replacement === 'rolling' && remembered.evictions < desired;
  if (!isAsked || remembered.isFresh || !mayHaveStrays(change)) return rolled(of);
  if (change.knownMs < SETTLE_MS) return settling(rolled(of), change);
  return withoutCalls(of, deps) ?? (await replaceStray(of, deps, log));
}

async function replaceStray(of: Case, deps: JudgeDependencies, log: Log): Promise<Verdict> {
  const { awsSecret, workload, change, remembered } = of;
  const { desired } = workload.progress;
  const containers = await deps.pods.podContainers(workload);
  if (!containers.ok) return unsuccessful(of, containers.error, deps);
  const [pod] = strays(workload, change, containers.value);
  if (pod === undefined) return { ...rolled(of), remembered: { ...remembered, isFresh: true } };
  // The cached workload may be older than the last eviction.
  const started = containers.value.filter(({ startedAt }) => Number.isFinite(startedAt));
  const running = new Set(started.map(container => container.pod.uid)).size;
  if (running < desired) return lasting(of, replacing(of, `${running} of ${desired} pods run`), deps);
  const late = await lateVerdict(of, [change], deps);
  if (late !== undefined) return late;
  const evicted = await deps.restarter.evict(workload, pod);
  if (!evicted.ok) return unsuccessful(of, evicted.error, deps);
  if (evicted.value === 'forbidden') {
    const message = `pod ${pod.name} is to be replaced, but its PodDisruptionBudget allows no disruption now`;
    return lasting(of, replacing(of, message), deps);
  }
  log.info('pod evicted', { workload: `${workload.kind}/${workload.metadata.name}`, name: pod.name });
  return {
    ...replacing(of, `pod ${pod.name} is being replaced`),
    remembered: { ...remembered, evictions: remembered.evictions + 1, lasting: undefined },
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
  const recheckMs = SETTLE_MS - knownMs;
  return recheckMs > 0 ? { ...found, recheckMs } : { ...found, remembered: { ...found.remembered, isFresh: true } };
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

/** What nothing but time or a change of the workload can alter: it is not asked for again before. */
function lasting({ workload, remembered }: Case, found: Verdict, { clock }: JudgeDependencies): Verdict {
  const nowMs = clock.monotonic();
  const lasts = lastingFrom(nowMs, remembered.lasting, found.status, workload, found.error?.retry);
  return { ...found, remembered: { ...found.remembered, lasting: lasts }, recheckMs: lasts.untilMs - nowMs };
}

function unsuccessful(of: Case, error: SyncError, deps: JudgeDependencies): Verdict {
  const { awsSecret, workload, change } = of;
  // Somebody has just written the workload or its pod: nothing failed, what is there now decides.
  if (error.retry === 'conflict') return { ...pending(of, 'it is being changed'), error };
  const status = workloadStatus(workload, 'Failed', error.reason, error.message);
  return lasting(
    of,
    { ...verdict(of, status), events: [restartFailed(awsSecret, workload, change, error)], error },
    deps,
  );
}
