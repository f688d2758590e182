import { type Answer, readWhole } from './answer.ts';
import type { Call, WireRequest } from './call.ts';
import type { Client } from './client.ts';
import type { Fault, Wait } from './fault-types.ts';
import type { Upstream } from './upstream.ts';

/** One call between its client and the real server: whatever happens to it goes through here, and into its outcome. */
export interface Exchange {
  readonly call: Call;
  readonly client: Client;
  readonly request: WireRequest;
  /**
   * Asks the real server, if need be something else. A watch's answer streams, any other is whole. Rejects with NoAnswer,
   * also when `signal` aborts.
   */
  forward(signal?: AbortSignal, instead?: WireRequest): Promise<Answer>;
  /** Sends an answer as it comes. Rejects with NoAnswer when its stream breaks off. */
  answer(answer: Answer): Promise<void>;
  reset(): Promise<void>;
  /** Notes that the client is about to see this status; without it, that it sees no answer. The first time counts. */
  settle(status?: number): void;
  pause(wait: Wait): Promise<void>;
}

export interface ExchangeParts {
  readonly call: Call & { outcome: Call['outcome'] };
  readonly request: WireRequest;
  readonly client: Client;
  readonly upstream: Upstream;
  readonly fault: Fault['kind'] | undefined;
  readonly pause: (ms: number) => Promise<unknown>;
}

/**
 * moto looks at its secrets from several threads without a lock: a list fails when somebody stores one meanwhile, which is
 * no trouble of AWS. Whoever is to see trouble is sent it by a fault.
 */
const MOTO_TRIES = 10;

export function createExchange({ call, request, client, upstream, fault, pause }: ExchangeParts): Exchange {
  const statuses: number[] = [];
  const settle = (status?: number): void => {
    call.outcome ??= { status, upstream: statuses, fault };
  };
  return {
    call,
    client,
    request,
    settle,
    async forward(signal, instead = request) {
      const ask = async (tries: number): Promise<Answer> => {
        const answer = await upstream.send(instead, signal);
        const complete = call.verb === 'watch' ? answer : await readWhole(answer);
        const isMotos = call.target !== 'kube' && answer.head.status === 500;
        return isMotos && tries > 1 ? await ask(tries - 1) : complete;
      };
      const answer = await ask(MOTO_TRIES);
      statuses.push(answer.head.status);
      return answer;
    },
    async answer({ head, chunks, discard }) {
      client.gone.addEventListener('abort', discard, { once: true });
      if (!(await client.reached())) {
        discard();
        return settle();
      }
      settle(head.status);
      await client.open(head);
      for await (const chunk of chunks) await client.write(chunk);
      await client.end();
    },
    async reset() {
      settle();
      await client.reset();
    },
    async pause(wait) {
      await (typeof wait === 'number' ? pause(wait) : wait);
    },
  };
}
