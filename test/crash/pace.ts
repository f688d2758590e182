/** How time passes for a scenario: virtually, or as it does. */
export interface Pace {
  /** Wall-clock milliseconds. */
  now(): number;
  /** Lets time pass until `probe` answers true. Rejects with an error that names `what` when it never will. */
  until(what: string, probe: () => boolean): Promise<void>;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
  /** What comes now comes later than what was before, also where time stands still. */
  tick(): void;
  /** Calls `then` once so much time has passed. */
  after(ms: number, then: () => void): void;
}
