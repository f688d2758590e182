import type { Clock } from '../../src/controller/runtime/clock.ts';
import { fail, ok, type Result } from '../../src/controller/runtime/error.ts';
import type { Lease, LeaseRecord, LeaseStore } from '../../src/controller/runtime/lease.ts';

/** What becomes of one call. */
export interface Fate {
  /** Time on the way there. Default: 0. The server acts on a call that arrives, however long its sender has given up. */
  readonly sendMs?: number;
  /** Time on the way back. Default: 0. */
  readonly answerMs?: number;
  /** The request never arrives, or its answer is lost. */
  readonly lost?: 'request' | 'answer';
}

/** The lease, and who may write it when, as the API server has it; in memory. */
export interface LeaseServer {
  readonly stored: Lease | undefined;
  /** Writes as somebody with kubectl does; undefined deletes. */
  set(record: LeaseRecord | undefined): void;
  /** The server as one process reaches it. */
  connect(process: Client): LeaseStore;
}

export interface Client {
  readonly clock: Clock;
  /** A call without an answer fails after this. */
  readonly budgetMs: number;
  /** Asked for each call. */
  fate(): Fate;
  /** Takes an answer in. Default: at once; a paused process takes it later. */
  receive?(answer: () => void): void;
}

/** `clock` is that of the network. */
export function createLeaseServer(clock: Clock): LeaseServer {
  let stored: Lease | undefined;
  let version = 0;

  const write = (record: LeaseRecord): Lease => {
    version += 1;
    stored = { record, resourceVersion: String(version) };
    return stored;
  };
  const conflict = fail('Progressing', 'conflict', 'somebody else wrote it first');

  return {
    get stored() {
      return stored;
    },
    set(record) {
      if (record === undefined) stored = undefined;
      else write(record);
    },
    connect({ clock: own, budgetMs, fate, receive = answer => answer() }) {
      const send = <T>(act: () => Result<T>): Promise<Result<T>> => {
        const { sendMs = 0, answerMs = 0, lost } = fate();
        const { promise, resolve } = Promise.withResolvers<Result<T>>();
        const noAnswer = fail('ApiServerUnavailable', 'transient', 'the API server did not answer');
        const giveUp = own.schedule(budgetMs, () => resolve(noAnswer));
        const after = (ms: number, then: () => void): unknown => (ms === 0 ? then() : clock.schedule(ms, then));
        const answer = (result: Result<T>): void => {
          const arrive = (): void => {
            giveUp();
            resolve(result);
          };
          if (lost !== 'answer') after(answerMs, () => receive(arrive));
        };
        if (lost !== 'request') after(sendMs, () => answer(act()));
        return promise;
      };
      return {
        get: () => send(() => ok(stored)),
        create: record => send(() => (stored === undefined ? ok(write(record)) : conflict)),
        replace: (seen, record) =>
          send(() => (stored?.resourceVersion === seen.resourceVersion ? ok(write(record)) : conflict)),
      };
    },
  };
}
