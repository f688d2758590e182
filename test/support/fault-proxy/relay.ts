import { act } from './act.ts';
import type { Answer } from './answer.ts';
import { createAnswerMemory } from './answer-memory.ts';
import { type Call, createCall, type Target, type WireRequest } from './call.ts';
import type { Client } from './client.ts';
import { createExchange } from './exchange.ts';
import type { Injections } from './injections.ts';
import { NoAnswer, type Upstream } from './upstream.ts';

/** Takes the calls of all targets: one count, one list of faults, one memory. */
export interface Relay {
  readonly calls: readonly Call[];
  /** What a matcher or a victim threw. */
  readonly errors: readonly unknown[];
  take(target: Target, upstream: Upstream, request: WireRequest, client: Client): void;
}

export function createRelay(injections: Injections, pause: (ms: number) => Promise<unknown>): Relay {
  const calls: Call[] = [];
  const errors: unknown[] = [];
  const memory = createAnswerMemory<Answer>();
  const meet = async (call: Call, upstream: Upstream, request: WireRequest, client: Client): Promise<void> => {
    const fault = injections.take(call);
    const exchange = createExchange({ call, request, client, upstream, fault: fault?.kind, pause });
    try {
      if (!(await client.reached())) return exchange.settle();
      await act(fault, exchange, memory);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // As the real server's connection broke, so does the client's.
      await exchange.reset();
    }
  };
  return {
    calls,
    errors,
    take(target, upstream, request, client) {
      const call = createCall(calls.length + 1, target, request, performance.now());
      calls.push(call);
      meet(call, upstream, request, client).catch(error => {
        errors.push(error);
        return client.reset();
      });
    },
  };
}
