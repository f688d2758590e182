import { BOTH, type NotOurs, type Row } from './row.ts';

const ONE = '{"foo1":"foo1-val","bar1":"bar1-val"}';
const TWO = '{"foo2":"foo2-val","bar2":"bar2-val"}';
const DOCKER = '{"auths":{"https://index.docker.io/v1/": {"auth": "c3R...zE2"}}}';
const COMPACT = JSON.stringify(JSON.parse(DOCKER));
/** With its line breaks, and a tab before each line, as the peer has it. */
const SSH_KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
  'OkcGfqTaOoz2KVAAAAFGtpYW5AREVTS1RPUC1TNFI5S1JQAQIDBAUG',
  '-----END OPENSSH PRIVATE KEY-----',
].join('\n\t\t');

/** External Secrets' e2e suite against AWS Secrets Manager: suites/provider/cases/{common,aws/secretsmanager}. */
export const SECRETS_MANAGER: readonly Row[] = [
  {
    case: 'SimpleDataSync',
    why: 'two plain secrets are two keys',
    as: BOTH,
    secrets: { one: 'bar', other: 'bar' },
    spec: ({ secret }) => ({
      data: [
        { key: 'one', secretId: secret('one') },
        { key: 'other', secretId: secret('other') },
      ],
    }),
    expects: { data: () => ({ one: 'bar', other: 'bar' }) },
  },
  {
    case: 'SyncWithoutTargetName',
    why: 'the Secret is called as the AwsSecret',
    as: BOTH,
    secrets: { one: 'bar' },
    spec: ({ secret }) => ({ data: [{ key: 'one', secretId: secret('one') }], target: { type: 'Opaque' } }),
    expects: { data: () => ({ one: 'bar' }) },
  },
  {
    case: 'JSONDataWithoutTargetName',
    why: 'the same, of one property',
    as: BOTH,
    secrets: { one: '{"foo":"foo-val","bar":"bar-val"}' },
    spec: ({ secret }) => ({ data: [{ key: 'one', secretId: secret('one'), property: 'foo' }] }),
    expects: { data: () => ({ one: 'foo-val' }) },
  },
  {
    case: 'JSONDataWithProperty',
    why: 'one property of each secret',
    as: BOTH,
    secrets: { one: ONE, two: TWO },
    spec: ({ secret }) => ({
      data: [
        { key: 'one', secretId: secret('one'), property: 'foo1' },
        { key: 'two', secretId: secret('two'), property: 'bar2' },
      ],
    }),
    expects: { data: () => ({ one: 'foo1-val', two: 'bar2-val' }) },
  },
  {
    case: 'NestedJSONWithGJSON',
    why: 'a nested property, and one within an array, by JMESPath',
    as: BOTH,
    secrets: {
      one: '{"name":{"first":"Tom","last":"Anderson"},"friends":[{"first":"Dale"},{"first":"Roger"},{"first":"Jane"}]}',
    },
    spec: ({ secret }) => ({
      data: [
        { key: 'firstname', secretId: secret('one'), jmesPath: 'name.first' },
        { key: 'first_friend', secretId: secret('one'), jmesPath: 'friends[1].first' },
      ],
    }),
    expects: { data: () => ({ firstname: 'Tom', first_friend: 'Roger' }) },
  },
  {
    case: 'JSONDataFromSync',
    why: 'every property of a JSON object',
    as: BOTH,
    secrets: { one: '{ "name": "great-name", "surname": "great-surname" }' },
    spec: ({ secret }) => ({ dataFrom: [{ secretId: secret('one') }] }),
    expects: { data: () => ({ name: 'great-name', surname: 'great-surname' }) },
  },
  {
    case: 'JSONDataFromRewrite',
    why: 'keys are renamed by a regular expression, whose empty match behind the name counts for nothing',
    as: ['own'],
    secrets: { one: '{ "username": "myuser.name", "address": "happy street" }' },
    spec: ({ secret }) => ({
      dataFrom: [{ secretId: secret('one'), keys: { rename: [{ pattern: '(.*)', replacement: 'my_$1' }] } }],
    }),
    expects: { data: () => ({ my_username: 'myuser.name', my_address: 'happy street' }) },
  },
  {
    case: 'DockerJSONConfig',
    why: 'a property that is an object, without its blanks, under a key of choice: it needs no template',
    as: BOTH,
    secrets: { docker: `{"dockerconfig": ${DOCKER}}` },
    spec: ({ secret }) => ({
      data: [{ key: '.dockerconfigjson', secretId: secret('docker'), property: 'dockerconfig' }],
    }),
    expects: { data: () => ({ '.dockerconfigjson': COMPACT }) },
  },
  {
    case: 'DataPropertyDockerconfigJSON',
    why: 'a property that is a text, in a Secret of the type that pulls images',
    as: BOTH,
    secrets: { docker: JSON.stringify({ dockerconfig: DOCKER }) },
    spec: ({ secret }) => ({
      data: [{ key: '.dockerconfigjson', secretId: secret('docker'), property: 'dockerconfig' }],
      target: { type: 'kubernetes.io/dockerconfigjson' },
    }),
    expects: { data: () => ({ '.dockerconfigjson': DOCKER }), type: 'kubernetes.io/dockerconfigjson' },
  },
  {
    case: 'SSHKeySync',
    why: 'a key of many lines survives',
    as: BOTH,
    secrets: { key: SSH_KEY },
    spec: ({ secret }) => ({
      data: [{ key: 'ssh-privatekey', secretId: secret('key') }],
      target: { type: 'kubernetes.io/ssh-auth' },
    }),
    expects: { data: () => ({ 'ssh-privatekey': SSH_KEY }), type: 'kubernetes.io/ssh-auth' },
  },
  {
    case: 'SSHKeySyncDataProperty',
    why: 'so does one that is a property',
    as: BOTH,
    secrets: { key: JSON.stringify({ 'ssh-auth': SSH_KEY }) },
    spec: ({ secret }) => ({
      data: [{ key: 'ssh-privatekey', secretId: secret('key'), property: 'ssh-auth' }],
      target: { type: 'kubernetes.io/ssh-auth' },
    }),
    expects: { data: () => ({ 'ssh-privatekey': SSH_KEY }), type: 'kubernetes.io/ssh-auth' },
  },
  {
    case: 'FindByName',
    why: 'all secrets of a name, each a key',
    as: BOTH,
    secrets: { find_one: ONE, find_two: ONE, find_three: ONE, other: ONE },
    spec: ({ secret }) => ({ dataFrom: [{ find: { namePattern: secret('find_*') } }] }),
    expects: { data: () => ({ find_one: ONE, find_two: ONE, find_three: ONE }) },
  },
  {
    case: 'FindByNameAndRewrite',
    why: 'the same, under other keys',
    as: BOTH,
    secrets: { find_one: ONE, find_two: ONE },
    spec: ({ secret }) => ({
      dataFrom: [
        {
          find: { namePattern: secret('find_*') },
          keys: { rename: [{ pattern: '^find_(.*)$', replacement: '$1' }], case: 'UpperSnake', prefix: 'E2E_' },
        },
      ],
    }),
    expects: { data: () => ({ E2E_ONE: ONE, E2E_TWO: ONE }) },
  },
  {
    case: 'FindByNameWithPath',
    why: 'all below a folder, and none beside it',
    as: BOTH,
    secrets: { 'in/two': ONE, 'in/deep/three': ONE, 'out/one': ONE },
    spec: ({ secret }) => ({ dataFrom: [{ find: { namePattern: secret('in/*') } }] }),
    expects: { data: () => ({ two: ONE, deep_three: ONE }) },
  },
  {
    case: 'FindByTag',
    why: 'all of a tag, whatever their name',
    as: BOTH,
    secrets: { one: ONE, two: ONE, three: ONE, untagged: ONE },
    tagged: ['one', 'two', 'three'],
    spec: ({ tag }) => ({ dataFrom: [{ find: { namePattern: '*', tags: { test: tag } } }] }),
    expects: {
      data: ({ secret }) =>
        Object.fromEntries(['one', 'two', 'three'].map(name => [secret(name).replaceAll('/', '_'), ONE])),
    },
  },
  {
    case: 'FindByTagWithPath',
    why: 'all of a tag below a folder; a tag of that key with another value is another tag',
    as: BOTH,
    secrets: { one: ONE, 'in/two': ONE, 'in/three': ONE, 'in/untagged': ONE },
    tagged: ['one', 'in/two', 'in/three'],
    spec: ({ secret, tag }) => ({ dataFrom: [{ find: { namePattern: secret('in/*'), tags: { test: tag } } }] }),
    expects: { data: () => ({ two: ONE, three: ONE }) },
  },
  {
    case: '-',
    why: 'the properties of all secrets that are found',
    as: BOTH,
    secrets: { 'in/one': ONE, 'in/two': TWO },
    spec: ({ secret }) => ({ dataFrom: [{ find: { namePattern: secret('in/*'), expand: true } }] }),
    expects: { data: () => ({ foo1: 'foo1-val', bar1: 'bar1-val', foo2: 'foo2-val', bar2: 'bar2-val' }) },
  },
  {
    case: 'JSONDataWithTemplate: its metadata',
    why: 'labels and annotations of the Secret',
    as: BOTH,
    secrets: { one: ONE },
    spec: ({ secret }) => ({
      data: [{ key: 'one', secretId: secret('one'), property: 'foo1' }],
      target: { metadata: { labels: { example: 'label' }, annotations: { example: 'annotation' } } },
    }),
    expects: {
      data: () => ({ one: 'foo1-val' }),
      labels: { example: 'label' },
      annotations: { example: 'annotation' },
    },
  },
  {
    case: 'DecodingPolicySync',
    why: 'what is encoded in AWS is decoded on demand',
    as: BOTH,
    secrets: { one: '{ "name": "Z3JlYXQtbmFtZQ==" }' },
    spec: ({ secret }) => ({
      data: [
        { key: 'base64', secretId: secret('one'), property: 'name', encoding: 'Base64' },
        { key: 'none', secretId: secret('one'), property: 'name', encoding: 'None' },
      ],
    }),
    expects: { data: () => ({ base64: 'great-name', none: 'Z3JlYXQtbmFtZQ==' }) },
  },
  ...(['externalId', 'sessionTags'] as const).map(
    (as): Row => ({
      case: 'SimpleSyncWithNamespaceTags',
      why: 'a role that is assumed with what its trust policy asks for',
      as: [as],
      secrets: { one: 'bar', other: 'bar' },
      spec: ({ secret }) => ({
        data: [
          { key: 'one', secretId: secret('one') },
          { key: 'other', secretId: secret('other') },
        ],
      }),
      expects: { data: () => ({ one: 'bar', other: 'bar' }) },
    }),
  ),
  {
    case: '-',
    why: 'binary, byte by byte, beside a text that is not there and need not be',
    as: BOTH,
    secrets: { blob: Uint8Array.from([0, 255, 10]) },
    spec: ({ secret }) => ({
      data: [
        { key: 'blob', secretId: secret('blob') },
        { key: 'none', secretId: secret('none'), optional: true },
      ],
    }),
    expects: { data: () => ({ blob: Uint8Array.from([0, 255, 10]) }) },
  },
];

export const NOT_OF_SECRETS_MANAGER: readonly NotOurs[] = [
  {
    case: 'JSONDataWithTemplate: its data',
    says: 'There are no templates yet: a key holds what AWS holds, whole, one property, or what a JMESPath expression finds.',
  },
  {
    case: 'SimpleDataSync with referent static auth',
    says: 'Static AWS keys are never read from a Secret: an identity is a ServiceAccount, or a role.',
  },
  { case: 'SyncV1Alpha1', says: 'Manifests of other operators are not read.' },
];
