import { isDeepStrictEqual } from 'node:util';
import type { Result } from './error.ts';

/** Who holds a lease, and since when. */
export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  /** How long the holder may be silent before somebody else may take the lease. */
  readonly durationMs: number;
  /** Milliseconds since the epoch by the holder's wall clock, and so only for people and to tell two records apart. */
  readonly acquiredAt: number;
  /** The same clock. It is never compared with ours: machines disagree about the time. */
  readonly renewedAt: number;
  /** How often the lease went from one holder to the next. */
  readonly transitions: number;
}

export interface Lease {
  readonly record: LeaseRecord;
  readonly resourceVersion: string;
}

/** Where the lease is kept. Every write says which version it has seen, so that of two writers one fails. */
export interface LeaseStore {
  /** Undefined when there is none. */
  get(): Promise<Result<Lease | undefined>>;
  /** Fails as `conflict` when there is one already. */
  create(record: LeaseRecord): Promise<Result<Lease>>;
  /** Fails as `conflict` when somebody wrote after `seen`, or the lease is gone. */
  replace(seen: Lease, record: LeaseRecord): Promise<Result<Lease>>;
}

/** A record, and when it was first seen by our own monotonic clock. */
export interface Sighting {
  readonly record: LeaseRecord;
  readonly at: number;
}

/** Keeps the time of the first sight while the record stays the same: its holder may be dead. */
export function sight(before: Sighting | undefined, record: LeaseRecord, now: number): Sighting {
  return before !== undefined && isDeepStrictEqual(before.record, record) ? before : { record, at: now };
}

/** The monotonic time from which `me` may take the lease, or renew what it holds. */
export function freeAt({ record, at }: Sighting, me: string): number {
  return record.holder === '' || record.holder === me ? at : at + record.durationMs;
}

/** What `me` writes over `before` at wall-clock time `wall`. */
export function claim(before: LeaseRecord | undefined, me: string, durationMs: number, wall: number): LeaseRecord {
  const renewed = { holder: me, durationMs, renewedAt: wall };
  if (before?.holder === me) return { ...before, ...renewed };
  return { ...renewed, acquiredAt: wall, transitions: before === undefined ? 0 : before.transitions + 1 };
}

/** What the holder writes over `before` when it goes: the successor need not wait. */
export function vacancy(before: LeaseRecord, wall: number): LeaseRecord {
  return { holder: '', durationMs: 1_000, acquiredAt: wall, renewedAt: wall, transitions: before.transitions };
}
