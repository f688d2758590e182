import { expect, test } from 'vitest';
import { aSecret, bytesOf } from '../../../test/support/builders.ts';
import type { SecretManifest } from '../../controller/aws-secret/secret/secret.ts';
import type { SecretBody } from './secret-body.ts';
import { staleFields } from './stale-fields.ts';

const MANAGER = 'secrets-operator';

function manifest(over: Partial<SecretManifest> = {}): SecretManifest {
  const base = { namespace: 'shop', name: 'payments', type: 'Opaque', ownerReferences: [] };
  return { ...base, labels: {}, annotations: {}, data: bytesOf({ a: 'x' }), ...over };
}

/** Managed fields of `manager`: labels and annotations that it set. */
function managed(manager: string, labels: readonly string[], annotations: readonly string[] = []) {
  const fields = (keys: readonly string[]) =>
    Object.fromEntries(['.', ...keys.map(key => `f:${key}`)].map(key => [key, {}]));
  return {
    manager,
    operation: 'Apply',
    fieldsV1: { 'f:metadata': { 'f:labels': fields(labels), 'f:annotations': fields(annotations) } },
  };
}

interface Live {
  readonly data?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly unknown[];
}

function live({ data = { a: 'eA==' }, labels = {}, annotations = {}, managedFields = [] }: Live): SecretBody {
  return { metadata: { ...aSecret({ labels, annotations }), managedFields }, data };
}

const rows: readonly {
  readonly why: string;
  readonly secret: SecretBody;
  readonly wanted?: SecretManifest;
  readonly patch: unknown;
}[] = [
  { why: 'nothing is stale', secret: live({}), patch: undefined },
  { why: 'a Secret without data', secret: { metadata: aSecret() }, patch: undefined },
  {
    why: 'a key that the sources no longer give',
    secret: live({ data: { a: '', b: '' } }),
    patch: { data: { b: null }, metadata: {} },
  },
  {
    why: 'a key that somebody else wrote: the Secret is equal to AWS',
    secret: live({ data: { a: '', '.x': '' } }),
    patch: { data: { '.x': null }, metadata: {} },
  },
  {
    why: 'a key with the name of a built-in property',
    secret: live({ data: { a: '', constructor: '' } }),
    patch: { data: { constructor: null }, metadata: {} },
  },
  {
    why: 'a label that we set in former times',
    secret: live({ labels: { team: 'x' }, managedFields: [managed(MANAGER, ['team'])] }),
    patch: { metadata: { labels: { team: null } } },
  },
  {
    why: 'an annotation that we set in former times',
    secret: live({ annotations: { note: 'x' }, managedFields: [managed(MANAGER, [], ['note'])] }),
    patch: { metadata: { annotations: { note: null } } },
  },
  {
    why: 'a label that we still want',
    secret: live({ labels: { team: 'x' }, managedFields: [managed(MANAGER, ['team'])] }),
    wanted: manifest({ labels: { team: 'x' } }),
    patch: undefined,
  },
  {
    why: 'a label of somebody else stays',
    secret: live({ labels: { team: 'x' }, managedFields: [managed('kubectl', ['team'])] }),
    patch: undefined,
  },
  { why: 'a label that nobody owns up to stays', secret: live({ labels: { team: 'x' } }), patch: undefined },
  {
    why: 'a label that we set by another kind of write',
    secret: live({
      labels: { team: 'x' },
      managedFields: [managed('kubectl', []), { ...managed(MANAGER, ['team']), operation: 'Update' }],
    }),
    patch: { metadata: { labels: { team: null } } },
  },
  {
    why: 'a label of ours that is gone already',
    secret: live({ managedFields: [managed(MANAGER, ['team'])] }),
    patch: undefined,
  },
  {
    why: 'a stale label with the name of a built-in property',
    secret: live({ labels: { constructor: 'x' }, managedFields: [managed(MANAGER, ['constructor'])] }),
    patch: { metadata: { labels: { constructor: null } } },
  },
  {
    why: 'managed fields without metadata',
    secret: live({ labels: { team: 'x' }, managedFields: [{ manager: MANAGER }, { manager: MANAGER, fieldsV1: {} }] }),
    patch: undefined,
  },
  {
    why: 'everything at once goes in one patch',
    secret: live({
      data: { b: '' },
      labels: { l: '' },
      annotations: { n: '' },
      managedFields: [managed(MANAGER, ['l'], ['n'])],
    }),
    patch: { data: { b: null }, metadata: { labels: { l: null }, annotations: { n: null } } },
  },
];

for (const { why, secret, wanted = manifest(), patch } of rows) {
  test(why, () => expect(staleFields(secret, wanted, MANAGER)).toEqual(patch));
}
