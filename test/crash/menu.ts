import type { Call } from '../support/fault-proxy/call.ts';
import {
  awsError,
  delay,
  duplicate,
  expiredToken,
  gone,
  kill,
  kubeError,
  lateAnswer,
  loseAnswer,
  reset,
  serverError,
  throttled,
} from '../support/fault-proxy/fault.ts';
import { canMeet, type Fault } from '../support/fault-proxy/fault-types.ts';

/** What can happen to a call; `kill` ends the operator, and another one takes its place. */
export interface Mishap {
  readonly name: string;
  readonly isKill: boolean;
  /** The calls that it is for. */
  readonly of: 'any' | 'write' | 'read';
  fault(kill: () => void): Fault;
}

/** Longer than any call may take. */
const LATE_MS = 20_000;

const mishap = (name: string, fault: Fault, of: Mishap['of'] = 'any'): Mishap => ({
  ...{ name, of, isKill: false },
  fault: () => fault,
});
const killed = (name: string, when: 'before' | 'after', of: Mishap['of']): Mishap => ({
  ...{ name, of, isKill: true },
  fault: victim => kill(when, victim),
});

/**
 * Everything that is tried with each call that it makes sense for. A read leaves nothing behind: whether the server did
 * it, when, and how often, nobody can tell by anything but the answer, so that one run stands for both.
 */
const MISHAPS: readonly Mishap[] = [
  killed('killed before', 'before', 'write'),
  killed('killed after', 'after', 'write'),
  killed('killed before or after', 'before', 'read'),
  mishap('answer lost', loseAnswer(), 'write'),
  mishap('done twice', duplicate(), 'write'),
  mishap('done too late', delay(LATE_MS), 'write'),
  mishap('answer too late', lateAnswer(LATE_MS)),
  mishap('reset', reset(), 'write'),
  mishap('reset or answer lost', reset(), 'read'),
  mishap('500', serverError()),
  mishap('409', kubeError(409)),
  mishap('410', kubeError(410)),
  mishap('422', kubeError(422)),
  mishap('429', kubeError(429, undefined, { retryAfter: 1 })),
  mishap('expired token', expiredToken()),
  mishap('throttled', throttled()),
  mishap('denied', awsError('AccessDeniedException')),
  mishap('not found', awsError('ResourceNotFoundException')),
  mishap('watch too old', gone()),
];

/** Those that make sense for a call. */
export function mishapsOf(call: Call): readonly Mishap[] {
  const kind = call.isWrite ? 'write' : 'read';
  const victim = (): void => undefined;
  return MISHAPS.filter(({ of, fault }) => (of === 'any' || of === kind) && canMeet(fault(victim), call));
}
