/** Calls by AWS action, throttled ones too. */
export type Calls = Readonly<Record<string, number>>;

/** When AWS was called, in milliseconds since 1970 that no clock setting moves within a process. */
export interface Activity {
  /** All calls since the start. */
  readonly calls: number;
  /** When the last one came, and the first one after the last silence; 0 before any. */
  readonly lastMs: number;
  readonly burstMs: number;
  readonly nowMs: number;
}

export interface StandinCounts {
  called(action: string, caller: string): void;
  byAction(): Calls;
  byCaller(): Readonly<Record<string, Calls>>;
  activity(): Activity;
  /** Forgets the counts, but for that of all calls. */
  reset(): void;
}

/** The sums of several counts. */
export function together(all: readonly Calls[]): Calls {
  const sums = new Map<string, number>();
  for (const [action, count] of all.flatMap(calls => Object.entries(calls))) {
    sums.set(action, (sums.get(action) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

/** Objects of one interval are asked for within less: what comes after such a silence is another round. */
const SILENCE_MS = 2_000;

export function createStandinCounts(now: () => number): StandinCounts {
  const counts = new Map<string, Map<string, number>>();
  let [calls, lastMs, burstMs] = [0, 0, 0];
  return {
    called(action, caller) {
      calls += 1;
      const nowMs = now();
      if (nowMs - lastMs > SILENCE_MS) burstMs = nowMs;
      lastMs = nowMs;
      const actions = counts.get(caller) ?? new Map<string, number>();
      counts.set(caller, actions.set(action, (actions.get(action) ?? 0) + 1));
    },
    byAction: () => together([...counts.values()].map(actions => Object.fromEntries(actions))),
    byCaller: () => Object.fromEntries([...counts].map(([caller, actions]) => [caller, Object.fromEntries(actions)])),
    activity: () => ({ calls, lastMs, burstMs, nowMs: now() }),
    reset: () => counts.clear(),
  };
}
