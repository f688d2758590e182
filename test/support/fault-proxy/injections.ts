import type { Call } from './call.ts';
import { canMeet, type Fault } from './fault-types.ts';

export type Matcher = (call: Call) => boolean;

/** The faults that wait for calls. */
export interface Injections {
  /** Returns the function that ends it. */
  add(fault: Fault, matches: Matcher, times: number): () => void;
  /** The fault that meets this call, and is used up by it. */
  take(call: Call): Fault | undefined;
}

export function createInjections(): Injections {
  const waiting = new Set<{ readonly fault: Fault; readonly matches: Matcher; left: number }>();
  return {
    add(fault, matches, times) {
      const entry = { fault, matches, left: times };
      waiting.add(entry);
      return () => {
        waiting.delete(entry);
      };
    },
    take(call) {
      for (const entry of waiting) {
        if (entry.left < 1 || !canMeet(entry.fault, call) || !entry.matches(call)) continue;
        entry.left -= 1;
        return entry.fault;
      }
      return undefined;
    },
  };
}
