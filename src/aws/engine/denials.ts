import type { Clock } from '../../controller/runtime/clock.ts';
import type { Operation } from '../planner/need.ts';

/** What an identity may not call, as AWS has said; it is tried again after a while, because somebody may have allowed it. */
export interface Denials {
  /** Calls that are denied whatever they ask for. */
  readonly operations: ReadonlySet<Operation>;
  /** Calls that are denied for one secret. */
  of(secretId: string): ReadonlySet<Operation>;
  /** True when it was not known. */
  learn(operation: Operation, secretId?: string): boolean;
}

const BELIEVED_MS = 15 * 60_000;
const NONE: ReadonlySet<Operation> = new Set();

export function createDenials(clock: Clock): Denials {
  const everywhere = new Set<Operation>();
  const bySecret = new Map<string, Set<Operation>>();
  return {
    operations: everywhere,
    of: secretId => bySecret.get(secretId) ?? NONE,
    learn(operation, secretId) {
      const known = secretId === undefined ? everywhere : (bySecret.get(secretId) ?? new Set());
      if (known.has(operation)) return false;
      known.add(operation);
      if (secretId !== undefined) bySecret.set(secretId, known);
      clock.schedule(BELIEVED_MS, () => {
        known.delete(operation);
        if (secretId !== undefined && known.size === 0) bySecret.delete(secretId);
      });
      return true;
    },
  };
}
