import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DelayHeap } from './delay-heap.ts';

/** What the heap must equal: a plain map that is searched. */
class Model {
  readonly #at = new Map<string, number>();

  get size(): number {
    return this.#at.size;
  }

  get earliest(): number | undefined {
    return this.#at.size === 0 ? undefined : Math.min(...this.#at.values());
  }

  add(key: string, at: number): boolean {
    const present = this.#at.get(key);
    if (present !== undefined && present <= at) return false;
    this.#at.set(key, at);
    return true;
  }

  delete(key: string): void {
    this.#at.delete(key);
  }

  /** Keys that may be taken at `now`: several, where they are due at the same time. */
  firstDue(now: number): readonly string[] {
    const { earliest } = this;
    if (earliest === undefined || earliest > now) return [];
    return [...this.#at].filter(([, at]) => at === earliest).map(([key]) => key);
  }
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
const at = fc.nat(20);
type Operation =
  | { readonly kind: 'add'; readonly key: string; readonly at: number }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'take'; readonly at: number };
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), key, at }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('take' as const), at }),
);

function step(heap: DelayHeap, model: Model, operation: Operation): void {
  if (operation.kind === 'add') {
    expect(heap.add(operation.key, operation.at)).toBe(model.add(operation.key, operation.at));
  } else if (operation.kind === 'delete') {
    heap.delete(operation.key);
    model.delete(operation.key);
  } else {
    const candidates = model.firstDue(operation.at);
    const taken = heap.takeDue(operation.at);
    expect(candidates.length === 0 ? [undefined] : candidates).toContain(taken);
    model.delete(taken ?? '');
  }
}

test('equals a searched map after any sequence of operations: the earliest time of a key wins', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), sequence => {
      const [heap, model] = [new DelayHeap(), new Model()];
      for (const next of sequence) {
        step(heap, model, next);
        expect(heap.size).toBe(model.size);
        expect(heap.earliest).toBe(model.earliest);
      }
    }),
    { numRuns: 300 },
  );
});

test('gives any number of keys back in the order of their times', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 300 }), times => {
      const heap = new DelayHeap();
      for (const [index, time] of times.entries()) heap.add(`key-${index}`, time);
      const taken: (number | undefined)[] = [];
      for (let next = heap.takeDue(1_000); next !== undefined; next = heap.takeDue(1_000)) {
        taken.push(times[Number(next.slice('key-'.length))]);
      }
      expect(taken).toEqual([...times].sort((a, b) => a - b));
    }),
  );
});

test('what was deleted a thousand times over leaves the order of the rest as it is', () => {
  const heap = new DelayHeap();
  for (let round = 0; round < 1_000; round += 1) {
    heap.add('hot', 10_000 - round);
    if (round % 2 === 0) heap.delete('hot');
    heap.add(`key-${round % 10}`, 5_000 + (round % 10));
  }
  const taken: string[] = [];
  for (let key = heap.takeDue(20_000); key !== undefined; key = heap.takeDue(20_000)) taken.push(key);
  expect(taken).toEqual([...Array.from({ length: 10 }, (_, i) => `key-${i}`), 'hot']);
});

test('an empty heap has nothing due', () => {
  const heap = new DelayHeap();
  expect([heap.size, heap.earliest, heap.takeDue(Number.MAX_VALUE)]).toEqual([0, undefined, undefined]);
});

test('a key is due at the next whole millisecond, never before its time', () => {
  const heap = new DelayHeap();
  heap.add('a', 7.25);
  expect([heap.earliest, heap.takeDue(7.9), heap.takeDue(8)]).toEqual([8, undefined, 'a']);
});
