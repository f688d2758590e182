import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { hostileText } from '../../../../test/support/hostile.ts';
import { SECRET_TYPES } from '../../../crds/aws-secret.ts';
import { MANAGED_BY_LABEL, OWNER_LABEL } from '../../../crds/names.ts';
import { refuseData } from './data-rules.ts';
import { renderSecret } from './render.ts';

const CANARY = 'hunter2-';
const MEBIBYTE = 1_048_576;
const shared = new Uint8Array(MEBIBYTE + 1);

const key = fc.oneof(
  fc.constantFrom('username', 'password', '.dockerconfigjson', 'ssh-privatekey', 'tls.crt', 'tls.key'),
  hostileText,
);
const value = fc.oneof(
  fc.constantFrom('', '{}', '{"auths":{}}', '[]', 'null', `${CANARY}{`).map(text => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom(MEBIBYTE / 2, MEBIBYTE / 2 + 1, MEBIBYTE, MEBIBYTE + 1).map(length => shared.subarray(0, length)),
);
const data = fc.array(fc.tuple(key, value), { maxLength: 5 }).map(entries => new Map(entries));
const type = fc.oneof({ weight: 3, arbitrary: fc.constantFrom<string>(...SECRET_TYPES) }, hostileText);

/** kubernetes.io/docs/concepts/configuration/secret, told type by type. */
function demands(type: string, data: ReadonlyMap<string, Uint8Array>): boolean {
  const text = Buffer.from(data.get('.dockerconfigjson') ?? []).toString();
  const isEmpty = (name: string): boolean => (data.get(name)?.length ?? 0) === 0;
  if (type === 'kubernetes.io/basic-auth') return data.has('username') || data.has('password');
  if (type === 'kubernetes.io/tls') return data.has('tls.crt') && data.has('tls.key');
  if (type === 'kubernetes.io/ssh-auth') return !isEmpty('ssh-privatekey');
  return type !== 'kubernetes.io/dockerconfigjson' || /^[{].*[}]$/s.test(text);
}

test('data is refused exactly when a mebibyte is not enough or its type demands more', () => {
  fc.assert(
    fc.property(type, data, (type, data) => {
      const bytes = [...data.values()].reduce((sum, { length }) => sum + length, 0);
      const refused = refuseData(type, data);
      expect(refused === undefined).toBe(bytes <= MEBIBYTE && demands(type, data));
      expect(JSON.stringify(refused ?? '')).not.toContain(CANARY);
    }),
    { numRuns: 500, examples: [['constructor', new Map()]] },
  );
});

const entries = fc.array(fc.tuple(fc.oneof(hostileText, fc.constantFrom(OWNER_LABEL, MANAGED_BY_LABEL)), hostileText), {
  maxLength: 4,
});

test('no label of the spec takes the place of ours, and every other goes through as it is', () => {
  fc.assert(
    fc.property(entries, entries, data, (labels, annotations, data) => {
      const metadata = { labels: Object.fromEntries(labels), annotations: Object.fromEntries(annotations) };
      const awsSecret = anAwsSecret();
      const target = { ...awsSecret.spec.target, metadata };
      const rendered = renderSecret({ ...awsSecret, spec: { ...awsSecret.spec, target } }, data);
      if (!rendered.ok) return void expect(rendered.error.retry).toBe('content');
      const owner = awsSecret.metadata.uid;
      expect(new Map(Object.entries(rendered.value.labels))).toEqual(
        new Map([...labels, [OWNER_LABEL, owner], [MANAGED_BY_LABEL, 'secrets-operator']]),
      );
      expect(new Map(Object.entries(rendered.value.annotations))).toEqual(new Map(annotations));
      expect(rendered.value.data).toBe(data);
    }),
  );
});
