import type { Reason } from '../../../src/crds/reasons.ts';
import type { Aws } from './aws.ts';
import { obstacles, type Secrets, type Self, written } from './secrets.ts';
import type { Spec } from './spec.ts';
import { valuesOf } from './values.ts';

/** All that a spec meets. */
export interface Scene {
  readonly aws: Aws;
  readonly secrets: Secrets;
  readonly self: Self;
}

/**
 * What a spec that the API server took must lead to: the Secrets that are then there; or a refusal for one of these
 * reasons, with nothing changed; or nothing at all, not even another Ready.
 */
export type Verdict =
  | { readonly kind: 'holds'; readonly secrets: Secrets }
  | { readonly kind: 'refused'; readonly reasons: ReadonlySet<Reason> }
  | { readonly kind: 'suspended'; readonly ready: 'True' | 'False' };

/** `ready` is what the AwsSecret says now. */
export function judge(spec: Spec, { aws, secrets, self }: Scene, ready: 'True' | 'False' = 'True'): Verdict {
  if (spec.suspend) return { kind: 'suspended', ready };
  const read = valuesOf(spec, aws);
  const data = read.kind === 'values' ? read.values : undefined;
  const reasons = new Set([...(read.kind === 'wrong' ? read.reasons : []), ...obstacles(spec, data, secrets, self)]);
  if (data === undefined || reasons.size > 0) return { kind: 'refused', reasons };
  return { kind: 'holds', secrets: written(spec, data, secrets, self) };
}

/** docs/concepts.md, "Conditions": what stands beside Ready=False. */
export function companionOf(reason: Reason): 'Stalled' | 'Reconciling' {
  return reason === 'InvalidSpec' || reason.startsWith('Target') ? 'Stalled' : 'Reconciling';
}
