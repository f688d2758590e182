import { BOTH, type NotOurs, type Row } from './row.ts';

const ONE = '{"foo1":"foo1-val","bar1":"bar1-val"}';
const TWO = '{"foo2":"foo2-val","bar2":"bar2-val"}';
const DOCKER = '{"auths":{"https://index.docker.io/v1/": {"auth": "c3R...zE2"}}}';
const COMPACT = JSON.stringify(JSON.parse(DOCKER));
const SSH_KEY =
  '-----BEGIN OPENSSH PRIVATE KEY-----\n\t\tb3BlbnNzaC1rZXktdjEAAAAABG5vbmUA\n-----END OPENSSH PRIVATE KEY-----';

/** The same suite against Parameter Store: suites/provider/cases/{common,aws/parameterstore}. */
export const PARAMETER_STORE: readonly Row[] = [
  {
    case: 'SimpleDataSync',
    why: 'two parameters are two keys',
    as: BOTH,
    parameters: { one: ['bar'], other: ['bar'] },
    spec: ({ parameter }) => ({
      data: [
        { key: 'one', parameter: parameter('one') },
        { key: 'other', parameter: parameter('other') },
      ],
    }),
    expects: { data: () => ({ one: 'bar', other: 'bar' }) },
  },
  {
    case: 'SyncWithoutTargetName',
    why: 'the Secret is called as the AwsSecret',
    as: BOTH,
    parameters: { one: ['bar'] },
    spec: ({ parameter }) => ({ data: [{ key: 'one', parameter: parameter('one') }], target: { type: 'Opaque' } }),
    expects: { data: () => ({ one: 'bar' }) },
  },
  {
    case: 'JSONDataWithoutTargetName',
    why: 'the same, of one property',
    as: BOTH,
    parameters: { one: ['{"foo":"foo-val","bar":"bar-val"}'] },
    spec: ({ parameter }) => ({ data: [{ key: 'one', parameter: parameter('one'), property: 'foo' }] }),
    expects: { data: () => ({ one: 'foo-val' }) },
  },
  {
    case: 'JSONDataWithProperty',
    why: 'one property of each parameter',
    as: BOTH,
    parameters: { one: [ONE], two: [TWO] },
    spec: ({ parameter }) => ({
      data: [
        { key: 'one', parameter: parameter('one'), property: 'foo1' },
        { key: 'two', parameter: parameter('two'), property: 'bar2' },
      ],
    }),
    expects: { data: () => ({ one: 'foo1-val', two: 'bar2-val' }) },
  },
  {
    case: 'NestedJSONWithGJSON',
    why: 'a nested property, and one within an array, by JMESPath',
    as: BOTH,
    parameters: { one: ['{"name":{"first":"Tom"},"friends":[{"first":"Dale"},{"first":"Roger"}]}'] },
    spec: ({ parameter }) => ({
      data: [
        { key: 'firstname', parameter: parameter('one'), jmesPath: 'name.first' },
        { key: 'first_friend', parameter: parameter('one'), jmesPath: 'friends[1].first' },
      ],
    }),
    expects: { data: () => ({ firstname: 'Tom', first_friend: 'Roger' }) },
  },
  {
    case: 'DockerJSONConfig',
    why: 'a property that is an object, without its blanks',
    as: BOTH,
    parameters: { docker: [`{"dockerconfig": ${DOCKER}}`] },
    spec: ({ parameter }) => ({
      data: [{ key: '.dockerconfigjson', parameter: parameter('docker'), property: 'dockerconfig' }],
    }),
    expects: { data: () => ({ '.dockerconfigjson': COMPACT }) },
  },
  {
    case: 'DataPropertyDockerconfigJSON',
    why: 'a property that is a text, in a Secret of the type that pulls images',
    as: BOTH,
    parameters: { docker: [JSON.stringify({ dockerconfig: DOCKER })] },
    spec: ({ parameter }) => ({
      data: [{ key: '.dockerconfigjson', parameter: parameter('docker'), property: 'dockerconfig' }],
      target: { type: 'kubernetes.io/dockerconfigjson' },
    }),
    expects: { data: () => ({ '.dockerconfigjson': DOCKER }), type: 'kubernetes.io/dockerconfigjson' },
  },
  {
    case: 'SSHKeySync',
    why: 'a key of many lines survives',
    as: BOTH,
    parameters: { key: [SSH_KEY] },
    spec: ({ parameter }) => ({
      data: [{ key: 'ssh-privatekey', parameter: parameter('key') }],
      target: { type: 'kubernetes.io/ssh-auth' },
    }),
    expects: { data: () => ({ 'ssh-privatekey': SSH_KEY }), type: 'kubernetes.io/ssh-auth' },
  },
  {
    case: 'SSHKeySyncDataProperty',
    why: 'so does one that is a property',
    as: BOTH,
    parameters: { key: [JSON.stringify({ 'ssh-auth': SSH_KEY })] },
    spec: ({ parameter }) => ({
      data: [{ key: 'ssh-privatekey', parameter: parameter('key'), property: 'ssh-auth' }],
      target: { type: 'kubernetes.io/ssh-auth' },
    }),
    expects: { data: () => ({ 'ssh-privatekey': SSH_KEY }), type: 'kubernetes.io/ssh-auth' },
  },
  {
    case: 'JSONDataWithTemplate: its metadata',
    why: 'labels and annotations of the Secret',
    as: BOTH,
    parameters: { one: [ONE] },
    spec: ({ parameter }) => ({
      data: [{ key: 'one', parameter: parameter('one'), property: 'foo1' }],
      target: { metadata: { labels: { example: 'label' }, annotations: { example: 'annotation' } } },
    }),
    expects: {
      data: () => ({ one: 'foo1-val' }),
      labels: { example: 'label' },
      annotations: { example: 'annotation' },
    },
  },
  {
    case: 'FindByName',
    why: 'their pattern is a path: all parameters below it, more than AWS gives at a time',
    as: BOTH,
    parameters: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`find/p${i}`, [ONE]])),
    spec: ({ parameter }) => ({ dataFrom: [{ parameterPath: parameter('find') }] }),
    expects: { data: () => Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p${i}`, ONE])) },
  },
  {
    case: 'FindByNameWithPath',
    why: 'all below a path, however deep, and none beside it',
    as: BOTH,
    parameters: { 'in/two': [ONE], 'in/deep/three': [ONE], 'inner/one': [ONE] },
    spec: ({ parameter }) => ({ dataFrom: [{ parameterPath: parameter('in/') }] }),
    expects: { data: () => ({ two: ONE, deep_three: ONE }) },
  },
  {
    case: 'VersionedParameter',
    why: 'five versions of one parameter at once',
    as: BOTH,
    parameters: { one: ['value1', 'value2', 'value3', 'value4', 'value5'] },
    spec: ({ parameter }) => ({
      data: [1, 2, 3, 4, 5].map(version => ({
        ...{ key: `v${version}`, parameter: parameter('one'), parameterVersion: version },
      })),
    }),
    expects: { data: () => ({ v1: 'value1', v2: 'value2', v3: 'value3', v4: 'value4', v5: 'value5' }) },
  },
  {
    case: 'DecodingPolicySync',
    why: 'what is encoded in AWS is decoded on demand',
    as: BOTH,
    parameters: { one: ['Z3JlYXQtbmFtZQ=='] },
    spec: ({ parameter }) => ({
      data: [
        { key: 'base64', parameter: parameter('one'), encoding: 'Base64' },
        { key: 'none', parameter: parameter('one') },
      ],
    }),
    expects: { data: () => ({ base64: 'great-name', none: 'Z3JlYXQtbmFtZQ==' }) },
  },
];

export const NOT_OF_PARAMETER_STORE: readonly NotOurs[] = [
  {
    case: 'JSONDataWithTemplate: its data',
    says: 'There are no templates yet: a key holds what AWS holds, whole, one property, or what a JMESPath expression finds.',
  },
  {
    case: 'JSONDataFromSync, JSONDataFromRewrite',
    says: 'The properties of a parameter are named one by one in `data`; only those of a secret are taken all at once.',
  },
  { case: 'FindByTag, FindByTagWithPath', says: 'Parameters are taken by their path, not found by their tags.' },
  {
    case: 'DeletionPolicyDelete',
    says: 'A parameter that is gone never deletes a Secret, because Parameter Store does not tell a deletion from a mistake.',
  },
  {
    case: 'SimpleDataSync with referent static auth',
    says: 'Static AWS keys are never read from a Secret: an identity is a ServiceAccount, or a role.',
  },
  { case: 'SyncV1Alpha1', says: 'Manifests of other operators are not read.' },
];
