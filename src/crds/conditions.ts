import { z } from 'zod';

/**
 * Condition types of an AwsSecret. Ready, Reconciling and Stalled follow kstatus
 * (sigs.k8s.io/cli-utils, pkg/kstatus), so that `kubectl wait`, Flux and Argo CD read them without configuration.
 */
export const CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled', 'Stale', 'RolledOut'] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** Why a condition has its status: one list for conditions, events, metrics, logs and the docs. */
export const REASONS = {
  Synced: 'The Secret holds what AWS holds.',
  Progressing: 'The first sync of this generation is under way.',
  Suspended: '`spec.suspend` is true: nothing is read or written until it is false.',
  SecretNotFound: 'AWS has no secret of that name, or it is scheduled for deletion, or the stage points at no version.',
  AccessDenied: 'AWS refused the call: the identity lacks an IAM permission, or a resource policy denies it.',
  DecryptionFailed: 'AWS could not decrypt the value: the KMS key is disabled, deleted, or not allowed.',
  InvalidReference: 'AWS refused the reference itself, such as a malformed ARN.',
  CredentialsUnavailable: 'No AWS credentials: the web identity token, the role or its trust policy does not work.',
  Unavailable: 'AWS did not answer in any region: network, timeout, throttling or a server error.',
  ReplicaBehind: 'The primary region does not answer, and a secondary has another version than the Secret holds.',
  NotJson: 'The value is not a JSON object, but its properties were asked for.',
  PropertyNotFound: 'The JSON object has no such property.',
  EmptyValue: 'The secret has no value yet.',
  InvalidKey: 'The name cannot be a key of a Secret: letters, digits, `-`, `_` and `.`, 253 characters at the most.',
  DuplicateKey: 'Two `dataFrom` entries give the same key.',
  TooLarge: 'The Secret would exceed the 1 MiB that Kubernetes accepts.',
  MissingTypeKeys: "The Secret's type demands keys that the sources do not give.",
  InvalidSpec: 'The spec breaks a rule that the API server would have refused.',
  TargetNotOwned: 'A Secret of that name exists and is not ours; `creationPolicy: Adopt` would take it over.',
  TargetOwnedByOther: 'The Secret belongs to another controller or another AwsSecret.',
  TargetImmutable: 'The Secret is immutable and holds another content.',
  TargetTypeDiffers: 'The Secret exists with another type, which Kubernetes does not let anybody change.',
  NamespaceTerminating: 'The namespace is being deleted.',
  WriteRefused: 'The API server refused to write: RBAC, quota or an admission policy.',
  ApiServerUnavailable: 'The Kubernetes API server did not answer.',
  UpToDate: 'Every workload that uses the Secret runs with its present content.',
  RollingOut: 'Workloads are being restarted, or wait for their pods.',
  RestartFailed: 'A workload could not be patched, or its rollout exceeded its progress deadline.',
} as const;
export type Reason = keyof typeof REASONS;

export const conditionSchema = z
  .object({
    type: z.string().max(316).meta({ description: 'Type of the condition, in CamelCase.' }),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string().min(1).max(1024).meta({ description: 'One CamelCase word of the documented list.' }),
    message: z.string().max(32768).meta({ description: 'What happened and the way out, for people.' }),
    lastTransitionTime: z.string().max(64).meta({ format: 'date-time', description: 'When `status` last changed.' }),
    observedGeneration: z.int().min(0).meta({ format: 'int64' }),
  })
  .meta({ description: 'One aspect of the present state.' });
export type Condition = Readonly<z.infer<typeof conditionSchema>>;

/** A condition before it has met its predecessor: the transition time follows from that. */
export type NextCondition = Omit<Condition, 'lastTransitionTime' | 'type'> & { readonly type: ConditionType };

/** When conditions changed that nobody has written yet: they are the default of the CRD. */
export const NEVER = '1970-01-01T00:00:00Z';

/**
 * `previous` with `next` in the place of conditions of the same type, and without the types in `remove`.
 * The transition time moves only when `status` does (Kubernetes API conventions, "Typical status properties").
 */
export function withConditions(
  previous: readonly Condition[],
  next: readonly NextCondition[],
  remove: readonly ConditionType[],
  now: string,
): readonly Condition[] {
  const kept = previous.filter(c => !next.some(n => n.type === c.type) && !remove.some(type => type === c.type));
  const changed = next.map(condition => {
    const before = previous.find(c => c.type === condition.type);
    const isSame = before?.status === condition.status && before.lastTransitionTime !== NEVER;
    return { ...condition, lastTransitionTime: isSame ? before.lastTransitionTime : now };
  });
  const order = (type: string): number => (CONDITION_TYPES as readonly string[]).indexOf(type);
  return [...kept, ...changed].sort((a, b) => order(a.type) - order(b.type));
}
