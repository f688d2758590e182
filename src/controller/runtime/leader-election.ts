import { type Clock, pause, type Random } from './clock.ts';
import type { Election } from './election.ts';
import { errorName, type SyncError } from './error.ts';
import { claim, freeAt, type Lease, type LeaseStore, type Sighting, sight, vacancy } from './lease.ts';
import type { Log } from './log.ts';

/** As client-go's: `leaseDurationMs` > `renewDeadlineMs` > 1.2 × `retryPeriodMs`. */
export interface ElectionTimes {
  /** How long the others wait after the last sign of life of a leader. */
  readonly leaseDurationMs: number;
  /** How long after its last renewal a leader acts; shorter than the lease, so that it ends before another begins. */
  readonly renewDeadlineMs: number;
  /** Time between two tries. */
  readonly retryPeriodMs: number;
}

export interface ElectionMetrics {
  leading(isLeading: boolean): void;
}

export interface ElectionOptions {
  readonly store: LeaseStore;
  /** Ours alone: no other process, and no earlier one, has it. */
  readonly identity: string;
  readonly times: ElectionTimes;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: ElectionMetrics;
}

/** Those who stand by wait up to 1 + this many retry periods, so that they do not come all at once. */
const JITTER = 1.2;

type State =
  | { readonly kind: 'candidate' }
  /** `until`: monotonic time from which another process may begin to think that it leads. */
  | { readonly kind: 'leading'; readonly until: number; readonly cancel: () => void }
  | { readonly kind: 'ended' };

/**
 * Leader election by a lease, as client-go does it (tools/leaderelection). A leader counts its time from before it sent
 * a renewal, the others count theirs from after they saw it, and both by their own monotonic clocks: whatever wall clocks
 * say, whichever answers are lost, two processes never lead at once. Only somebody who deletes the lease can break that.
 */
