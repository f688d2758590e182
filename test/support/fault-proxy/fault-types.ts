import type { Call } from './call.ts';
import { hasRevisions } from './old-revision.ts';

/** Milliseconds, or what to wait for: a promise holds the call until the test lets it go. */
export type Wait = number | Promise<unknown>;

/** An error in the API server's own form. */
export interface KubeRefusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
}

/** An error in the form of the AWS service that is called. */
export interface AwsRefusal {
  readonly status: number;
  readonly code: string;
}

/** What happens to a call. The functions below make each of them, and say what it means. */
export type Fault =
  | { readonly kind: 'error'; readonly kube?: KubeRefusal; readonly aws?: AwsRefusal }
  | { readonly kind: 'gatewayError'; readonly status: number }
  | { readonly kind: 'idError'; readonly code: string; readonly ids: readonly string[] }
  | { readonly kind: 'reset' | 'hang' | 'truncate' }
  | { readonly kind: 'delay' | 'lateAnswer'; readonly wait: Wait }
  | { readonly kind: 'loseAnswer'; readonly ending: 'reset' | 'hang' }
  | { readonly kind: 'duplicate'; readonly answer: 'first' | 'second' }
  | { readonly kind: 'oldVersion'; readonly back: number }
  | { readonly kind: 'oldRevision'; readonly revision: string }
  | { readonly kind: 'kill'; readonly when: 'before' | 'after'; readonly victim: () => void }
  | { readonly kind: 'watch'; readonly after: number; readonly ending: WatchEnding }
  | { readonly kind: 'events'; readonly pass: EventPass };

/** What arrives in place of a watch's event, a line; asked for one event after the other. */
export type EventPass = (event: Buffer) => readonly Buffer[] | Promise<readonly Buffer[]>;

/** How a watch goes on after its first events. */
export type WatchEnding = 'reset' | 'end' | 'stall' | 'gone' | 'half';

/** Whether a fault makes sense for a call: a refusal of AWS is no answer of an API server, and only a watch has events. */
export function canMeet(fault: Fault, call: Call): boolean {
  const { target, verb, resource, ids } = call;
  const isKube = target === 'kube';
  switch (fault.kind) {
    case 'error':
      return (isKube ? fault.kube : fault.aws) !== undefined;
    case 'idError':
      return ids.some(id => fault.ids.includes(id));
    case 'oldVersion':
      return !isKube && resource !== 'sts';
    case 'oldRevision':
      return hasRevisions(call);
    case 'watch':
    case 'events':
      return isKube && verb === 'watch';
    default:
      return true;
  }
}
