import { fail, type Result } from '../controller/runtime/error.ts';

/**
 * An answer of the API server that is no success, or none at all (`status` 0). It carries no text of the server's: the
 * message of a 422 or of an admission webhook may quote a value (Argo CD, CVE-2025-23216).
 */
export interface KubeError {
  readonly status: number;
  /** `reason` of the Status object (`NotFound`, `Conflict`, `Invalid`, …), or `NoAnswer`. */
  readonly reason: string;
  /** Paths of the fields that were refused. */
  readonly fields: readonly string[];
  /** Kinds of the causes, such as `NamespaceTerminating`. */
  readonly causes: readonly string[];
  /** From the Retry-After header. */
  readonly retryAfterMs?: number;
}

export type KubeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: KubeError };

interface StatusBody {
  readonly reason?: unknown;
  readonly details?: { readonly causes?: readonly { readonly reason?: unknown; readonly field?: unknown }[] };
}

/** An admission webhook may write whole sentences into these fields; only what has the form of a name is taken. */
const WORD = /^[A-Za-z]{1,64}$/;
const FIELD_PATH = /^[\w.[\]/-]{1,253}$/;

function matching(pattern: RegExp, text: unknown): readonly string[] {
  return typeof text === 'string' && pattern.test(text) ? [text] : [];
}

export function kubeError(status: number, body: unknown, retryAfter: string | undefined): KubeError {
  const { reason, details } = (typeof body === 'object' && body !== null ? body : {}) as StatusBody;
  const causes = Array.isArray(details?.causes) ? details.causes : [];
  const seconds = Number(retryAfter);
  return {
    status,
    reason: matching(WORD, reason)[0] ?? `HTTP ${status}`,
    fields: causes.flatMap(cause => matching(FIELD_PATH, cause.field)),
    causes: causes.flatMap(cause => matching(WORD, cause.reason)),
    ...(retryAfter !== undefined && seconds >= 0 && { retryAfterMs: seconds * 1_000 }),
  };
}

/**
 * The error as the controllers know it. `action` says what was tried, in the words of RBAC: "create secrets in
 * namespace shop".
 */
export function syncError({ status, reason, fields, causes }: KubeError, action: string): Result<never> {
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
  return fail('ApiServerUnavailable', 'transient', `could not ${action}: the API server did not answer (${reason})`);
}
