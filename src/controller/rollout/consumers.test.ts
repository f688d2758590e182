import { expect, test } from 'vitest';
import { type PodSpec, secretUses } from './consumers.ts';
import type { SecretUse } from './workload.ts';

const SECRET = { secretName: 'db', container: 'main', optional: false } as const;
const volume = { volumes: [{ name: 'v', secret: { secretName: 'db' } }] };
const mounted = (mount: object, spec: PodSpec = volume): PodSpec => ({
  ...spec,
  containers: [{ name: 'main', volumeMounts: [{ name: 'v', ...mount }] }],
});

interface Row {
  readonly why: string;
  readonly spec: PodSpec;
  readonly uses: readonly SecretUse[];
}

const rows: readonly Row[] = [
  { why: 'a pod without anything', spec: {}, uses: [] },
  { why: 'a container without anything', spec: { containers: [{ name: 'main' }] }, uses: [] },
  {
    why: 'env: one key as a variable',
    spec: { containers: [{ name: 'main', env: [{ valueFrom: { secretKeyRef: { name: 'db' } } }] }] },
    uses: [{ ...SECRET, how: 'env' }],
  },
  {
    why: 'env from elsewhere is no use',
    spec: { containers: [{ name: 'main', env: [{}, { valueFrom: {} }] }] },
    uses: [],
  },
  {
    why: 'envFrom: every key as a variable',
    spec: { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }, {}] }] },
    uses: [{ ...SECRET, how: 'envFrom' }],
  },
  { why: 'a volume, which the kubelet updates', spec: mounted({}), uses: [{ ...SECRET, how: 'volume' }] },
  { why: 'a subPath, which it does not', spec: mounted({ subPath: 'a' }), uses: [{ ...SECRET, how: 'subPath' }] },
  {
    why: 'a subPathExpr, which it does not',
    spec: mounted({ subPathExpr: '$(A)' }),
    uses: [{ ...SECRET, how: 'subPath' }],
  },
  { why: 'an empty subPath is none', spec: mounted({ subPath: '' }), uses: [{ ...SECRET, how: 'volume' }] },
  {
    why: 'a projected volume, each Secret of it',
    spec: mounted(
      {},
      {
        volumes: [
          {
            name: 'v',
            projected: { sources: [{ secret: { name: 'db' } }, {}, { secret: { name: 'tls', optional: true } }] },
          },
        ],
      },
    ),
    uses: [
      { ...SECRET, how: 'volume' },
      { ...SECRET, secretName: 'tls', optional: true, how: 'volume' },
    ],
  },
  {
    why: 'a subPath of a projected volume',
    spec: mounted({ subPath: 'a' }, { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'db' } }] } }] }),
    uses: [{ ...SECRET, how: 'subPath' }],
  },
  { why: 'a volume that no container mounts is no use', spec: { ...volume, containers: [{ name: 'main' }] }, uses: [] },
  { why: 'a volume of another kind is no use', spec: mounted({}, { volumes: [{ name: 'v' }] }), uses: [] },
  { why: 'a mount of a volume that does not exist is no use', spec: mounted({}, {}), uses: [] },
  {
    why: 'optional references say so, wherever they stand',
    spec: {
      volumes: [{ name: 'v', secret: { secretName: 'db', optional: true } }],
      containers: [
        {
          name: 'main',
          env: [{ valueFrom: { secretKeyRef: { name: 'db', optional: true } } }],
          envFrom: [{ secretRef: { name: 'db', optional: true } }],
          volumeMounts: [{ name: 'v' }],
        },
      ],
    },
    uses: (['env', 'envFrom', 'volume'] as const).map(how => ({ ...SECRET, how, optional: true })),
  },
  {
    why: 'an init container is a consumer too',
    spec: {
      initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'db' } }] }],
      containers: [{ name: 'main' }],
    },
    uses: [{ ...SECRET, container: 'init', how: 'envFrom' }],
  },
  {
    why: 'each container that uses the Secret is named',
    spec: { ...volume, containers: ['a', 'b'].map(name => ({ name, volumeMounts: [{ name: 'v' }] })) },
    uses: ['a', 'b'].map(container => ({ ...SECRET, container, how: 'volume' })),
  },
  {
    why: 'a reference without a name, as old objects may hold it, is no use',
    spec: { containers: [{ name: 'main', envFrom: [{ secretRef: {} }], env: [{ valueFrom: { secretKeyRef: {} } }] }] },
    uses: [],
  },
];

for (const { why, spec, uses } of rows) {
  test(why, () => expect(secretUses(spec)).toEqual(uses));
}

test('imagePullSecrets are no use: they matter only to pods that start', () => {
  const spec = { imagePullSecrets: [{ name: 'db' }], containers: [{ name: 'main' }] };
  expect(secretUses(spec)).toEqual([]);
});
