import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileJson, hostileText } from '../../../test/support/hostile.ts';
import { namesSecret } from './secret-users.ts';

/** The deepest object that the API server takes: sigs.k8s.io/json, maxNestingDepth. */
const DEEPEST = 10_000;

const use = fc.constantFrom(
  (name: string) => ({ secretName: name }),
  (name: string) => ({ secretKeyRef: { name, key: 'a' } }),
  (name: string) => ({ imagePullSecrets: [{ name: 'other' }, { name }] }),
  (name: string) => ({ mySecret: [[{ name }]] }),
);
const level = fc.constantFrom(
  (below: unknown): unknown => ({ spec: below }),
  (below: unknown): unknown => [null, below],
  (below: unknown): unknown => ({ name: 'db', items: [1, below] }),
);

test('a use is found at whatever depth and between whatever else, and where there is none none is', () => {
  const depth = fc.oneof({ weight: 12, arbitrary: fc.nat(20) }, fc.constant(DEEPEST));
  fc.assert(
    fc.property(hostileText, use, level, depth, hostileJson, (name, use, level, depth, beside) => {
      const at = (heart: unknown): unknown => {
        let spec: unknown = { beside, heart };
        for (let i = 0; i < depth; i += 1) spec = level(spec);
        return spec;
      };
      // No garbage can hold it by chance.
      const secret = `${name}-of-the-test`;
      expect(namesSecret(at(use(secret)), secret)).toBe(true);
      expect(namesSecret(at({ name: secret, configMapRef: { name: secret } }), secret)).toBe(false);
    }),
    { numRuns: 100, examples: [['', name => ({ secretName: name }), below => ({ spec: below }), DEEPEST, null]] },
  );
});
