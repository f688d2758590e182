import { type KubeResult, kubeError } from '../../src/kube/error.ts';
import type { Call, Transport } from '../../src/kube/transport/transport.ts';

export type Answer = KubeResult<unknown> | undefined;

/** What the API server answers when it does what was asked. */
export function answered(value: unknown = {}): Answer {
  return { ok: true, value };
}

/** What it answers when it does not, in the words of a Status object. Status 0: it did not answer. */
export function refused(status: number, reason: string, details: object = {}): Answer {
  return { ok: false, error: kubeError(status, { reason, details }, undefined) };
}

/** A transport that keeps the calls and answers them in turn; the last answer is for all that follow. */
export function fakeTransport(...answers: readonly Answer[]) {
  const calls: Call[] = [];
  const transport: Transport = {
    async call(call) {
      calls.push(call);
      return answers[Math.min(calls.length, answers.length) - 1] ?? { ok: true, value: {} };
    },
    stream: async () => {
      throw new Error('nothing is watched here');
    },
    close: async () => undefined,
  };
  return { transport, calls };
}
