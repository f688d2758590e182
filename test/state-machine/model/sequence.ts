import fc, { type Arbitrary } from 'fast-check';
import { type Broken, brokenValues } from '../schema/broken-values.ts';
import type { Json, JsonObject, JsonSchema } from '../schema/json-schema.ts';
import { validValues } from '../schema/valid-values.ts';
import { without } from './arbitraries.ts';
import { OWN_SECRETS, type OwnSecret } from './aws.ts';
import type { ContentName } from './content.ts';
import type { Names } from './names.ts';
import { initialScene } from './scene.ts';
import { asSpec, type Spec } from './spec.ts';
import { specHints } from './spec-hints.ts';
import { judge } from './verdict.ts';

/** What somebody does by hand to the Secret: a value that is edited, a key that is added or taken away, our signs. */
export const EDITS = ['value', 'key added', 'key gone', 'all data', 'label', 'owner', 'annotations'] as const;
export type Edit = (typeof EDITS)[number];

/** What users, people with rights, and AWS do, one after the other. */
export type Step =
  /** Specs that keep the schema: the first that is neither refused nor suspended stays, else all are taken back. */
  | { readonly do: 'apply'; readonly specs: readonly Spec[] }
  /** Specs, without what they say of the target, and at once what there was before: nobody waits for what becomes of them. */
  | { readonly do: 'hurry'; readonly specs: readonly Spec[] }
  /** A manifest that breaks one constraint of the schema. */
  | { readonly do: 'misapply'; readonly path: string; readonly constraint: string; readonly manifest: Json }
  | { readonly do: 'rotate'; readonly secret: OwnSecret; readonly to: ContentName }
  | { readonly do: 'edit'; readonly what: Edit }
  | { readonly do: 'remove' }
  /** Deletes the AwsSecret, and makes it again. */
  | { readonly do: 'recreate' };

export interface Sequence {
  /** Whose state can be reached. */
  readonly first: Spec;
  readonly steps: readonly Step[];
}

/** As often may a Secret be put right at once; more of it is contested (docs/concepts.md, "Events"). */
const REPAIRS = 4;

/** Sequences for the AwsSecret of `names`. */
export function sequences(schema: JsonSchema, names: Names): Arbitrary<Sequence> {
  // Nobody answers for an identity here.
  const specs = soundManifests(schema, names).map(manifest =>
    asSpec(without((manifest as JsonObject)['spec'] ?? {}, 'auth')),
  );
  const scene = initialScene(names, 'uid', 'stamp');
  const sound = specs.filter(spec => judge(spec, scene).kind === 'holds');
  const steps: Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: applied(fc.oneof(sound, specs)) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('hurry' as const),
        specs: fc.array(specs, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 3, arbitrary: misapplied(brokenSpecs(schema, names)) },
    { weight: 3, arbitrary: rotations },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), what: fc.constantFrom(...EDITS) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'remove' } as const) },
    { weight: 1, arbitrary: fc.constant({ do: 'recreate' } as const) },
  );
  const many = fc.array(steps, { minLength: 9, maxLength: 12, size: 'max' });
  return fc.tuple(sound, many).map(([first, all]) => ({ first, steps: calm(all) }));
}

/** Manifests that break no constraint, but of their metadata. */
export function soundManifests(schema: JsonSchema, names: Names): Arbitrary<Json> {
  return validValues(schema, specHints(names));
}

/** Each constraint that a spec can break; `schema` is that of a manifest. */
export function brokenSpecs(schema: JsonSchema, names: Names): readonly Broken[] {
  return brokenValues(schema, specHints(names)).filter(({ path, constraint }) => path !== '' || constraint !== 'type');
}

function applied(specs: Arbitrary<Spec>): Arbitrary<Step> {
  return fc.record({ do: fc.constant('apply' as const), specs: fc.array(specs, { minLength: 1, maxLength: 2 }) });
}

function misapplied(broken: readonly Broken[]): Arbitrary<Step> {
  return fc.oneof(
    ...broken.map(({ path, constraint, values }) =>
      values.map(manifest => ({ do: 'misapply', path, constraint, manifest }) as const),
    ),
  );
}

const rotations: Arbitrary<Step> = fc.record({
  do: fc.constant('rotate' as const),
  secret: fc.constantFrom(...OWN_SECRETS),
  to: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<ContentName>('login', 'more', 'keys') },
    {
      weight: 2,
      arbitrary: fc.constantFrom<ContentName>(
        ...(['login without a password', 'text', 'bytes', 'a list'] as const),
        ...(['an object without properties', 'a name that is no key'] as const),
      ),
    },
  ),
});

/** Without the repairs beyond those that are made at once. */
function calm(steps: readonly Step[]): readonly Step[] {
  const repaired = steps.filter(step => step.do === 'edit' || step.do === 'remove');
  const beyond: ReadonlySet<Step> = new Set(repaired.slice(REPAIRS));
  return steps.filter(step => !beyond.has(step));
}
