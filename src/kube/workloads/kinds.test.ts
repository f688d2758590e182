import { expect, test } from 'vitest';
import { resourcePath } from '../resource.ts';
import { WORKLOAD_SOURCES } from './kinds.ts';

const template = { spec: { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] } };
const spec = { template, jobTemplate: { spec: { template } } };
const metadata = { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1' };

const kinds = [
  { kind: 'Deployment', path: '/apis/apps/v1/namespaces/shop/deployments', apiVersion: 'apps/v1', isOptional: false },
  { kind: 'StatefulSet', path: '/apis/apps/v1/namespaces/shop/statefulsets', apiVersion: 'apps/v1', isOptional: false },
  { kind: 'DaemonSet', path: '/apis/apps/v1/namespaces/shop/daemonsets', apiVersion: 'apps/v1', isOptional: false },
  {
    kind: 'Rollout',
    path: '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts',
    apiVersion: 'argoproj.io/v1alpha1',
    isOptional: true,
  },
  { kind: 'CronJob', path: '/apis/batch/v1/namespaces/shop/cronjobs', apiVersion: 'batch/v1', isOptional: false },
  { kind: 'Job', path: '/apis/batch/v1/namespaces/shop/jobs', apiVersion: 'batch/v1', isOptional: false },
] as const;

test('every kind has a row', () => expect(Object.keys(WORKLOAD_SOURCES)).toEqual(kinds.map(({ kind }) => kind)));

for (const { kind, path, apiVersion, isOptional } of kinds) {
  const source = WORKLOAD_SOURCES[kind];

  test(`${kind}: where the API server keeps it, and whether it may be without`, () => {
    expect(resourcePath(source.resource, 'shop')).toBe(path);
    expect(source.isOptional).toBe(isOptional);
  });

  test(`${kind}: an object of it becomes a workload of that kind`, () => {
    expect(source.reduce({ metadata, spec })).toMatchObject({ kind, apiVersion, metadata });
  });

  test(`${kind}: an object with next to nothing in it does not throw, and is not held`, () => {
    expect(source.reduce({ metadata })).toBeUndefined();
  });
}
