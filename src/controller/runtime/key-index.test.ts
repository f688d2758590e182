import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyIndex } from './key-index.ts';

const change = fc.record({
  isAdded: fc.boolean(),
  entry: fc.constantFrom('x', 'y', '__proto__'),
  key: fc.constantFrom('a', 'b', 'c'),
});

test('after any sequence of changes it holds what a map of sets holds', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), changes => {
      const index = new KeyIndex();
      const model = new Map<string, Set<string>>();
      for (const { isAdded, entry, key } of changes) {
        const keys = model.get(entry) ?? new Set();
        if (isAdded) {
          index.add(entry, key);
          model.set(entry, keys.add(key));
        } else {
          index.delete(entry, key);
          keys.delete(key);
        }
      }
      for (const entry of ['x', 'y', '__proto__', 'constructor']) {
        expect(index.get(entry)).toEqual([...(model.get(entry) ?? [])]);
      }
      expect(index.size).toBe([...model.values()].filter(({ size }) => size > 0).length);
    }),
  );
});
