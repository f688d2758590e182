import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aSecret } from '../../../test/support/builders.ts';
import { damaged, hostileJson, hostileText } from '../../../test/support/hostile.ts';
import { staleFields } from './stale-fields.ts';

const MANAGER = 'secrets-operator';
const managed = (manager: string) => ({
  ...{ manager, operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', time: '2030-01-01T00:00:00Z' },
  fieldsV1: {
    'f:metadata': { 'f:labels': { '.': {}, 'f:old': {}, 'f:__proto__': {} }, 'f:annotations': { 'f:old': {} } },
  },
});
const sound = [managed(MANAGER), managed('kubectl')];

const key = fc.oneof(fc.constantFrom('old', 'wanted', 'foreign', '__proto__', 'constructor', '.'), hostileText);
const keys = fc.uniqueArray(key, { maxLength: 4 });
const managedFields = fc.oneof(fc.constant(sound), damaged(sound), hostileJson);

function textsOf(keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map(key => [key, 'x']));
}

test('whatever the managed fields, only what is there and not wanted is removed, and of metadata what we set', () => {
  const secret = fc.record({ data: keys, labels: keys, annotations: keys, managedFields });
  const wanted = fc.record({ data: keys, labels: keys, annotations: keys });
  fc.assert(
    fc.property(secret, wanted, (secret, wanted) => {
      const live = {
        metadata: {
          ...aSecret({ labels: textsOf(secret.labels), annotations: textsOf(secret.annotations) }),
          managedFields: secret.managedFields as readonly unknown[],
        },
        data: textsOf(secret.data),
      };
      const manifest = {
        ...{ namespace: 'shop', name: 'payments', type: 'Opaque', ownerReferences: [] },
        labels: textsOf(wanted.labels),
        annotations: textsOf(wanted.annotations),
        data: new Map(wanted.data.map(key => [key, new Uint8Array()])),
      };
      const patch = staleFields(live, manifest, MANAGER);
      const removed = (field: object | undefined) => Object.keys(field ?? {}).sort();
      const stale = (field: 'data' | 'labels' | 'annotations') =>
        secret[field].filter(key => !wanted[field].includes(key)).sort();
      expect(removed(patch?.data)).toEqual(stale('data'));
      // A field is ours if its name stands in the entry of our manager, with the prefix that says so.
      const ours = JSON.stringify(secret.managedFields);
      for (const field of ['labels', 'annotations'] as const) {
        const gone = removed(patch?.metadata[field]);
        expect(stale(field)).toEqual(expect.arrayContaining(gone));
        for (const key of gone) expect(ours).toContain(JSON.stringify(`f:${key}`));
      }
      if (secret.managedFields === sound) {
        expect(removed(patch?.metadata.labels)).toEqual(
          stale('labels').filter(key => key === 'old' || key === '__proto__'),
        );
      }
      expect(patch === undefined).toBe(stale('data').length === 0 && isEmpty(patch?.metadata));
    }),
    { numRuns: 500, examples: [[{ data: [], labels: [], annotations: [], managedFields: [null] }, emptyWish]] },
  );
});

const emptyWish = { data: [], labels: [], annotations: [] };

function isEmpty(metadata: object | undefined): boolean {
  return Object.keys(metadata ?? {}).length === 0;
}
