import {
  cutAfter,
  endAfter,
  gone,
  hang,
  kubeError,
  loseAnswer,
  reset,
  serverError,
  stallAfter,
  throttled,
  truncate,
} from '../support/fault-proxy/fault.ts';
import type { FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';

/** The ways in which a watch ends. */
const ENDINGS: readonly ((events: number) => Fault)[] = [cutAfter, endAfter, gone];
/** How many lengths of a watch there are for each way. */
const LENGTHS = 8;
/** Every so many watches one falls silent, or is cut within its first event. */
const STALL_EVERY = 499;
const HALF_EVERY = 97;
/** What happens to calls, and to every how many of them; a prime each, so that they meet every kind of call. */
const CALL_FAULTS: readonly (readonly [every: number, fault: Fault])[] = [
  [101, reset()],
  [103, loseAnswer()],
  [107, kubeError(500)],
  [109, kubeError(429, 'TooManyRequests', { retryAfter: 1 })],
  [113, serverError()],
  [127, throttled()],
  [499, hang()],
];

/** From now on watches end after some events, one way or another, and calls fail now and then. Returns the function that ends it. */
export function startStorm(proxy: Pick<FaultProxy, 'inject'>, eventsPerCut: number): () => void {
  const cuts = ENDINGS.flatMap(ending =>
    Array.from({ length: LENGTHS }, (_, i) => ending(Math.ceil((2 * eventsPerCut * (i + 1)) / (LENGTHS + 1)))),
  );
  const ends = [
    proxy.inject(stallAfter(1), ({ verb, index }) => verb === 'watch' && index % STALL_EVERY === 0),
    proxy.inject(truncate(), ({ verb, index }) => verb === 'watch' && index % HALF_EVERY === 0),
    ...cuts.map((fault, i) => proxy.inject(fault, ({ verb, index }) => verb === 'watch' && index % cuts.length === i)),
    ...CALL_FAULTS.map(([every, fault]) =>
      proxy.inject(fault, ({ verb, index }) => verb !== 'watch' && index % every === 0),
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}
