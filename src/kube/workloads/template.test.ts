import type { V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { reduceTemplate } from './template.ts';

const metadata: V1ObjectMeta = { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1', generation: 2 };
const spec = { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] };

test('a template is reduced to the uses of Secrets and our own annotations', () => {
  const annotations = {
    'restart.secrets-operator.io/db': 'k.a',
    'kubectl.kubernetes.io/restartedAt': 'x',
    'secrets-operator.io/x': 'y',
  };
  expect(reduceTemplate(metadata, { metadata: { annotations }, spec })).toEqual({
    metadata: { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    templateAnnotations: { 'restart.secrets-operator.io/db': 'k.a' },
    uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
  });
});

test('what managed the object, and everything that only the API server needs, is dropped', () => {
  const managed = { ...metadata, managedFields: [{ manager: 'kubectl' }], selfLink: '/x', finalizers: ['f'] };
  expect(Object.keys(reduceTemplate(managed, { spec })?.metadata ?? {})).toEqual([
    'name',
    'namespace',
    'uid',
    'resourceVersion',
  ]);
});

test('owners and annotations are kept: they may exempt the workload', () => {
  const own = {
    ...metadata,
    annotations: { 'secrets-operator.io/restart': 'ignore' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'App', name: 'a', uid: 'x', controller: true }],
  };
  const { annotations, ownerReferences } = own;
  expect(reduceTemplate(own, { spec })?.metadata).toMatchObject({ annotations, ownerReferences });
});

const idle: readonly { readonly why: string; readonly template: V1PodTemplateSpec | undefined }[] = [
  { why: 'no container takes anything from a Secret', template: { spec: { containers: [{ name: 'main' }] } } },
  {
    why: 'its image is pulled with a Secret',
    template: { spec: { containers: [{ name: 'main' }], imagePullSecrets: [{ name: 'db' }] } },
  },
  { why: 'it has no spec', template: {} },
  { why: 'there is none', template: undefined },
];

for (const { why, template } of idle) {
  test(`a workload is not even held: ${why}`, () => expect(reduceTemplate(metadata, template)).toBeUndefined());
}
