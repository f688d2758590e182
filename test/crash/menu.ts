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
  fault(kill: () => void): Fault;
}

/** Longer than any call may take. */
const LATE_MS = 20_000;

const mishap = (name: string, fault: Fault): Mishap => ({ name, isKill: false, fault: () => fault });

/** Everything that is tried with each call that it makes sense for. */
export const MISHAPS: readonly Mishap[] = [
  { name: 'killed before', isKill: true, fault: victim => kill('before', victim) },
  { name: 'killed after', isKill: true, fault: victim => kill('after', victim) },
  mishap('answer lost', loseAnswer()),
  mishap('done twice', duplicate()),
  mishap('answer too late', lateAnswer(LATE_MS)),
  mishap('done too late', delay(LATE_MS)),
  mishap('reset', reset()),
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

/** Those that make sense for a call: when a read is done makes no difference to anybody. */
export function mishapsOf(call: Call): readonly Mishap[] {
  return MISHAPS.filter(({ fault }) => {
    const met = fault(() => undefined);
    return canMeet(met, call) && (met.kind !== 'delay' || call.isWrite);
  });
}
