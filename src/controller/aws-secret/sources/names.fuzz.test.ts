import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../../../test/support/hostile.ts';
import { type Given, type Spec, selected } from '../../../../test/support/selected.ts';

const CANARY = 'hunter2-';
/** A status takes no longer message, and what is cut is the way out, which comes last. */
const MAX_MESSAGE = 4_096;

const keys = fc.option(
  fc.record(
    {
      rename: fc.array(
        fc.constantFrom(
          { pattern: '^db_(.*)$', replacement: '$1' },
          { pattern: '[^a-z]', replacement: '_' },
          { pattern: '.', replacement: '$0$0$0' },
          { pattern: '^', replacement: 'x' },
          { pattern: '.*', replacement: '' },
          { pattern: String.raw`\x00|\pC`, replacement: '' },
        ),
        { maxLength: 3 },
      ),
      case: fc.constantFrom('UpperSnake' as const, 'LowerSnake' as const),
      prefix: fc.constantFrom('', 'DB_', '..', '.'),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'a', 'b', 'a/b', 'a_b', 'A_B', 'aB', '/a', '..data'),
  hostileText,
  fc.constantFrom('x'.repeat(254), 'y'.repeat(5_000), '\0'.repeat(700), 'ключ'),
);
const content = fc.oneof(
  name.map(of => `${CANARY}${of.toWellFormed()}`),
  fc.array(fc.tuple(name, name), { maxLength: 3 }).map(properties => {
    return JSON.stringify(
      Object.fromEntries(properties.map(([of, value]) => [of, `${CANARY}${value.toWellFormed()}`])),
    );
  }),
);
const items = fc.array(fc.tuple(name, content), { maxLength: 4 }).map(of => Object.fromEntries(of));

const sources = [
  { secretId: 's' },
  { parameterPath: '/p/' },
  { parameterPath: '/' },
  { find: { namePattern: '*', expand: false } },
  { find: { namePattern: 'a/?', expand: true } },
] as const;
const entry = fc.tuple(fc.constantFrom(...sources), keys).map(([source, of]) => ({ ...source, keys: of }));
const world = fc.record({
  dataFrom: fc.array(entry, { minLength: 1, maxLength: 3 }),
  given: fc.record({ s: content, '/p/': items, '/': items, '*': items, 'a/?': items }),
});

function select({ dataFrom, given }: { readonly dataFrom: unknown; readonly given: Given }) {
  return selected({ dataFrom: dataFrom as NonNullable<Spec['dataFrom']> }, given);
}

test('whatever names AWS gives, what comes out are keys; or a refusal that names, tells the way out, and holds no value', () => {
  fc.assert(
    fc.property(world, of => {
      const found = select(of);
      if (!('reason' in found && 'retry' in found)) {
        const all = Object.keys(found);
        expect(all.filter(key => !/^(?![.]$|[.][.])[-._a-zA-Z0-9]{1,253}$/.test(key))).toEqual([]);
        return;
      }
      const { reason, retry, message } = found;
      expect(message).not.toContain(CANARY);
      expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE);
      expect(message).toMatch(/"; |; (rename|add|use|correct)/);
      expect([retry, message.isWellFormed()]).toEqual(['content', true]);
      expect(['NotJson', 'EmptyValue', 'InvalidKey', 'DuplicateKey', 'ExpressionFailed']).toContain(reason);
    }),
    { numRuns: 1_000 },
  );
});

test('no value is lost: there are as many keys as there are names, or two of them met', () => {
  fc.assert(
    fc.property(world, of => {
      const found = select(of);
      if ('reason' in found && 'retry' in found) return;
      const sizes = of.dataFrom.map(entry => {
        if ('secretId' in entry) return Object.keys(JSON.parse(of.given.s)).length;
        if ('parameterPath' in entry) return Object.keys(of.given[entry.parameterPath]).length;
        const all = Object.values(of.given[entry.find.namePattern]);
        return entry.find.expand
          ? all.reduce((sum, text) => sum + Object.keys(JSON.parse(text)).length, 0)
          : all.length;
      });
      expect(Object.keys(found)).toHaveLength(sizes.reduce((sum, size) => sum + size, 0));
    }),
    { numRuns: 500 },
  );
});
