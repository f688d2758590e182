import type { Clock } from '../runtime/clock.ts';
import { type Change, changeId, type KnownChange } from './change.ts';
import type { Lasting } from './lasting.ts';
import { SETTLE_MS } from './margins.ts';

/** What was learned of one workload's pods since a change. */
export interface Remembered {
  /** Its pods were listed after the change had settled, and none of them is older. */
  readonly isFresh: boolean;
  /** How often it was restarted. */
  readonly restarts: number;
  /** How many of its pods were evicted. */
  readonly evictions: number;
  /** What was found the last time, if that need not be found again for a while. */
  readonly lasting: Lasting | undefined;
}

interface Seen {
  readonly id: string;
  /** By the monotonic clock. */
  readonly at: number;
  readonly workloads: ReadonlyMap<string, Remembered>;
}

/** As most AwsSecrets have it: no workload uses their Secret. */
const NO_WORKLOADS: Seen['workloads'] = new Map();
const NOTHING: Remembered = { isFresh: false, restarts: 0, evictions: 0, lasting: undefined };

/**
 * What spares lists of pods and ends a quarrel: for each AwsSecret and its present change, by workload. Losing it costs
 * calls, and a workload whose restart is taken back by somebody is restarted once or twice more.
 */
export class RolloutMemory {
  readonly #byAwsSecret = new Map<string, Seen>();

  /**
   * The change, which is known from now on if it is new. Its own age would not do: a Secret is written up to some seconds
   * after the time that it tells, and wall clocks differ and jump.
   */
  know(awsSecret: string, change: Change, clock: Clock): KnownChange {
    const now = clock.monotonic();
    const id = idOf(change);
    const known = this.#byAwsSecret.get(awsSecret);
    if (known?.id === id) return { ...change, knownMs: now - known.at };
    const isSettled = clock.now() - Date.parse(change.history[0]?.time ?? '') >= SETTLE_MS;
    const at = isSettled ? Number.NEGATIVE_INFINITY : now;
    this.#byAwsSecret.set(awsSecret, { id, at, workloads: NO_WORKLOADS });
    return { ...change, knownMs: now - at };
  }

  get(awsSecret: string, change: Change, workloadUid: string): Remembered {
    const known = this.#byAwsSecret.get(awsSecret);
    return (known?.id === idOf(change) && known.workloads.get(workloadUid)) || NOTHING;
  }

  /** Replaces what is known since the change, so that workloads which are gone are forgotten. */
  set(awsSecret: string, change: Change, workloads: ReadonlyMap<string, Remembered>): void {
    const known = this.#byAwsSecret.get(awsSecret);
    if (known?.id !== idOf(change)) return;
    this.#byAwsSecret.set(awsSecret, { ...known, workloads: workloads.size === 0 ? NO_WORKLOADS : workloads });
  }

  forget(awsSecret: string): void {
    this.#byAwsSecret.delete(awsSecret);
  }
}

/** What was learned holds for the uses of the Secret that count: those that `restart` tells. */
function idOf(change: Change): string {
  return `${changeId(change)} ${change.restart}`;
}
