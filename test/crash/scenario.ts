import type { Stage } from './stage.ts';

/** A story that is told again and again, each time with another call of the operator failing. */
export interface Scenario {
  /** As in `make crash ARGS='-t "<name>'`. */
  readonly name: string;
  /** What stands at its beginning; the operator is at work, and all is calm at the end of it. */
  given(stage: Stage): Promise<void>;
  /** What happens then: from here on calls fail. Operators that are started here have failed calls from their first on. */
  act(stage: Stage): Promise<void>;
  /** Whether what the act declares is so; asked again and again, and only where it went without faults. */
  isReached(stage: Stage): boolean;
}
