import { describe, expect, it, test } from 'vitest';
import type { Reason } from '../../../src/crds/reasons.ts';
import { OWN, PRIMARY, put } from './aws.ts';
import { contentOf } from './content.ts';
import { namesOf } from './names.ts';
import { initialScene } from './scene.ts';
import type { ModelSecret } from './secrets.ts';
import type { DataEntry, Spec } from './spec.ts';
import { companionOf, judge, type Scene } from './verdict.ts';

const names = namesOf('1', name => name);
const { own, shared, missing, awsSecret, parameters, path } = names;
const scene = initialScene(names, 'uid', 'stamp');
const entry = (over: Partial<DataEntry> = {}): Spec => ({ data: [{ key: 'k', secretId: own.login, ...over }] });
const whole = (...secretIds: readonly string[]): Spec => ({ dataFrom: secretIds.map(secretId => ({ secretId })) });
const decoded = ({ data }: ModelSecret) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

/** The target as it is then, or the reasons for which it is refused. */
function outcome(spec: Spec, { name = awsSecret, at = scene }: { name?: string; at?: Scene } = {}) {
  const verdict = judge(spec, at);
  if (verdict.kind === 'refused') return [...verdict.reasons].sort();
  return verdict.kind === 'holds' ? verdict.secrets.get(name) : verdict.kind;
}

