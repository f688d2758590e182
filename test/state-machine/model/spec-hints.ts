import fc, { type Arbitrary } from 'fast-check';
import type { Hints, Json, JsonObject } from '../schema/json-schema.ts';
import { oneOf, without } from './arbitraries.ts';
import { authHints } from './auth-hints.ts';
import { PRIMARY, SECONDARY } from './aws.ts';
import type { Names } from './names.ts';
import { sourceHints } from './source-hints.ts';
import { asSpec } from './spec.ts';

/** What makes a spec meet the objects of a sequence: else every one that is drawn would name what is not there. */
export function specHints(names: Names): Hints {
  return {
    spec: {
      valid: specs =>
        fc
          .tuple(specs, fc.nat(3))
          .map(([spec, n]) => (n === 0 ? spec : withKeysOfType(spec, names)))
          .filter(hasSource),
      breaks: [specs => specs.map(spec => without(spec, 'data', 'dataFrom'))],
    },
    'spec.refreshInterval': { valid: () => intervals, breaks: [() => fc.constantFrom(...BAD_INTERVALS)] },
    'spec.suspend': { valid: () => oneOf([9, fc.constant(false)], [1, fc.constant(true)]) },
    'spec.regions': {
      valid: () =>
        oneOf(
          [3, fc.constantFrom([PRIMARY], [PRIMARY, SECONDARY])],
          [1, fc.constantFrom([SECONDARY], [SECONDARY, PRIMARY])],
        ),
      breaks: [
        () => fc.constantFrom(['Ireland'], ['eu-west-1 '], ['eu-west-1', ''], ['eu-west-1\n'], ['']),
        () => fc.constantFrom([PRIMARY, PRIMARY], [PRIMARY, SECONDARY, PRIMARY]),
      ],
    },
    // No two lists of more than two real regions are distinct: for those that are too long.
    'spec.regions[]': { valid: () => fc.stringMatching(/^[a-z]{2}-[a-z]{4,9}-[0-9]{1,4}$/) },
    ...authHints,
    ...sourceHints(names),
    'spec.target.name': {
      valid: () => fc.constantFrom(names.awsSecret, ...names.free, names.handmade, names.frozen, names.controlled),
      breaks: [() => fc.constantFrom('A', 'a_b', '-a', 'a-', 'a..b', '.', 'a/b', 'a\n', 'a b', 'ü')],
    },
    'spec.target.type': { valid: types => oneOf([3, fc.constant('Opaque')], [1, types]) },
    'spec.target.creationPolicy': { valid: policies => oneOf([2, fc.constant('Owner')], [1, policies]) },
    'spec.target.metadata': {
      valid: metadata => metadata.filter(value => !JSON.stringify(value).includes(RESERVED)),
      breaks: [
        metadata =>
          fc
            .tuple(
              metadata,
              fc.constantFrom('labels', 'annotations'),
              fc.constantFrom(`${RESERVED}owner`, `x.${RESERVED}x`),
            )
            .map(([value, field, key]) => ({ ...(value as JsonObject), [field]: { [key]: 'x' } })),
      ],
    },
    'spec.target.metadata.labels': { valid: maps => oneOf([6, fc.dictionary(labelKeys, labelValues, FEW)], [1, maps]) },
    'spec.target.metadata.annotations': {
      valid: maps => oneOf([6, fc.dictionary(labelKeys, fc.string({ unit: 'binary' }), FEW)], [1, maps]),
    },
  };
}

const RESERVED = 'secrets-operator.io/';
const FEW = { maxKeys: 3, noNullPrototype: true } as const;
const labelKeys = fc.constantFrom(
  'team',
  'example.com/tier',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/name',
  'x',
);
const labelValues = fc.constantFrom('', 'shop', 'a.b_c-D', 'x'.repeat(63));

/** Such that no refresh comes while a sequence runs. */
const intervals: Arbitrary<Json> = fc
  .array(
    fc.tuple(fc.integer({ min: 0, max: 900 }), fc.constantFrom('', '.5', '.125'), fc.constantFrom('h', 'm', 's')),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map(parts => ({
    text: parts.map(part => part.join('')).join(''),
    seconds: parts.reduce((sum, part) => sum + secondsOf(part), 0),
  }))
  .filter(({ text, seconds }) => text.length <= 32 && seconds >= 120 && seconds <= 720 * 3_600)
  .map(({ text }) => text);

function secondsOf([count, fraction, unit]: readonly [number, string, string]): number {
  return Number(`${count}${fraction}`) * ({ h: 3_600, m: 60 }[unit] ?? 1);
}

const BAD_INTERVALS = [
  '',
  'soon',
  '9s',
  '9999ms',
  '721h',
  '720h1ms',
  '-1m',
  '1m ',
  '00',
  '60',
  '1d',
  '1m\n',
  '.5h',
  '9e9h',
];

/** The entries that the type of the target demands, unless they are there. */
function withKeysOfType(spec: Json, { own, shared }: Names): Json {
  const { data = [], target = {} } = asSpec(spec);
  const entries: Readonly<Record<string, readonly JsonObject[]>> = {
    'kubernetes.io/basic-auth': [{ key: 'username', secretId: own.login, property: 'username' }],
    'kubernetes.io/dockerconfigjson': [{ key: '.dockerconfigjson', secretId: shared.docker }],
    'kubernetes.io/ssh-auth': [{ key: 'ssh-privatekey', secretId: own.text }],
    'kubernetes.io/tls': ['tls.crt', 'tls.key'].map(key => ({ key, secretId: own.keys, property: key })),
  };
  const wanted = entries[target.type ?? ''] ?? [];
  const kept = data.filter(({ key }) => wanted.every(entry => entry['key'] !== key));
  return { ...(spec as JsonObject), ...(wanted.length > 0 && { data: [...kept, ...wanted] as unknown as Json }) };
}

function hasSource(spec: Json): boolean {
  const { data = [], dataFrom = [] } = asSpec(spec);
  return data.length + dataFrom.length > 0;
}
