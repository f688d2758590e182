/** One process of several acts, the others stand by. */
export interface Election {
  /** Resolves when it is known who leads. */
  readonly decided: Promise<unknown>;
  /** Resolves when we lead. */
  readonly won: Promise<unknown>;
  /** Resolves when we led and do no longer: another process may lead from now on, so this one must end at once. */
  readonly lost: Promise<unknown>;
  /** Asks the clock, so that a process that was paused beyond the end of its lease gets `false` before all else. */
  isLeading(): boolean;
  /** Takes part until the lease is lost or released. */
  run(): Promise<void>;
  /** Ends our part. A lease that we hold is free at once; call this when all work has ended. Never rejects. */
  release(): Promise<void>;
}

/** For one process alone: it leads, and nobody can take that away. */
export const unopposed: Election = {
  decided: Promise.resolve(),
  won: Promise.resolve(),
  lost: new Promise(() => undefined),
  isLeading: () => true,
  run: async () => undefined,
  release: async () => undefined,
};
