import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

/** Work that ends when it is told to. */
function heldWork() {
  const under = new Map<number, { readonly end: () => void; readonly fail: (error: Error) => void }>();
  const begun: number[] = [];
  const work = (item: number): Promise<string> => {
    begun.push(item);
    return new Promise<string>((resolve, reject) => {
      under.set(item, { end: () => resolve(`of ${item}`), fail: reject });
    }).finally(() => under.delete(item));
  };
  return { under, begun, work };
}

/** Lets everything run on that waits for nothing but promises. */
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('whatever ends first, never more than the limit are under way, and the results keep their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.nat()),
      async (count, limit, choices) => {
        const items = Array.from({ length: count }, (_, index) => index);
        const { under, begun, work } = heldWork();
        const running = inParallel(items, limit, work);
        for (let ended = 0; ended < count; ended += 1) {
          expect(under.size, 'no lane idles while there is work').toBe(Math.min(limit, count - ended));
          const chosen = [...under.values()][choices.next().value % under.size];
          chosen?.end();
          await turn();
        }
        expect(await running).toEqual(items.map(item => `of ${item}`));
        expect(begun, 'each once, in their order').toEqual(items);
      },
    ),
    { numRuns: 50 },
  );
});

test('after an error nothing is begun, and it is thrown when nothing is under way any more', async () => {
  const { under, begun, work } = heldWork();
  const running = inParallel([0, 1, 2, 3, 4], 2, work);
  let isOver = false;
  const ended = running.then(
    () => 'no error',
    (error: Error) => {
      isOver = true;
      return error.message;
    },
  );
  under.get(1)?.fail(new Error('the first'));
  await turn();
  expect(isOver, 'another is still under way').toBe(false);
  under.get(0)?.fail(new Error('the second'));
  expect(await ended).toBe('the first');
  expect(begun).toEqual([0, 1]);
});