describe('what a key holds', () => {
  const rows: readonly { why: string; spec: Spec; is: Readonly<Record<string, string>> | readonly Reason[] }[] = [
    { why: 'a whole value', spec: entry({ secretId: own.text }), is: { k: 'text-stamp' } },
    { why: 'a property', spec: entry({ property: 'username' }), is: { k: 'user-stamp' } },
    { why: 'a number as it is written', spec: entry({ property: 'big' }), is: { k: '12345678901234567890.10' } },
    { why: 'an object, compact', spec: entry({ property: 'nested' }), is: { k: '{"a":[1,"x"]}' } },
    { why: 'no such property', spec: entry({ property: 'x' }), is: ['PropertyNotFound'] },
    { why: 'no such property, and optional', spec: entry({ property: 'x', optional: true }), is: {} },
    { why: 'a property of a text', spec: entry({ secretId: own.text, property: 'x' }), is: ['NotJson'] },
    {
      why: 'optional does not mend that',
      spec: entry({ secretId: own.text, property: 'x', optional: true }),
      is: ['NotJson'],
    },
    { why: 'no such secret', spec: entry({ secretId: missing }), is: ['SecretNotFound'] },
    { why: 'no such secret, and optional', spec: entry({ secretId: missing, optional: true }), is: {} },
    { why: 'no such stage', spec: entry({ versionStage: 'x' }), is: ['SecretNotFound'] },
    { why: 'scheduled for deletion', spec: entry({ secretId: shared.deleted }), is: ['SecretNotFound'] },
    { why: 'without a value', spec: entry({ secretId: shared.placeholder }), is: ['SecretNotFound'] },
    { why: 'denied', spec: entry({ secretId: shared.denied }), is: ['AccessDenied'] },
    { why: 'optional is not denied', spec: entry({ secretId: shared.denied, optional: true }), is: ['AccessDenied'] },
    { why: 'sealed', spec: whole(shared.sealed), is: ['DecryptionFailed'] },
    {
      why: 'the version before',
      spec: entry({ secretId: shared.twice, versionStage: 'AWSPREVIOUS', property: 'host' }),
      is: { k: 'stamp-previous' },
    },
    {
      why: 'another region',
      spec: { ...entry({ secretId: own.regional, property: 'username' }), regions: ['eu-central-1'] },
      is: { k: 'user-stamp-eu-central-1' },
    },
    { why: 'not in that region', spec: { ...entry(), regions: ['eu-central-1', 'eu-west-1'] }, is: ['SecretNotFound'] },
    { why: 'a document', spec: whole(shared.docker), is: { auths: '{"stamp":{}}' } },
    { why: 'one key of two documents', spec: whole(own.login, own.more), is: ['DuplicateKey'] },
    { why: 'no JSON', spec: whole(shared.bytes), is: ['NotJson'] },
    { why: 'JSON, but no object', spec: whole(shared.list), is: ['NotJson'] },
    { why: 'no properties', spec: whole(shared.bare), is: ['EmptyValue'] },
    { why: 'a name that is no key', spec: whole(shared.misnamed), is: ['InvalidKey'] },
    { why: 'a path through the document', spec: entry({ jmesPath: 'nested.a[1]' }), is: { k: 'x' } },
    { why: 'a path to nothing', spec: entry({ jmesPath: 'note' }), is: ['PropertyNotFound'] },
    { why: 'a path to nothing, and optional', spec: entry({ jmesPath: 'note', optional: true }), is: {} },
    { why: 'a path through a text', spec: entry({ secretId: own.text, jmesPath: 'note' }), is: ['NotJson'] },
    { why: 'a function of a number', spec: entry({ jmesPath: 'length(port)' }), is: ['ExpressionFailed'] },
    {
      why: 'no path',
      spec: entry({ secretId: missing, jmesPath: 'username[' }),
      is: ['InvalidSpec', 'SecretNotFound'],
    },
    {
      why: 'what is encoded',
      spec: entry({ secretId: own.keys, property: 'encoded', encoding: 'Base64' }),
      is: { k: 'encoded-stamp' },
    },
    { why: 'what is not', spec: entry({ property: 'username', encoding: 'Base64Url' }), is: ['DecodingFailed'] },
    { why: 'a version that nobody knows', spec: entry({ versionId: '0' }), is: ['SecretNotFound'] },
    { why: 'a parameter', spec: { data: [{ key: 'k', parameter: parameters.level }] }, is: { k: 'text-stamp' } },
    {
      why: 'a parameter by its label',
      spec: { data: [{ key: 'k', parameter: parameters.labelled, parameterLabel: 'former', property: 'host' }] },
      is: { k: 'stamp-previous' },
    },
    {
      why: 'a parameter by a version that there is not',
      spec: { data: [{ key: 'k', parameter: parameters.level, parameterVersion: 3 }] },
      is: ['SecretNotFound'],
    },
    {
      why: 'all below a path',
      spec: { data: [{ key: 'db_login', secretId: own.text }], dataFrom: [{ parameterPath: path }] },
      is: { level: 'text-stamp', labelled: 'text-stamp', db_login: 'text-stamp' },
    },
    { why: 'nothing below a path', spec: { dataFrom: [{ parameterPath: `${path}/missing` }] }, is: ['EmptyValue'] },
    {
      why: 'what is found by tag',
      spec: { dataFrom: [{ find: { namePattern: '*', tags: { team: 'shop' }, expand: true }, keys: { prefix: 'x' } }] },
      is: expect.objectContaining({ xport: '5432' }),
    },
    { why: 'nothing found', spec: { dataFrom: [{ find: { namePattern: `${missing}*` } }] }, is: ['EmptyValue'] },
    {
      why: 'names that are changed',
      spec: {
        dataFrom: [
          {
            secretId: own.keys,
            keys: { rename: [{ pattern: '-', replacement: '' }], case: 'UpperSnake', prefix: 'a-' },
          },
        ],
      },
      is: expect.objectContaining({ 'a-TLS_KEY': 'key-stamp', 'a-SSHPRIVATEKEY': 'ssh-stamp' }),
    },
    {
      why: 'a pattern that is none',
      spec: { dataFrom: [{ secretId: own.keys, keys: { rename: [{ pattern: '(', replacement: '' }] } }] },
      is: ['InvalidSpec'],
    },
    {
      why: 'names that become one',
      spec: { dataFrom: [{ secretId: own.keys, keys: { rename: [{ pattern: '^(.*)$', replacement: 'x' }] } }] },
      is: ['DuplicateKey'],
    },
    {
      why: 'all wrongs at once',
      spec: { ...whole(shared.bare, shared.denied), ...entry({ secretId: missing }) },
      is: ['AccessDenied', 'EmptyValue', 'SecretNotFound'],
    },
    { why: 'suspended, whatever is wrong', spec: { ...entry({ secretId: missing }), suspend: true }, is: [] },
  ];
  it.each(rows)('$why', ({ spec, is }) => {
    const found = outcome(spec);
    if (found === 'suspended') expect(is).toEqual([]);
    else expect(Array.isArray(found) || found === undefined ? found : decoded(found as ModelSecret)).toEqual(is);
  });

  it('data wins over dataFrom, and settles which of two counts', () => {
    const spec = { ...whole(own.login, own.more), ...entry({ key: 'password', secretId: own.text }) };
    expect(decoded(outcome(spec) as ModelSecret)).toMatchObject({
      password: 'text-stamp',
      username: 'user-stamp',
      '-._': 'stamp',
    });
  });

  it('a rotation', () => {
    const at = { ...scene, aws: put(scene.aws, PRIMARY, own.login, contentOf('text', 'new')) };
    expect(decoded(outcome(entry(), { at }) as ModelSecret)).toEqual({ k: 'text-new' });
    expect(outcome(entry({ property: 'username' }), { at })).toEqual(['NotJson']);
  });
});

