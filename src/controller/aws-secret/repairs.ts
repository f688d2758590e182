import { stepMs } from '../runtime/backoff.ts';

/** How often the target had to be put right of late, because somebody else had written it. */
export interface Repairs {
  readonly count: number;
  /** Monotonic milliseconds of the last one. */
  readonly at: number;
}

/** Whoever edits by hand is done by then; a program that goes on is not. */
const CALM_MS = 600_000;
/** That many are made at once. */
const PATIENCE = 5;
const PAUSE = { baseMs: 4_000, maxMs: 300_000 } as const;

export function repaired(before: Repairs | undefined, now: number): Repairs {
  const isCalm = before === undefined || now - before.at >= CALM_MS;
  return { count: isCalm ? 1 : before.count + 1, at: now };
}

/** Milliseconds from one repair to the next: none for a few edits, ever longer against a program that does not stop. */
export function repairPauseMs(repairs: Repairs | undefined): number {
  const beyond = (repairs?.count ?? 0) - PATIENCE;
  return beyond <= 0 ? 0 : stepMs(beyond, PAUSE);
}

/** Whether this repair is the one from which on pauses are made, so that somebody should be told. */
export function isContest(repairs: Repairs | undefined): boolean {
  return repairs?.count === PATIENCE + 1;
}
