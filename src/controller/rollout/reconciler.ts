import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { ok, type SyncError } from '../runtime/error.ts';
import type { EventRecorder } from '../runtime/events.ts';
import { inParallel } from '../runtime/in-parallel.ts';
import { formatKey } from '../runtime/key.ts';
import type { Log } from '../runtime/log.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import type { AwsSecretCache, SecretCache, StatusWriter } from '../runtime/ports.ts';
import { type Change, changeOf, isOutrun, type KnownChange } from './change.ts';
import { usedSecrets } from './consumers.ts';
import { type Case, type JudgeDependencies, judge } from './judge.ts';
import { createLateness, LATE_RECHECK_MS } from './lateness.ts';
import type { RolloutMemory } from './memory.ts';
import type { SecretReader, WorkloadCache } from './ports.ts';
import { isNewFailure, nextRolloutStatus } from './status.ts';
import type { Verdict } from './verdict.ts';
import type { Workload } from './workload.ts';

export interface RolloutDependencies extends JudgeDependencies {
  readonly awsSecrets: AwsSecretCache;
  readonly secrets: SecretCache;
  readonly secretReader: SecretReader;
  readonly workloads: WorkloadCache;
  readonly status: StatusWriter;
  readonly events: EventRecorder;
  readonly memory: RolloutMemory;
}

/** Each makes one call at a time; all workers together leave sockets to whoever else calls the API server. */
const CONSUMERS_AT_ONCE = 4;
/** After this a reconcile begins no more of them, and comes back: it must not look stuck, whatever the calls take. */
const TURN_MS = 60_000;

/** content → consumers → due → restart → progress → status, for the Secret of one AwsSecret. */
export function createRolloutReconciler(deps: RolloutDependencies): Reconcile {
  const { awsSecrets, secrets, memory } = deps;
  const targetOf = (awsSecret: AwsSecret): ObjectMeta | undefined =>
    secrets.get(formatKey({ ...awsSecret.metadata, name: targetName(awsSecret) }));

  const knownChange = (key: string, awsSecret: AwsSecret | undefined): KnownChange | undefined => {
    const change = awsSecret && changeOf(awsSecret, targetOf(awsSecret));
    return change && memory.know(key, change);
  };

  /** Changes of the other Secrets that a workload uses, as far as AwsSecrets keep them. */
  const otherChanges = (workload: Workload, { secretName }: Change): readonly KnownChange[] => {
    const own = formatKey({ ...workload.metadata, name: secretName });
    return usedSecrets(workload)
      .filter(secretKey => secretKey !== own)
      .flatMap(awsSecrets.keeping)
      .flatMap(key => knownChange(key, awsSecrets.get(key)) ?? []);
  };

  const roll = async (
    key: string,
    awsSecret: AwsSecret,
    change: KnownChange,
    lateOf: Case['lateOf'],
    log: Log,
  ): Promise<Outcome> => {
    const consumers = deps.workloads.usingSecret(awsSecret.metadata.namespace, change.secretName);
    const turnEndMs = deps.clock.monotonic() + TURN_MS;
    const verdicts = await inParallel(consumers, CONSUMERS_AT_ONCE, async workload => {
      const remembered = memory.get(key, change, workload.metadata.uid);
      const others = () => otherChanges(workload, change);
      const found = await judge({ awsSecret, workload, change, remembered, others, lateOf, turnEndMs }, deps, log);
      await tell(awsSecret, found, deps);
      return found;
    });
    memory.set(key, change, new Map(verdicts.map(v => [v.workload.metadata.uid, v.remembered])));
    const unreported = await report(key, awsSecret, change, verdicts, deps);
    const error = verdicts.find(v => v.error !== undefined)?.error ?? unreported;
    const rechecks = verdicts.flatMap(v => v.recheckMs ?? []);
    const recheckMs = rechecks.length === 0 ? undefined : Math.min(...rechecks);
    // One workload that fails, with ever longer delays, does not hold up the others.
    if (error !== undefined) return { kind: 'retry', error, ...(recheckMs !== undefined && { maxDelayMs: recheckMs }) };
    return recheckMs === undefined ? done : { kind: 'after', ms: recheckMs };
  };

  return async (key, { log }) => {
    const awsSecret = awsSecrets.get(key);
    const change = knownChange(key, awsSecret);
    if (awsSecret === undefined || change === undefined) {
      memory.forget(key);
      return done;
    }
    const lateOf = createLateness(awsSecret.metadata.namespace, deps.secretReader);
    const late = isOutrun(awsSecret, change) ? await lateOf([change]) : ok(undefined);
    if (!late.ok) return { kind: 'retry', error: late.error };
    if (late.value !== undefined) return { kind: 'after', ms: LATE_RECHECK_MS };
    return await roll(key, awsSecret, change, lateOf, log);
  };
}

/** Before the status: if we die in between, the event is recorded again and found to be there. */
async function tell(awsSecret: AwsSecret, { status, events }: Verdict, deps: RolloutDependencies): Promise<void> {
  if (status.state === 'Failed' && !isNewFailure(awsSecret, status)) return;
  for (const event of events) await deps.events.record(event);
}

async function report(
  key: string,
  awsSecret: AwsSecret,
  change: Change,
  verdicts: readonly Verdict[],
  { status, clock }: RolloutDependencies,
): Promise<SyncError | undefined> {
  const { uid, generation } = awsSecret.metadata;
  // Asked anew for each try: another condition may have been written since the first, and none may go back in time.
  const now = (): string => new Date(clock.now()).toISOString();
  const workloads = verdicts.map(v => v.status);
  const changeTime = change.history[0]?.time ?? now();
  const written = await status.write(key, uid, current => {
    // A newer generation is another reconcile's business: its condition must not carry our verdict.
    if (current.metadata.generation !== generation) return undefined;
    // Nor is it told of a change that is over: the watch has not brought yet what was told since.
    if (isOutrun(current, change) && !isOutrun(awsSecret, change)) return undefined;
    return nextRolloutStatus(current, workloads, changeTime, now());
  });
  return written.ok ? undefined : written.error;
}
