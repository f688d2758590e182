import type { Clock } from '../runtime/clock.ts';
import type { Change, KnownChange } from './change.ts';
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

/** Of a change, the texts that tell it from every other: as they are held already, because there is one for each Secret. */
interface Seen {
  readonly content: string;
  readonly time: string | undefined;
  readonly createdAt: string | undefined;
  /** What was learned holds for the uses of the Secret that count: those that this tells. */
  readonly restart: Change['restart'];
  /** By the monotonic clock. */
  readonly at: number;
  readonly workloads: ReadonlyMap<string, Remembered>;
}

/** As most AwsSecrets have it: no workload uses their Secret. */
const NO_WORKLOADS: Seen['workloads'] = new Map();
const NOTHING: Remembered = { isFresh: false, restarts: 0, evictions: 0, lasting: undefined };

/**
 * What spares lists of pods and ends a quarrel: for each AwsSecret and its present change, by workload. Losing it costs
 * calls, and a workload whose restart is taken back by somebody is restarted once or twice more. Of a change that has
 * settled and concerns no workload nothing is held: it is taken for settled again.
 */
export class RolloutMemory {
  readonly #byAwsSecret = new Map<string, Seen>();
  readonly #clock: Clock;
  #isSweeping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of AwsSecrets of which something is held. */
  get size(): number {
    return this.#byAwsSecret.size;
  }

  /**
   * The change, which is known from now on if it is new. Its own age would not do: a Secret is written up to some seconds
   * after the time that it tells, and wall clocks differ and jump.
   */
  know(awsSecret: string, change: Change): KnownChange {
    const now = this.#clock.monotonic();
    const known = this.#byAwsSecret.get(awsSecret);
    if (isOf(known, change)) return { ...change, knownMs: now - known.at };
    if (this.#hasSettled(change.history[0]?.time)) {
      this.#byAwsSecret.delete(awsSecret);
      return { ...change, knownMs: Number.POSITIVE_INFINITY };
    }
    this.#byAwsSecret.set(awsSecret, seen(change, now, NO_WORKLOADS));
    this.#sweepLater();
    return { ...change, knownMs: 0 };
  }

  get(awsSecret: string, change: Change, workloadUid: string): Remembered {
    const known = this.#byAwsSecret.get(awsSecret);
    return (isOf(known, change) && known.workloads.get(workloadUid)) || NOTHING;
  }

  /** Replaces what is known since the change, so that workloads which are gone are forgotten. */
  set(awsSecret: string, change: Change, workloads: ReadonlyMap<string, Remembered>): void {
    const known = this.#byAwsSecret.get(awsSecret);
    if (known !== undefined && !isOf(known, change)) return;
    // Nothing was held of one that had settled.
    if (known === undefined && (workloads.size === 0 || !this.#hasSettled(change.history[0]?.time))) return;
    const at = known?.at ?? Number.NEGATIVE_INFINITY;
    this.#byAwsSecret.set(awsSecret, seen(change, at, workloads.size === 0 ? NO_WORKLOADS : workloads));
    if (workloads.size === 0) this.#sweepLater();
  }

  forget(awsSecret: string): void {
    this.#byAwsSecret.delete(awsSecret);
  }

  #hasSettled(time: string | undefined): boolean {
    return this.#clock.now() - Date.parse(time ?? '') >= SETTLE_MS;
  }

  #sweepLater(): void {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.#clock.schedule(SETTLE_MS, () => {
      this.#isSweeping = false;
      this.#sweep();
    });
  }

  /** By both clocks: else it would be new again when it is looked at next. */
  #sweep(): void {
    const settledAt = this.#clock.monotonic() - SETTLE_MS;
    let left = 0;
    for (const [key, { at, time, workloads }] of this.#byAwsSecret) {
      if (workloads !== NO_WORKLOADS) continue;
      if (at <= settledAt && this.#hasSettled(time)) this.#byAwsSecret.delete(key);
      else left += 1;
    }
    if (left > 0) this.#sweepLater();
  }
}

function seen({ content, history, createdAt, restart }: Change, at: number, workloads: Seen['workloads']): Seen {
  return { content, time: history[0]?.time, createdAt, restart, at, workloads };
}

function isOf(seen: Seen | undefined, { content, history, createdAt, restart }: Change): seen is Seen {
  const isSame = seen?.content === content && seen.time === history[0]?.time && seen.createdAt === createdAt;
  return isSame && seen.restart === restart;
}
