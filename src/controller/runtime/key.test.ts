import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatKey, parseKey } from './key.ts';

test('parseKey undoes formatKey for every name that Kubernetes allows', () => {
  const name = fc.stringMatching(/^[a-z0-9]([-.a-z0-9]{0,20}[a-z0-9])?$/);
  fc.assert(
    fc.property(name, name, (namespace, object) => {
      expect(parseKey(formatKey({ namespace, name: object }))).toEqual({ namespace, name: object });
    }),
  );
});
