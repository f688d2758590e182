import { fail, type Result } from '../controller/runtime/error.ts';
import { refuserOf, silentWebhook } from './refuser.ts';

/**
 * An answer of the API server that is no success, or none at all (`status` 0). It carries no text of the server's but
 * names of objects: the message of a 422 or of an admission webhook may quote a value (Argo CD, CVE-2025-23216).
 */
export interface KubeError {
  readonly status: number;
  /** `reason` of the Status object (`NotFound`, `Conflict`, `Invalid`, …), or `NoAnswer`. */
  readonly reason: string;
  /** The fields that were refused, without the names of their entries. */
  readonly fields: readonly string[];
  /** Kinds of the causes, such as `NamespaceTerminating`; an admission webhook may have made them up: not to be told. */
  readonly causes: readonly string[];
  /** The quota, policy or webhook that refused, by its name; the status is 403 then. */
  readonly refuser?: string;
  /** The webhook that did not answer the API server, by its name. */
  readonly silent?: string;
  /** From the Retry-After header. */
  readonly retryAfterMs?: number;
}

export type KubeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: KubeError };

interface StatusBody {
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly details?: { readonly causes?: readonly ({ readonly reason?: unknown; readonly field?: unknown } | null)[] };
}

/** k8s.io/apimachinery, pkg/apis/meta/v1/types.go, StatusReason. */
const REASONS: ReadonlySet<unknown> = new Set([
  ...['AlreadyExists', 'BadRequest', 'Conflict', 'Expired', 'Forbidden', 'Gone', 'InternalError', 'Invalid'],
  ...['MethodNotAllowed', 'NotAcceptable', 'NotFound', 'RequestEntityTooLarge', 'ServerTimeout', 'ServiceUnavailable'],
  ...['StorageReadError', 'Timeout', 'TooManyRequests', 'Unauthorized', 'UnsupportedMediaType'],
]);
/** As far as it is made of names that every such object has: what follows may be anything, in whatever form. */
const FIELD = /^(data|immutable|type|spec|status|metadata(\.(name|labels|annotations|ownerReferences))?)(?![A-Za-z])/;
const WORD = /^[A-Za-z]{1,64}$/;
/** What etcd does not take comes as a 500, in these words: apiserver, pkg/endpoints/handlers/rest.go, isTooLargeError. */
const TOO_LARGE =
  /^(etcdserver: request is too large|rpc error: code = ResourceExhausted desc = trying to send message larger than max)/;

/** An admission webhook may write whatever it likes into every text of its refusal: only words that are known are taken. */
export function kubeError(status: number, body: unknown, retryAfter: string | undefined): KubeError {
  const { reason, message, details } = (typeof body === 'object' && body !== null ? body : {}) as StatusBody;
  const causes = Array.isArray(details?.causes) ? details.causes : [];
  const seconds = Number(retryAfter);
  const refuser = refuserOf(message);
  // It may choose its status: a 404 or a 409 of its would say that the object is gone, or that somebody wrote it.
  if (refuser !== undefined) return { status: 403, reason: 'Forbidden', fields: [], causes: [], refuser };
  if (typeof message === 'string' && TOO_LARGE.test(message)) {
    return { status: 413, reason: 'RequestEntityTooLarge', fields: [], causes: [] };
  }
  const silent = silentWebhook(message);
  return {
    status,
    reason: typeof reason === 'string' && REASONS.has(reason) ? reason : `HTTP ${status}`,
    fields: [...new Set(causes.flatMap(cause => match(FIELD, cause?.field)))],
    causes: causes.flatMap(cause => match(WORD, cause?.reason)),
    ...(silent !== undefined && { silent }),
    ...(retryAfter !== undefined && seconds >= 0 && { retryAfterMs: seconds * 1_000 }),
  };
}

function match(pattern: RegExp, text: unknown): readonly string[] {
  return typeof text === 'string' ? (pattern.exec(text)?.slice(0, 1) ?? []) : [];
}

/**
 * The error as the controllers know it. `action` says what was tried, in the words of RBAC: "create secrets in
 * namespace shop".
 */
export function syncError(error: KubeError, action: string): Result<never> {
  const { status, reason, fields, causes, refuser, silent = 'the API server' } = error;
  if (refuser !== undefined)
    return fail('WriteRefused', 'content', `could not ${action}: ${refuser} does not allow it`);
  if (status === 409) return fail('Progressing', 'conflict', `could not ${action}: somebody else wrote it first`);
  if (causes.includes('NamespaceTerminating')) {
    return fail('NamespaceTerminating', 'content', `could not ${action}: the namespace is being deleted`);
  }
  if (status === 401 || status === 403) {
    const message = `could not ${action}: the API server refused (${reason}); see RBAC, quotas and admission policies`;
    return fail('WriteRefused', 'content', message);
  }
  if (status === 404) return fail('Progressing', 'conflict', `could not ${action}: it is gone`);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    const where = fields.length === 0 ? '' : ` because of ${fields.join(', ')}`;
    return fail('WriteRefused', 'content', `could not ${action}: refused as ${reason}${where}`);
  }
  return fail('ApiServerUnavailable', 'transient', `could not ${action}: ${silent} did not answer (${reason})`);
}
