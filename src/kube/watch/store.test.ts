import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ObjectMeta } from '../../crds/object.ts';
import { Store } from './store.ts';

interface Thing {
  readonly metadata: ObjectMeta;
  readonly entries: readonly string[];
}

function thing(name: string, ...entries: readonly string[]): Thing {
  return { metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1' }, entries };
}

function aStore(): Store<Thing> {
  return new Store<Thing>(object => object.entries);
}

test('an object is found by its key and by each of its entries', () => {
  const store = aStore();
  const a = thing('a', 'x', 'y');
  store.set(a);
  expect([store.get('shop/a'), store.size, [...store.keys()]]).toEqual([a, 1, ['shop/a']]);
  expect([store.indexed('x'), store.indexed('y'), store.indexed('z')]).toEqual([[a], [a], []]);
});

test('the index follows a change: an entry that is gone no longer finds the object', () => {
  const store = aStore();
  store.set(thing('a', 'x', 'y'));
  store.set(thing('a', 'y', 'z'));
  expect(['x', 'y', 'z'].map(entry => store.indexed(entry).length)).toEqual([0, 1, 1]);
});

test('an entry finds every object that has it', () => {
  const store = aStore();
  for (const name of ['a', 'b', 'c']) store.set(thing(name, name === 'c' ? 'y' : 'x'));
  store.delete('shop/a');
  expect(store.indexed('x').map(({ metadata }) => metadata.name)).toEqual(['b']);
});

test('an object that names an entry twice is found once', () => {
  const store = aStore();
  store.set(thing('a', 'x', 'x'));
  expect(store.indexed('x')).toHaveLength(1);
  store.delete('shop/a');
  expect(store.indexed('x')).toEqual([]);
});

test('names of built-in properties are keys and entries like others', () => {
  const store = aStore();
  expect([store.get('constructor'), store.indexed('__proto__')]).toEqual([undefined, []]);
});

test('without an indexer nothing is found but by key', () => {
  const store = new Store<Thing>();
  store.set(thing('a', 'x'));
  expect([store.get('shop/a')?.entries, store.indexed('x')]).toEqual([['x'], []]);
});

test('an object that cannot be indexed changes nothing', () => {
  const store = new Store<Thing>(({ entries }) => {
    if (entries.includes('bad')) throw new TypeError('bad');
    return entries;
  });
  const good = thing('a', 'x');
  store.set(good);
  for (const bad of [thing('a', 'bad'), thing('b', 'bad')]) expect(() => store.set(bad)).toThrow(TypeError);
  expect([store.get('shop/a'), store.indexed('x'), store.size]).toEqual([good, [good], 1]);
  store.delete('shop/a');
  expect([store.indexed('x'), store.size]).toEqual([[], 0]);
});

test('after any sequence of changes the index gives what a search of all objects gives', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const entry = fc.constantFrom('x', 'y', 'z');
  const operation = fc.oneof(
    fc.record({ name, entries: fc.array(entry, { maxLength: 3 }) }),
    fc.record({ name, entries: fc.constant(undefined) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), operations => {
      const store = aStore();
      const model = new Map<string, Thing>();
      for (const { name: of, entries } of operations) {
        if (entries === undefined) {
          store.delete(`shop/${of}`);
          model.delete(of);
        } else {
          store.set(thing(of, ...entries));
          model.set(of, thing(of, ...entries));
        }
      }
      for (const wanted of ['x', 'y', 'z']) {
        const expected = [...model.values()].filter(({ entries }) => entries.includes(wanted));
        const names = (things: readonly Thing[]) => things.map(({ metadata }) => metadata.name).sort();
        expect(names(store.indexed(wanted))).toEqual(names(expected));
      }
      expect(store.size).toBe(model.size);
    }),
  );
});