export class LeaderElection implements Election {
  readonly #options: ElectionOptions;
  readonly #stopping = new AbortController();
  readonly #decided = Promise.withResolvers<void>();
  readonly #won = Promise.withResolvers<void>();
  readonly #lost = Promise.withResolvers<void>();
  #state: State = { kind: 'candidate' };
  #seen: Sighting | undefined;
  /** Our own lease as it was last written. */
  #held: Lease | undefined;
  #hasClaimed = false;
  #lastProblem: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    options.metrics.leading(false);
  }

  get decided(): Promise<void> {
    return this.#decided.promise;
  }

  get won(): Promise<void> {
    return this.#won.promise;
  }

  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  isLeading(): boolean {
    if (this.#state.kind !== 'leading') return false;
    const { clock, times } = this.#options;
    if (clock.monotonic() < this.#state.until) return true;
    this.#lose(`the lease was not renewed for ${times.renewDeadlineMs / 1_000} seconds`);
    return false;
  }

  run(): Promise<void> {
    this.#running ??= this.#loop();
    return this.#running;
  }

  async release(): Promise<void> {
    this.#stopping.abort();
    const wasLost = this.#state.kind === 'ended';
    if (this.#state.kind === 'leading') this.#state.cancel();
    this.#state = { kind: 'ended' };
    this.#options.metrics.leading(false);
    // A try that is under way may still take the lease.
    await this.#running;
    if (wasLost || !this.#hasClaimed) return;
    if (!(await this.#vacate())) await this.#vacate();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // A try that throws is a defect; it must not end the loop, and with it the process of a leader.
      await this.#try().catch((error: unknown) => this.#panicked(error));
      await pause(this.#options.clock, this.#waitMs(), signal);
    }
  }

  /** Time until the next try. Who stands by looks at the moment when a silent holder's time is over, and before. */
  #waitMs(): number {
    const { clock, random, times } = this.#options;
    if (this.#state.kind === 'leading') return times.retryPeriodMs;
    const patience = times.retryPeriodMs * (1 + JITTER * random());
    const left = this.#seen === undefined ? 0 : freeAt(this.#seen, this.#options.identity) - clock.monotonic();
    return left > 0 ? Math.min(left, patience) : patience;
  }

  /** Renews the lease that we hold as we know it; else looks who holds it, and takes it where we may. */
  async #try(): Promise<void> {
    if (this.#state.kind === 'leading' && !this.isLeading()) return;
    if (this.#state.kind === 'leading' && this.#held !== undefined) {
      const error = await this.#claim(this.#held);
      // Only a conflict says that what we know is wrong; without an answer the next try sends the same again.
      if (error?.retry !== 'conflict') return;
    }
    const { store, clock, identity } = this.#options;
    const found = await store.get();
    if (!found.ok) return this.#complain(found.error);
    if (found.value !== undefined) this.#observe(found.value);
    // A deleted lease does not end the time of its holder.
    const isTaken = this.#seen !== undefined && clock.monotonic() < freeAt(this.#seen, identity);
    if (isTaken) this.#lastProblem = undefined;
    else if (this.#state.kind !== 'ended' && !this.#stopping.signal.aborted) await this.#claim(found.value);
  }

  #observe({ record }: Lease): void {
    const { clock, identity, log } = this.#options;
    const before = this.#seen?.record.holder;
    this.#seen = sight(this.#seen, record, clock.monotonic());
    if (record.holder === identity) return;
    const message = `the lease is held by ${record.holder || 'nobody'}`;
    if (this.#state.kind === 'leading') this.#lose(message);
    else if (this.#state.kind === 'candidate' && record.holder !== '') {
      if (record.holder !== before) log.info('standing by', { message });
      this.#decided.resolve();
    }
  }

  /** Creates the lease, or writes over `before`. Returns what went wrong. */
  async #claim(before: Lease | undefined): Promise<SyncError | undefined> {
    const { store, clock, identity, times } = this.#options;
    const record = claim(before?.record, identity, times.leaseDurationMs, clock.now());
    const sentAt = clock.monotonic();
    this.#hasClaimed = true;
    const written = await (before === undefined ? store.create(record) : store.replace(before, record));
    if (!written.ok) {
      this.#complain(written.error);
      return written.error;
    }
    this.#lastProblem = undefined;
    this.#seen = sight(this.#seen, written.value.record, clock.monotonic());
    this.#held = written.value;
    this.#lead(sentAt + times.renewDeadlineMs);
    return undefined;
  }

  #lead(until: number): void {
    const { clock, log, metrics } = this.#options;
    const wasLeading = this.#state.kind === 'leading';
    // An answer that came too late proves nothing: a leader has lost its lease, a candidate tries again.
    if (this.#state.kind === 'ended' || wasLeading !== this.isLeading() || until <= clock.monotonic()) return;
    this.#setUntil(until);
    if (wasLeading) return;
    log.info('leading');
    metrics.leading(true);
    this.#decided.resolve();
    this.#won.resolve();
  }

  #setUntil(until: number): void {
    if (this.#state.kind === 'leading') this.#state.cancel();
    const { clock } = this.#options;
    const cancel = clock.schedule(until - clock.monotonic(), () => {
      // Timers may fire a fraction of a millisecond early.
      if (this.isLeading()) this.#setUntil(until);
    });
    this.#state = { kind: 'leading', until, cancel };
  }

  #lose(message: string): void {
    if (this.#state.kind === 'leading') this.#state.cancel();
    this.#state = { kind: 'ended' };
    this.#stopping.abort();
    this.#options.log.error('leadership lost', { message });
    this.#options.metrics.leading(false);
    this.#lost.resolve();
  }

  /** Whether nothing is left to do: the lease is free, not ours, or cannot be freed. */
  async #vacate(): Promise<boolean> {
    const { store, clock, identity, log } = this.#options;
    const found = this.#held === undefined ? await store.get() : { ok: true as const, value: this.#held };
    this.#held = undefined;
    if (!found.ok) return this.#keep(found.error);
    if (found.value?.record.holder !== identity) return true;
    const freed = await store.replace(found.value, vacancy(found.value.record, clock.now()));
    if (freed.ok) log.info('lease released');
    return freed.ok || (freed.error.retry !== 'conflict' && this.#keep(freed.error));
  }

  #keep({ reason, message }: SyncError): true {
    this.#options.log.warn('lease not released: the successor waits until its time is over', { reason, message });
    return true;
  }

  #panicked(error: unknown): void {
    this.#options.log.error('leader election panicked', { reason: errorName(error) });
  }

  /** A conflict is how elections go. Anything else is told once, until it changes. */
  #complain({ reason, message, retry }: SyncError): void {
    if (retry === 'conflict' || message === this.#lastProblem) return;
    this.#lastProblem = message;
    this.#options.log.warn('leader election is hindered', { reason, message });
  }
}
