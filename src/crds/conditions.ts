import * as z from 'zod';

/**
 * Condition types of an AwsSecret. Ready, Reconciling and Stalled follow kstatus
 * (sigs.k8s.io/cli-utils, pkg/kstatus), so that `kubectl wait`, Flux and Argo CD read them without configuration.
 */
export const CONDITION_TYPES = ['Ready', 'Reconciling', 'Stalled', 'Stale', 'RolledOut'] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

export const conditionSchema = z
  .object({
    type: z.string().max(316).meta({ description: 'Type of the condition, in CamelCase.' }),
    status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'Whether it is so.' }),
    reason: z.string().min(1).max(1024).meta({ description: 'One CamelCase word of the documented list.' }),
    message: z.string().max(32768).meta({ description: 'What happened and the way out, for people.' }),
    lastTransitionTime: z.string().max(64).meta({ format: 'date-time', description: 'When `status` last changed.' }),
    observedGeneration: z
      .int()
      .min(0)
      .meta({ format: 'int64', description: 'The `metadata.generation` that it is about.' }),
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
