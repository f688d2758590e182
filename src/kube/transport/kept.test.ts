import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { kept } from './kept.ts';

/** A file that holds `token-1`, then `token-2`, and so on, one for each read; a read fails where `fails` says so. */
function file(fails: (read: number) => boolean = () => false) {
  const clock = createFakeClock();
  let reads = 0;
  const read = kept(clock.monotonic, async () => {
    reads += 1;
    if (fails(reads)) throw new Error('no such file');
    return `token-${reads}`;
  });
  return { clock, read };
}

test('what was read is kept for a minute', async () => {
  const { clock, read } = file();
  expect(await read(false)).toBe('token-1');
  clock.advance(59_999);
  expect(await read(false)).toBe('token-1');
  clock.advance(1);
  expect(await read(false)).toBe('token-2');
});

test('renew reads anew, and that is kept: a server that refuses a token wants another', async () => {
  const { read } = file();
  await read(false);
  expect(await read(true)).toBe('token-2');
  expect(await read(false)).toBe('token-2');
});

test('callers at the same time share one read', async () => {
  const { read } = file();
  expect(await Promise.all([read(false), read(false), read(false)])).toEqual(['token-1', 'token-1', 'token-1']);
});

test('a failure is not kept', async () => {
  const { read } = file(count => count === 1);
  await expect(read(false)).rejects.toThrow('no such file');
  await settled();
  expect(await read(false)).toBe('token-2');
});

test('undefined is an answer, and kept: a client certificate needs no header', async () => {
  let reads = 0;
  const read = kept(
    () => 0,
    async () => {
      reads += 1;
      return undefined;
    },
  );
  await read(false);
  await read(false);
  expect(reads).toBe(1);
});
