import fc, { type Arbitrary } from 'fast-check';
import type { Hints, Json, JsonObject } from '../schema/json-schema.ts';
import { oneOf, without } from './arbitraries.ts';
import { FORMER } from './aws.ts';
import { JMES_PATHS, PATTERNS, REPLACEMENTS } from './expressions.ts';
import type { Names } from './names.ts';

const VERSIONS = ['versionStage', 'versionId', 'parameterVersion', 'parameterLabel'] as const;
/** Versions that the source does not have. */
const STRANGE_VERSIONS: readonly JsonObject[] = [
  { secretId: 'a', parameterVersion: 1 },
  { secretId: 'a', parameterLabel: 'a' },
  { parameter: '/a', versionStage: 'AWSCURRENT' },
  { parameter: '/a', versionId: 'a'.repeat(32) },
];
const WHOLES = ['secretId', 'parameterPath', 'find'] as const;
/** None of them, or several. */
const BAD_WHOLES: readonly JsonObject[] = [
  {},
  { secretId: 'a', parameterPath: '/a' },
  { secretId: 'a', parameterPath: '/a', find: { namePattern: 'a' } },
];

/** What makes `data` and `dataFrom` meet what a sequence has in AWS. */
export function sourceHints(names: Names): Hints {
  const { own, shared, missing, parameters, path } = names;
  const anySecret = fc.constantFrom(...Object.values(own), ...Object.values(shared), missing);
  const documents = fc.constantFrom(own.login, own.more, own.keys, own.regional);
  return {
    'spec.data[]': {
      valid: entries =>
        oneOf([3, soundEntries(names)], [1, entries.map(entry => coherent(entry, parameters.labelled))]),
      breaks: [
        entries => entries.map(entry => ({ ...without(entry, ...VERSIONS), secretId: 'a', parameter: '/a' })),
        entries => entries.map(entry => ({ ...(entry as JsonObject), property: 'a', jmesPath: 'a' })),
        entries =>
          entries.map(entry => {
            const twice = { secretId: 'a', versionStage: 'AWSCURRENT', versionId: 'a'.repeat(32) };
            return { ...without(entry, 'parameter', ...VERSIONS), ...twice };
          }),
        entries =>
          fc
            .tuple(entries, fc.constantFrom(...STRANGE_VERSIONS))
            .map(([entry, strange]) => ({ ...without(entry, 'secretId', 'parameter', ...VERSIONS), ...strange })),
      ],
    },
    'spec.data[].key': {
      valid: () => keys,
      breaks: [() => fc.constantFrom('a/b', '.', '..', '..a', 'a b', 'a\n', 'ключ', 'a\u0000', '$(a)')],
    },
    'spec.data[].secretId': { valid: () => oneOf([9, anySecret], [1, anyNames]), breaks: [() => noNames] },
    'spec.data[].parameter': {
      valid: () => fc.constantFrom(parameters.level, parameters['db/login'], `${path}/missing`),
      breaks: [() => fc.constantFrom('a b', '/a:7', 'a:label', 'ключ', 'a\n', '/a?', 'Arn:aws:ssm:x')],
    },
    'spec.data[].property': {
      valid: texts => oneOf([4, fc.constantFrom('username', 'password', '__proto__', 'a b', 'nested')], [1, texts]),
    },
    'spec.data[].jmesPath': { valid: () => fc.constantFrom(...JMES_PATHS) },
    'spec.data[].encoding': { valid: encodings => oneOf([6, fc.constant('None')], [1, encodings]) },
    // A rotation changes the previous version too, and cannot be taken back: so nobody asks for one of what is rotated.
    'spec.data[].versionStage': { valid: texts => oneOf([8, fc.constant('AWSCURRENT')], [1, texts]) },
    // Nobody knows those that AWS gives.
    'spec.data[].versionId': { valid: () => fc.uuid() },
    'spec.data[].parameterVersion': { valid: () => fc.constantFrom(1, 2, 3) },
    'spec.data[].parameterLabel': {
      valid: () => fc.constantFrom(FORMER, 'never.there'),
      breaks: [() => fc.constantFrom('7', '1a', 'a b', 'a:b', 'a/b', 'ключ', 'a\n')],
    },
    'spec.dataFrom[]': {
      valid: entries => fc.tuple(entries, documents).map(([entry, secretId]) => withOne(entry, secretId)),
      breaks: [
        entries =>
          fc
            .tuple(entries, fc.constantFrom(...BAD_WHOLES))
            .map(([entry, bad]) => ({ ...without(entry, ...WHOLES), ...bad })),
      ],
    },
    'spec.dataFrom[].secretId': {
      valid: () => oneOf([12, documents], [4, anySecret], [1, anyNames]),
      breaks: [() => noNames],
    },
    'spec.dataFrom[].parameterPath': {
      valid: () => fc.constantFrom(path, `${path}/`, `${path}/db`, `${path}/missing`),
      breaks: [() => fc.constantFrom('a', 'a/b', '/a b', '/a:7', '/a*', '/ключ', '/a\n')],
    },
    'spec.dataFrom[].find.namePattern': { valid: () => patterns(names) },
    'spec.dataFrom[].find.tags': { valid: () => fc.constantFrom({}, { team: 'shop' }, { team: 'other' }) },
    'spec.dataFrom[].keys.rename[].pattern': { valid: () => fc.constantFrom(...PATTERNS) },
    'spec.dataFrom[].keys.rename[].replacement': { valid: () => fc.constantFrom(...REPLACEMENTS) },
    'spec.dataFrom[].keys.prefix': {
      valid: () => fc.constantFrom('', 'DB_', 'a-', '.', '..', 'x'.repeat(128)),
      breaks: [() => fc.constantFrom('a/', 'a b', 'ключ', 'a\n', '$')],
    },
  };
}

