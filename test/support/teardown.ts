/** What has to be ended, collected while it is started. */
export interface Teardown {
  add(end: () => Promise<void>): void;
  /**
   * Ends all, the last one first and one after the other. May be called again, also meanwhile: all calls return when all has ended.
   * One that fails does not keep the others from being ended; it throws an AggregateError then.
   */
  run(): Promise<void>;
}

export function createTeardown(): Teardown {
  const ends: (() => Promise<void>)[] = [];
  const errors: unknown[] = [];
  let running: Promise<void> | undefined;
  const endAll = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end().catch(error => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, errors.map(error => (error as Error).message).join('; '));
  };
  return {
    add: end => {
      ends.push(end);
    },
    run: () => {
      running ??= endAll();
      return running;
    },
  };
}
