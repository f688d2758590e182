/**
 * What the API server itself writes before any word of a quota, a policy or a webhook: kubernetes/apiserver, pkg/admission,
 * plugin/resourcequota/controller.go, plugin/policy/validating/dispatcher.go, plugin/webhook/errors/statuserror.go. What
 * follows is theirs and may quote a value, so that each pattern is anchored and takes no more than the name of an object.
 */
const NAME = '([a-z0-9][-a-z0-9.]{0,252})';
const FORBIDDEN = '^[a-z][-a-z0-9.]* "[^"]*" is forbidden: ';
const PATTERNS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [new RegExp(`${FORBIDDEN}(?:exceeded|status unknown for) quota: ${NAME}, `), 'ResourceQuota'],
  [
    new RegExp(`${FORBIDDEN}ValidatingAdmissionPolicy '${NAME}' with binding '[^']*' denied request: `),
    'ValidatingAdmissionPolicy',
  ],
  [new RegExp(`^admission webhook "${NAME}" denied the request`), 'admission webhook'],
];

const SILENT = new RegExp(`^Internal error occurred: failed calling webhook "${NAME}"[:;] `);

/** Who made the API server refuse, such as `ResourceQuota "team"`; undefined when its message does not tell. */
export function refuserOf(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  for (const [pattern, kind] of PATTERNS) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return `${kind} "${name}"`;
  }
  return undefined;
}

/** The webhook that did not answer the API server; undefined when its message does not tell. */
export function silentWebhook(message: unknown): string | undefined {
  const name = typeof message === 'string' ? SILENT.exec(message)?.[1] : undefined;
  return name && `admission webhook "${name}"`;
}
