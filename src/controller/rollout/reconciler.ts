import { type AwsSecret, targetName, type WorkloadStatus } from '../../crds/aws-secret.ts';
import { readHistory } from '../../crds/content-history.ts';
import { OWNER_LABEL } from '../../crds/names.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { SyncError } from '../runtime/error.ts';
import { formatKey } from '../runtime/key.ts';
import type { Log } from '../runtime/log.ts';
import { done } from '../runtime/outcome.ts';
import type { AwsSecretCache, SecretCache, StatusWriter } from '../runtime/ports.ts';
import { restartAnnotation } from './annotation.ts';
import { type Change, isDue, SETTLE_MS, standing } from './due.ts';
import type { PodReader, Restarter, RolloutMetrics, WorkloadCache } from './ports.ts';
import { nextRolloutStatus, rolledStatus, workloadStatus } from './status.ts';
import type { Workload } from './workload.ts';

/** The API server has the Secret, but a kubelet's own watch may be a moment behind. */
const KUBELET_LAG_MS = 2_000;

export interface RolloutDependencies {
  readonly awsSecrets: AwsSecretCache;
  readonly secrets: SecretCache;
  readonly workloads: WorkloadCache;
  readonly pods: PodReader;
  readonly restarter: Restarter;
  readonly status: StatusWriter;
  /** By AwsSecret, then by workload UID: the content for which its containers were found fresh, to spare lists of pods. */
  readonly fresh: Map<string, ReadonlyMap<string, string>>;
  readonly clock: Clock;
  readonly metrics: RolloutMetrics;
}

interface Verdict {
  readonly workload: Workload;
  readonly status: WorkloadStatus;
  readonly isFresh: boolean;
  readonly error?: SyncError;
}

/** content → consumers → due → restart → progress → status, for the Secret of one AwsSecret. */
export function createRolloutReconciler(deps: RolloutDependencies): Reconcile {
  return async (key, log) => {
    const observed = observe(key, deps);
    if (observed === undefined) {
      deps.fresh.delete(key);
      return done;
    }
    const { awsSecret, change, ageMs } = observed;
    const isTooEarly = ageMs < KUBELET_LAG_MS;
    const wasFresh = deps.fresh.get(key);
    const workloads = deps.workloads.usingSecret(awsSecret.metadata.namespace, change.secretName);
    const judge = async (workload: Workload): Promise<Verdict> => {
      const isKnownFresh = wasFresh?.get(workload.metadata.uid) === change.content;
      const known = judgeByTemplate(workload, change, isKnownFresh, isTooEarly);
      return known ?? (await judgeByPods(workload, change, deps, log));
    };
    const verdicts = await Promise.all(workloads.map(judge));
    const spared = verdicts.filter(v => v.isFresh).map(v => [v.workload.metadata.uid, change.content] as const);
    const isSettled = ageMs >= SETTLE_MS;
    if (isSettled) deps.fresh.set(key, new Map(spared));

    const unreported = await report(key, awsSecret, verdicts, deps);
    const error = verdicts.find(v => v.error !== undefined)?.error ?? unreported;
    if (error !== undefined) return { kind: 'retry', error };
    if (isTooEarly) return { kind: 'after', ms: KUBELET_LAG_MS - ageMs };
    // A container that starts within these seconds may still get the old content: look once more when they are over.
    return isSettled || spared.length === 0 ? done : { kind: 'after', ms: SETTLE_MS - ageMs };
  };
}

/** The content of one AwsSecret's Secret; undefined when there is none of its own making, or it is suspended. */
function observe(key: string, { awsSecrets, secrets, clock }: RolloutDependencies) {
  const awsSecret = awsSecrets.get(key);
  if (awsSecret === undefined || awsSecret.spec.suspend) return undefined;
  const secret = secrets.get(formatKey({ ...awsSecret.metadata, name: targetName(awsSecret) }));
  const history = secret === undefined ? [] : readHistory(secret);
  const [newest] = history;
  if (secret === undefined || newest === undefined || !isOwn(awsSecret, secret)) return undefined;
  const { restart } = awsSecret.spec.rollout;
  const change: Change = { secretName: secret.name, history, content: newest.content, restart };
  return { awsSecret, change, ageMs: ageOf(newest.time, clock) };
}

async function report(
  key: string,
  { metadata }: AwsSecret,
  verdicts: readonly Verdict[],
  { status, clock }: RolloutDependencies,
): Promise<SyncError | undefined> {
  const now = new Date(clock.now()).toISOString();
  const workloads = verdicts.map(v => v.status);
  const written = await status.write(key, metadata.uid, current => nextRolloutStatus(current, workloads, now));
  return written.ok ? undefined : written.error;
}

/** What can be said without asking for the workload's pods; undefined when they have to be asked for. */
function judgeByTemplate(
  workload: Workload,
  change: Change,
  isKnownFresh: boolean,
  isTooEarly: boolean,
): Verdict | undefined {
  const stands = standing(workload, change);
  switch (stands.kind) {
    case 'exempt':
      return { workload, status: workloadStatus(workload, 'Exempt', stands.why), isFresh: false };
    case 'current':
      return { workload, status: rolledStatus(workload), isFresh: false };
    case 'fresh':
      return fresh(workload);
    case 'undecided': {
      if (isKnownFresh) return fresh(workload);
      const status = workloadStatus(workload, 'Pending', 'the kubelets are being given time to see the Secret');
      return isTooEarly ? { workload, status, isFresh: false } : undefined;
    }
    default:
      return stands satisfies never;
  }
}

/** Restarts the workload if one of its containers started under older content. */
async function judgeByPods(workload: Workload, change: Change, deps: RolloutDependencies, log: Log): Promise<Verdict> {
  const containers = await deps.pods.startedContainers(workload);
  if (!containers.ok) return failure(workload, containers.error);
  if (!isDue(workload, change, containers.value)) return fresh(workload);

  const { secretName, content } = change;
  const patched = await deps.restarter.restart(workload, { [restartAnnotation(secretName)]: content });
  if (!patched.ok && patched.error.retry === 'conflict') {
    // Its own controller has just written the workload: nothing failed, the watch will bring what is there now.
    return { ...failure(workload, patched.error), status: workloadStatus(workload, 'Pending', 'it is being changed') };
  }
  deps.metrics.restarted(workload.kind, patched.ok ? 'success' : 'error');
  if (!patched.ok) return failure(workload, patched.error);
  log.info('workload restarted', { workload: `${workload.kind}/${workload.metadata.name}`, secret: secretName });
  // The cached workload is older than the patch: its progress is that of the previous template.
  const progress = { ...workload.progress, isComplete: false, isStuck: false, updated: 0 };
  return { workload, status: rolledStatus({ ...workload, progress }), isFresh: false };
}

function fresh(workload: Workload): Verdict {
  return { workload, status: workloadStatus(workload, 'UpToDate'), isFresh: true };
}

function failure(workload: Workload, error: SyncError): Verdict {
  return { workload, status: workloadStatus(workload, 'Failed', error.message), isFresh: false, error };
}

/** A time in the future comes from a clock that was set since; waiting for it would hold every restart. */
function ageOf(time: string, clock: Clock): number {
  const ms = clock.now() - Date.parse(time);
  return ms < 0 ? Number.POSITIVE_INFINITY : ms;
}

/** Only content that this AwsSecret has written may restart anything. */
function isOwn({ metadata }: AwsSecret, secret: ObjectMeta): boolean {
  return (
    secret.ownerReferences?.some(owner => owner.uid === metadata.uid) === true ||
    secret.labels?.[OWNER_LABEL] === metadata.uid
  );
}
