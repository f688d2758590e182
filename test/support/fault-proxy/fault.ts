import type { Fault, KubeRefusal, Wait } from './fault-types.ts';
import type { Gate } from './gate.ts';
import { parseObject } from './json.ts';

/** Stand in every error that is made here, as names and ids stand in real ones: must not come out of the operator anywhere. */
export const AWS_CANARY = 'canary-of-an-aws-message';
export const KUBE_CANARY = 'canary-of-a-kube-message';

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The API server's refusal in place of an answer; meets its calls only. The reason follows from the status unless given. */
export function kubeError(
  status: number,
  reason: string = REASONS[status] ?? '',
  { retryAfter, message = KUBE_CANARY, causes }: KubeErrorOptions = {},
): Fault {
  const more = { ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }), ...(causes && { causes }) };
  return { kind: 'error', kube: { status, reason, message, ...more } };
}

export interface KubeErrorOptions {
  /** Seconds. */
  readonly retryAfter?: number;
  /** Default: a canary. */
  readonly message?: string;
  readonly causes?: NonNullable<KubeRefusal['causes']>;
}

/** AWS's refusal in place of an answer; meets AWS's calls only. */
export function awsError(code: string, status = 400): Fault {
  return { kind: 'error', aws: { status, code } };
}

/** AWS's throttling, which arrives as a 400. */
export function throttled(): Fault {
  return awsError('ThrottlingException');
}

/** An internal error of whatever server is called. */
export function serverError(): Fault {
  const { kube } = kubeError(500) as { kube: KubeRefusal };
  return { kind: 'error', kube, aws: { status: 500, code: 'InternalServiceError' } };
}

/** The bearer token, the web identity or the session is no longer good, until the fault is ended. */
export function expiredToken(): Fault {
  const { kube } = kubeError(401) as { kube: KubeRefusal };
  return { kind: 'error', kube, aws: { status: 400, code: 'ExpiredTokenException' } };
}

/** A page from something in between that is neither AWS nor an API server. */
export function gatewayError(status = 503): Fault {
  return { kind: 'gatewayError', status };
}

/**
 * AWS refuses these ids: in BatchGetSecretValue, and as ParameterNotFound in GetParameters, each by itself, beside the
 * values of the others; else the call.
 */
export function idError(code: string, ...ids: readonly string[]): Fault {
  return { kind: 'idError', code, ids };
}

/** The connection breaks before the server has the call. */
export function reset(): Fault {
  return { kind: 'reset' };
}

/** The server never gets the call, and nothing comes back: the connection stays open until the client leaves. */
export function hang(): Fault {
  return { kind: 'hang' };
}

/** The server gets the call later, even when the client has left by then. */
export function delay(wait: Wait): Fault {
  return { kind: 'delay', wait };
}

/** The server does the call at once, and its answer arrives later. */
export function lateAnswer(wait: Wait): Fault {
  return { kind: 'lateAnswer', wait };
}

/** The server does the call, and its answer never arrives: the connection breaks, or stays silent. */
export function loseAnswer(ending: 'reset' | 'hang' = 'reset'): Fault {
  return { kind: 'loseAnswer', ending };
}

/** The server does the call twice, one after the other; the client gets one of the answers. */
export function duplicate(answer: 'first' | 'second' = 'second'): Fault {
  return { kind: 'duplicate', answer };
}

/** The connection breaks after half of the answer's body; a watch's within its first event. */
export function truncate(): Fault {
  return { kind: 'truncate' };
}

/**
 * AWS answers what it answered to the same question that many versions before the last answer, or the oldest that is
 * known; 0 keeps it at the last one. A question that it has not been asked before is passed on.
 */
export function oldVersion(back = 1): Fault {
  return { kind: 'oldVersion', back };
}

/**
 * The API server answers lists and gets with what there was at this resourceVersion; a get needs the right to list. The
 * watch that follows such a list brings all that has happened since, unless it is held.
 */
export function oldRevision(revision: string): Fault {
  return { kind: 'oldRevision', revision };
}

/** Calls `victim` before the server gets the call, or after it has done it; it is never answered. */
export function kill(when: 'before' | 'after', victim: () => void): Fault {
  return { kind: 'kill', when, victim };
}

/** A watch whose connection breaks after so many events; bookmarks count. Meets watches only, as all that follow do. */
export function cutAfter(events: number): Fault {
  return { kind: 'watch', after: events, ending: 'reset' };
}

/** A watch that the server ends in good order after so many events. */
export function endAfter(events: number): Fault {
  return { kind: 'watch', after: events, ending: 'end' };
}

/** A watch that falls silent after so many events, its connection half-open. */
export function stallAfter(events: number): Fault {
  return { kind: 'watch', after: events, ending: 'stall' };
}

/** A watch that ends with the event that its version is too old (410), after so many others. */
export function gone(events = 0): Fault {
  return { kind: 'watch', after: events, ending: 'gone' };
}

/** A watch that is opened, and each of whose events waits for an open gate; what is held comes in order then. */
export function holdEvents(gate: Pick<Gate, 'opened'>): Fault {
  const pass = async (event: Buffer): Promise<readonly Buffer[]> => {
    await gate.opened();
    return [event];
  };
  return { kind: 'events', pass };
}

/** A watch without bookmarks. */
export function dropBookmarks(): Fault {
  const isBookmark = (event: Buffer): boolean => parseObject(event.toString())?.['type'] === 'BOOKMARK';
  return { kind: 'events', pass: event => (isBookmark(event) ? [] : [event]) };
}

/** A watch that brings each event twice. */
export function duplicateEvents(): Fault {
  return { kind: 'events', pass: event => [event, event] };
}