describe('whose Secret it is', () => {
  const target = (of: NonNullable<Spec['target']>): Spec => ({ ...whole(own.login), target: of });
  const adopt = { creationPolicy: 'Adopt' };
  const rows: readonly { why: string; spec: Spec; is: readonly Reason[] }[] = [
    { why: 'made by hand', spec: target({ name: names.handmade }), is: ['TargetNotOwned'] },
    { why: 'made by hand, and immutable', spec: target({ ...adopt, name: names.frozen }), is: ['TargetImmutable'] },
    { why: 'another controller’s', spec: target({ ...adopt, name: names.controlled }), is: ['TargetOwnedByOther'] },
    {
      why: 'of another type',
      spec: target({ ...adopt, name: names.handmade, type: 'kubernetes.io/basic-auth' }),
      is: ['TargetTypeDiffers'],
    },
    { why: 'without what the type demands', spec: target({ type: 'kubernetes.io/tls' }), is: ['MissingTypeKeys'] },
    { why: 'a label that is none', spec: target({ metadata: { labels: { a: 'no label' } } }), is: ['InvalidSpec'] },
    {
      why: 'an annotation that is none',
      spec: target({ metadata: { annotations: { 'a b': '' } } }),
      is: ['InvalidSpec'],
    },
  ];
  it.each(rows)('$why', ({ spec, is }) => expect(outcome(spec)).toEqual(is));

  const leadTo = (...specs: readonly Spec[]): Scene => {
    let secrets = scene.secrets;
    for (const spec of specs) {
      const verdict = judge(spec, { ...scene, secrets });
      if (verdict.kind !== 'holds') throw new Error(JSON.stringify(spec));
      secrets = verdict.secrets;
    }
    return { ...scene, secrets };
  };

  it('what is taken over keeps its labels, and has no owner', () => {
    const { labels = {} } =
      leadTo(target({ ...adopt, name: names.handmade })).secrets.get(names.handmade)?.theirs ?? {};
    expect(labels).toEqual({ app: 'theirs' });
    expect(outcome(target({ ...adopt, name: names.handmade }), { name: names.handmade })).not.toHaveProperty('owner');
  });

  it('a former target goes, stays, or is let go', () => {
    const typed = { ...target({ type: 'kubernetes.io/basic-auth' }) };
    const elsewhere = target({ name: 'new' });
    expect(leadTo(target({}), elsewhere).secrets.has(awsSecret)).toBe(false);
    expect(leadTo(typed, elsewhere).secrets.get(awsSecret)).toMatchObject({ owner: 'uid', keeper: 'uid' });
    const released = leadTo(target({ ...adopt, name: names.handmade }), elsewhere).secrets.get(names.handmade);
    expect(released).toMatchObject({ theirs: { labels: { app: 'theirs' } } });
    expect(released).not.toHaveProperty('keeper');
  });

  it('made again under its name it takes back what it owned, and not what it adopted', () => {
    const again = (at: Scene): Scene => ({ ...at, self: { name: awsSecret, uid: 'new', former: ['uid'] } });
    expect(outcome(target({}), { at: again(leadTo(target({}))) })).toMatchObject({ owner: 'new', keeper: 'new' });
    expect(outcome(target(adopt), { at: again(leadTo(target(adopt))) })).toMatchObject({ keeper: 'new' });
    expect(outcome(target({}), { at: again(leadTo(target(adopt))) })).toEqual(['TargetNotOwned']);
  });
});

test('what stands in the way of spec or target is Stalled', () => {
  expect(
    ['InvalidSpec', 'TargetImmutable', 'NotJson', 'AccessDenied'].map(reason => companionOf(reason as Reason)),
  ).toEqual(['Stalled', 'Stalled', 'Reconciling', 'Reconciling']);
});

test('what the model says of a content is what its JSON says', () => {
  for (const name of [...new Set(Object.values(OWN))]) {
    const { bytes, properties } = contentOf(name, 'x');
    if (properties === undefined) continue;
    expect([...properties.keys()]).toEqual(Object.keys(JSON.parse(bytes.toString())));
  }
});
