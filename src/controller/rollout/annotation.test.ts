import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restartAnnotation } from './annotation.ts';

const PREFIX = 'restart.secrets-operator.io/';
/** DNS subdomains of up to 253 characters, as Kubernetes names Secrets. */
const secretName = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?$/);

test('a name that fits stands as it is, so that people can read it', () => {
  expect(restartAnnotation('payments-db')).toBe(`${PREFIX}payments-db`);
  expect(restartAnnotation('x'.repeat(63))).toBe(PREFIX + 'x'.repeat(63));
});

test('a longer one is cut, and told apart by a hash', () => {
  expect(restartAnnotation('x'.repeat(64))).toMatch(/^restart[.]secrets-operator[.]io\/x{46}-[0-9a-f]{16}$/);
});

test('every name gives a key that the API server accepts', () => {
  fc.assert(
    fc.property(secretName, name => {
      const [prefix, slug = ''] = restartAnnotation(name).split('/');
      expect(`${prefix}/`).toBe(PREFIX);
      expect(slug.length).toBeLessThanOrEqual(63);
      expect(slug).toMatch(/^[a-z0-9A-Z]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/);
    }),
  );
});

test('names that differ in any character give different keys, however long they are', () => {
  fc.assert(
    fc.property(fc.nat(240), fc.constantFrom('a', 'b'), fc.constantFrom('a', 'b'), (length, one, other) => {
      const at = (letter: string) => restartAnnotation(`${'x'.repeat(length)}${letter}x`);
      expect(at(one) === at(other)).toBe(one === other);
    }),
  );
});