const anyNames: Arbitrary<Json> = oneOf(
  [3, fc.stringMatching(/^[a-zA-Z0-9/_+=.@!-]{1,64}$/)],
  [1, fc.constantFrom('rds!cluster-1', '!', 'n'.repeat(2048))],
);
const noNames: Arbitrary<Json> = fc.constantFrom(
  'a b',
  'a:b',
  'a#b',
  'ключ',
  'a\n',
  'arn:',
  'arn:aws secret',
  'Arn:aws:a',
);

const keys: Arbitrary<Json> = oneOf(
  [4, fc.constantFrom('username', 'password', 'tls.crt', 'tls.key', 'ssh-privatekey', '.dockerconfigjson', 'DB_URL')],
  [1, fc.constantFrom('__proto__', 'constructor', 'toString', '-', '_', '.a', 'a..b')],
  [2, fc.stringMatching(/^[-._a-zA-Z0-9]{1,24}$/).filter(key => key !== '.' && !key.startsWith('..'))],
  [1, fc.constant('k'.repeat(253))],
);

/** Entries whose source has what they ask for, as long as nobody rotates it. */
function soundEntries({ own, shared, parameters, path }: Names): Arbitrary<Json> {
  const sources: readonly JsonObject[] = [
    { secretId: own.login, property: 'username' },
    { secretId: own.login, property: 'port' },
    { secretId: own.login, property: 'big' },
    { secretId: own.login, property: 'empty' },
    { secretId: own.login, property: 'nested', versionStage: 'AWSCURRENT' },
    { secretId: own.login, jmesPath: 'big' },
    { secretId: own.login, jmesPath: 'nested.a[1]' },
    { secretId: own.login, jmesPath: 'note', optional: true },
    { secretId: own.more, property: '__proto__' },
    { secretId: own.keys, property: 'tls.key', optional: true },
    { secretId: own.keys, property: 'encoded', encoding: 'Base64' },
    { secretId: own.keys, property: 'encoded', encoding: 'Base64Url' },
    { secretId: own.keys },
    { secretId: own.text },
    { secretId: shared.bytes },
    { secretId: shared.large },
    { secretId: own.login, property: 'not there', optional: true },
    { secretId: shared.deleted, optional: true },
    { secretId: own.text, versionStage: 'never there', optional: true },
    { secretId: own.text, versionId: '00000000-0000-4000-8000-000000000000', optional: true },
    { secretId: shared.twice, property: 'host', versionStage: 'AWSPREVIOUS' },
    { parameter: parameters.level },
    { parameter: parameters.level, parameterVersion: 1 },
    { parameter: parameters.labelled, parameterLabel: FORMER, property: 'host' },
    { parameter: parameters['db/login'], jmesPath: 'nested' },
    { parameter: `${path}/missing`, optional: true },
  ];
  return fc.tuple(keys, fc.constantFrom(...sources)).map(([key, source]) => ({ key, ...source }));
}

/** The entry without what excludes what else it asks for. Labels are those of one parameter. */
function coherent(entry: Json, labelled: string): Json {
  const { secretId, parameter, versionId, parameterLabel, jmesPath } = entry as JsonObject;
  const isSecret = secretId !== undefined || parameter === undefined;
  const extra = [
    ...(isSecret ? ['parameter', 'parameterVersion', 'parameterLabel'] : ['versionStage', 'versionId']),
    ...(versionId === undefined ? [] : ['versionStage']),
    ...(parameterLabel === undefined ? [] : ['parameterVersion']),
    ...(jmesPath === undefined ? [] : ['property']),
  ];
  const source = isSecret
    ? { secretId: secretId ?? 'nowhere' }
    : { parameter: parameterLabel === undefined ? parameter : labelled };
  return { ...without(entry, ...extra), ...source };
}

/** The first that it takes whole, and no other; `secretId` where it takes none. */
function withOne(entry: Json, secretId: Json): Json {
  const [first, ...more] = WHOLES.filter(name => (entry as JsonObject)[name] !== undefined);
  return first === undefined ? { ...(entry as JsonObject), secretId } : without(entry, ...more);
}

/** Such that none finds a secret which AWS refuses to give. */
function patterns({ own, shared, missing }: Names): Arbitrary<Json> {
  const folder = shared.twice.replace(/twice$/, '');
  const some = ['t*', 'b*', 'l*', 'tw?ce', 'docker', 'p*', '*.*'].map(pattern => folder + pattern);
  return fc.constantFrom(...some, own.text.replace(/ext$/, '*'), own.login.replace(/ogin$/, '?g*'), `${missing}*`);
}
