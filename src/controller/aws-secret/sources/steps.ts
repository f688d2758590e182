import { ExpressionError } from './expression-error.ts';

/** What all expressions and patterns of one AwsSecret may cost together: some tenths of a second on a slow machine. */
const MAX_STEPS = 2_000_000;

/** Counts the work that expressions and patterns cause. It does not depend on the machine: what ends once ends always. */
export interface Steps {
  /** Throws an ExpressionError when there are too many. Called before the work is done. */
  spend(count: number): void;
}

export function createSteps(limit = MAX_STEPS): Steps {
  let left = limit;
  return {
    spend(count) {
      left -= count;
      if (left < 0) throw new ExpressionError('takes too many steps; ask for less at once');
    },
  };
}
