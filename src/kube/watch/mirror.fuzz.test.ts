import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { damaged, hostileJson } from '../../../test/support/hostile.ts';
import { indexAwsSecret, reduceAwsSecret } from '../aws-secrets.ts';
import { metadataOf } from '../metadata.ts';
import { indexSecret } from '../secrets/secret-store.ts';
import { indexWorkload } from '../workloads/cache.ts';
import { WORKLOAD_SOURCES } from '../workloads/kinds.ts';
import { createMirror, type Listed, type MirrorOptions } from './mirror.ts';
import { Store } from './store.ts';

/** Two sound objects of a kind, `a` and `b`. */
function pair(rest: object): readonly [Listed, Listed] {
  const named = (name: string) => {
    const metadata = {
      name,
      namespace: 'shop',
      uid: `uid-of-${name}`,
      resourceVersion: '5',
      labels: {},
      annotations: {},
    };
    return { metadata, ...rest };
  };
  return [named('a'), named('b')];
}

const containers = [
  {
    name: 'main',
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }],
    envFrom: [{ secretRef: { name: 'tls', optional: true } }],
    volumeMounts: [{ name: 'v', subPath: 'x' }],
  },
];
const volumes = [
  { name: 'v', secret: { secretName: 'db', optional: false }, projected: { sources: [{ secret: { name: 'db' } }] } },
];
const template = {
  metadata: { annotations: { 'restart.secrets-operator.io/db': 'k.a' } },
  spec: { containers, volumes },
};
const selector = { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] };
const strategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
const workload = {
  spec: { replicas: 2, selector, template, updateStrategy: strategy, jobTemplate: { spec: { template } } },
  status: {
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    conditions: [{ type: 'Progressing', status: 'x' }],
  },
};

/** What is watched, each with objects of its kind. */
const kinds = [
  {
    kind: 'AwsSecret',
    objects: pair({ spec: { target: { name: 't' }, data: [], refreshInterval: '1m' }, status: { conditions: [] } }),
    reduce: reduceAwsSecret,
    index: indexAwsSecret,
  },
  {
    kind: 'Secret',
    objects: pair({ data: {} }),
    reduce: (object: object) => ({ metadata: metadataOf(object as Listed) }),
    index: indexSecret,
  },
  ...Object.entries(WORKLOAD_SOURCES).map(([kind, { reduce }]) => {
    return { kind, objects: pair(workload), reduce, index: indexWorkload };
  }),
] as unknown as readonly (Pick<MirrorOptions<Listed>, 'reduce'> & {
  readonly kind: string;
  readonly objects: readonly [Listed, Listed];
  readonly index: (object: Listed) => readonly string[];
})[];

function optionsOf({ reduce, index }: (typeof kinds)[number]) {
  const { log, lines } = aLog();
  const store = new Store<Listed>(index);
  const resource = { group: 'example.org', version: 'v1', plural: 'things' };
  const names = () => [...store.keys()].filter(key => /^shop[/][ab]$/.test(key)).sort();
  return { options: { resource, namespace: undefined, reduce, store, onChange: () => undefined, log }, lines, names };
}

for (const { kind, objects, ...rest } of kinds) {
  const [a, b] = objects;
  const odd = fc.oneof({ weight: 3, arbitrary: damaged(a) }, hostileJson);

  test(`an item of a list that is no ${kind}, whatever it is, hides no other`, () => {
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 4 }), odd, (before, after) => {
        const { options, names } = optionsOf({ kind, objects, ...rest });
        const mirror = createMirror(options);
        const list = (items: readonly unknown[]) => mirror.replace(items.flatMap(item => mirror.read(item) ?? []));
        list([...before, b, after]);
        expect(names()).toContain('shop/b');
        list([a, b]);
        expect(names()).toEqual(['shop/a', 'shop/b']);
        list([after, b]);
        expect(names()).toContain('shop/b');
        list([b]);
        expect(names()).toEqual(['shop/b']);
      }),
      { numRuns: 100 },
    );
  });

  test(`whatever is absent of the parts of a ${kind}, it is read, or is none of ours`, () => {
    fc.assert(
      fc.property(damaged(rest.index === indexWorkload ? { ...a, metadata: {} } : a, 'holes'), object => {
        const { options, lines } = optionsOf({ kind, objects, ...rest });
        createMirror(options).read({ ...(object as object), metadata: a.metadata });
        expect(lines).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });
}
