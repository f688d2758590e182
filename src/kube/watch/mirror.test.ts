import { describe, expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { createMirror, type Listed, type MirrorOptions } from './mirror.ts';
import { Store } from './store.ts';

interface Thing extends Listed {
  readonly value: string;
}

const BAD = 'bad';

function thing(name: string, value: string, version = '1', namespace = 'shop'): Thing {
  return { metadata: { name, namespace, uid: name, resourceVersion: version }, value };
}

/** A mirror that cannot read things of value `bad`, and does not keep those of value `other`. */
function world(options: Partial<MirrorOptions<Thing>> = {}) {
  const { log, lines } = aLog();
  const store = new Store<Thing>(({ value }) => [value]);
  const changes: string[] = [];
  const unreadable: string[] = [];
  const mirror = createMirror<Thing>({
    resource: { group: '', version: 'v1', plural: 'things' },
    namespace: undefined,
    reduce(object) {
      const { value } = object as Thing;
      if (value === BAD) throw new TypeError('canary');
      return value === 'other' ? undefined : (object as Thing);
    },
    store,
    onChange: (key, before, after, isInitial) =>
      changes.push(`${key}: ${before?.value} → ${after?.value}${isInitial ? ' (list)' : ''}`),
    log,
    metrics: { unreadable: resource => unreadable.push(resource) },
    ...options,
  });
  const values = () => [...store.keys()].map(key => `${key}=${store.get(key)?.value}`).sort();
  const list = (...things: readonly Thing[]) => mirror.replace(things.flatMap(each => mirror.read(each) ?? []));
  return { mirror, list, store, values, changes, unreadable, lines };
}

test('a list replaces what is held, and tells only what differs', () => {
  const { list, changes, values } = world();
  list(thing('a', 'x'), thing('b', 'x'), thing('c', 'x'));
  changes.length = 0;
  list(thing('a', 'x'), thing('b', 'y', '2'));
  expect(values()).toEqual(['shop/a=x', 'shop/b=y']);
  expect(changes).toEqual(['shop/c: x → undefined (list)', 'shop/b: x → y (list)']);
});

test('a list of one namespace says nothing about another', () => {
  const { list, store, values } = world({ namespace: 'shop' });
  store.set(thing('a', 'x', '1', 'ops'));
  list(thing('b', 'x'));
  list();
  expect(values()).toEqual(['ops/a=x']);
});

test('an event is told once, however often it comes', () => {
  const { mirror, changes } = world();
  for (const _ of [1, 2]) mirror.set(thing('a', 'x'));
  for (const _ of [1, 2]) mirror.delete(thing('a', 'x', '2'));
  expect(changes).toEqual(['shop/a: undefined → x', 'shop/a: x → undefined']);
});

test('an object that becomes none of ours is gone', () => {
  const { mirror, values, changes } = world();
  mirror.set(thing('a', 'x'));
  mirror.set(thing('a', 'other', '2'));
  expect([values(), changes.at(-1)]).toEqual([[], 'shop/a: x → undefined']);
});

describe('an object that cannot be read', () => {
  const rows: readonly { why: string; options?: Partial<MirrorOptions<Thing>> }[] = [
    { why: 'because it cannot be reduced' },
    {
      why: 'because it cannot be indexed',
      options: {
        reduce: object => object as Thing,
        store: new Store<Thing>(({ value }) => {
          if (value === BAD) throw new TypeError('canary');
          return [value];
        }),
      },
    },
  ];
  for (const { why, options } of rows) {
    test(`${why}: it is told by name, counted and left as it was; the others are taken in`, () => {
      const { mirror, list, changes, unreadable, lines } = world(options);
      list(thing('a', BAD), thing('b', 'x'));
      expect(changes).toEqual(['shop/b: undefined → x (list)']);
      mirror.set(thing('b', BAD, '2'));
      list(thing('a', 'y', '3'), thing('b', BAD, '2'));
      expect(changes.slice(1)).toEqual(['shop/a: undefined → y (list)']);
      mirror.delete(thing('b', BAD, '4'));
      expect(changes.slice(2)).toEqual(['shop/b: x → undefined']);
      expect(unreadable).toEqual(['things', 'things', 'things']);
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(JSON.stringify(line)).toContain('TypeError');
      expect(JSON.stringify(lines)).not.toContain('canary');
    });
  }
});

test('a handler that throws is told of, and the next change comes', () => {
  const { mirror, values, lines } = world({
    onChange() {
      throw new RangeError('canary');
    },
  });
  mirror.set(thing('a', 'x'));
  mirror.set(thing('b', 'x'));
  expect(values()).toEqual(['shop/a=x', 'shop/b=x']);
  expect(lines).toHaveLength(2);
  expect(JSON.stringify(lines)).toContain('RangeError');
  expect(JSON.stringify(lines)).not.toContain('canary');
});
