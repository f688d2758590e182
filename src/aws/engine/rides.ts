import type { Need, Operation } from '../planner/need.ts';
import { canAnswer } from '../planner/plan.ts';
import { keyOf } from './known.ts';

/** Calls under way that tell of more than what was asked for when they began. */
export interface Rides {
  /** `needs` will be told by a call. */
  board(needs: readonly Need[], operation: Operation): Departure;
  /**
   * Resolves when the call that can answer it is over; undefined where there is none, or it began before `freshAfter`.
   */
  join(need: Need, freshAfter: number): Promise<void> | undefined;
  keys(): Iterable<string>;
}

export interface Departure {
  /** The call begins: it tells of that moment, in monotonic milliseconds. */
  started(at: number): void;
  over(): void;
}

interface Ride {
  readonly operation: Operation;
  startedAt: number;
  readonly over: Promise<void>;
}

export function createRides(): Rides {
  const rides = new Map<string, Ride>();
  return {
    board(needs, operation) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const ride: Ride = { operation, startedAt: Number.POSITIVE_INFINITY, over: promise };
      const keys = needs.map(keyOf);
      for (const key of keys) rides.set(key, ride);
      return {
        started(at) {
          ride.startedAt = at;
        },
        over() {
          for (const key of keys) if (rides.get(key) === ride) rides.delete(key);
          resolve();
        },
      };
    },
    join(need, freshAfter) {
      const ride = rides.get(keyOf(need));
      const isFresh = ride !== undefined && ride.startedAt >= freshAfter;
      return isFresh && canAnswer(need, ride.operation) ? ride.over : undefined;
    },
    keys: () => rides.keys(),
  };
}
