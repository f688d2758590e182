import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { type Credentials, shareCredentials } from './credentials.ts';
import { CredentialsError, refusedCredentials } from './credentials-error.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** STS: each call gives the next set, valid for `lifeMs` (infinite: without an expiry); it refuses while `refusal` is set, and waits while `gate` is. */
function sts(lifeMs = HOUR) {
  const clock = createFakeClock();
  const state: { calls: number; refusal?: unknown; gate?: Promise<void> } = { calls: 0 };
  const get = shareCredentials(async (): Promise<Credentials> => {
    state.calls += 1;
    const accessKeyId = `key-${state.calls}`;
    const expiration = Number.isFinite(lifeMs) ? { expiration: new Date(clock.now() + lifeMs) } : {};
    await state.gate;
    if (state.refusal !== undefined) throw state.refusal;
    return { accessKeyId, secretAccessKey: 'hunter2', ...expiration };
  }, clock);
  const key = async (refused?: Credentials) => (await get({ refused })).accessKeyId;
  return { clock, state, get, key };
}

const denied = Object.assign(new Error('hunter2'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });

test('a set is asked for once, however many clients want it', async () => {
  const { state, key } = sts();
  expect(await Promise.all([key(), key(), key()])).toEqual(['key-1', 'key-1', 'key-1']);
  expect(await key()).toBe('key-1');
  expect(state.calls).toBe(1);
});

const renewals = [
  { why: 'kept while more than six minutes are left', afterMs: 54 * MINUTE - 1, gives: 'key-1' },
  {
    why: 'renewed six minutes before it expires: the SDK’s clients would ask at five',
    afterMs: 54 * MINUTE,
    gives: 'key-2',
  },
  { why: 'renewed when it has expired', afterMs: 2 * HOUR, gives: 'key-2' },
];

for (const { why, afterMs, gives } of renewals) {
  test(why, async () => {
    const { clock, key } = sts();
    await key();
    clock.advance(afterMs);
    expect(await key()).toBe(gives);
  });
}

test('a set that never expires is never renewed', async () => {
  const { clock, state, key } = sts(Number.POSITIVE_INFINITY);
  await key();
  clock.advance(1_000 * HOUR);
  expect(await key()).toBe('key-1');
  expect(state.calls).toBe(1);
});

test('many clients at the time of renewal make one request', async () => {
  const { clock, state, key } = sts();
  await key();
  clock.advance(55 * MINUTE);
  await Promise.all([key(), key(), key()]);
  expect(state.calls).toBe(2);
});

test('a failed renewal keeps the old set while it is valid', async () => {
  const { clock, state, key } = sts();
  await key();
  clock.advance(55 * MINUTE);
  state.refusal = denied;
  expect(await key()).toBe('key-1');
  clock.advance(5 * MINUTE - 1_000);
  expect(await key()).toBe('key-1');
});

test('a renewal that takes long keeps nobody waiting while the old set is good', async () => {
  const { clock, state, key } = sts();
  await key();
  clock.advance(55 * MINUTE);
  const { promise, resolve } = Promise.withResolvers<void>();
  state.gate = promise;
  const first = key();
  await settled();
  clock.advance(1_000);
  expect(await first).toBe('key-1');
  expect(await key()).toBe('key-1');
  expect(state.calls).toBe(2);
  resolve();
  await settled();
  expect(await key()).toBe('key-2');
});

test('a set that AWS has called expired is not given while another takes long', async () => {
  const { clock, state, get, key } = sts();
  const refused = await get();
  const { promise, resolve } = Promise.withResolvers<void>();
  state.gate = promise;
  const all = [key(refused), key()];
  await settled();
  clock.advance(10_000);
  await settled();
  all.push(key());
  resolve();
  expect(await Promise.all(all)).toEqual(['key-2', 'key-2', 'key-2']);
});

test('and fails once it has expired', async () => {
  const { clock, state, key } = sts();
  await key();
  state.refusal = denied;
  clock.advance(HOUR);
  await expect(key()).rejects.toThrow(CredentialsError);
});

test('a set does not outlive itself because a failure is held', async () => {
  const { clock, state, key } = sts();
  await key();
  state.refusal = denied;
  clock.advance(HOUR - 500);
  expect(await key()).toBe('key-1');
  clock.advance(500);
  await expect(key()).rejects.toThrow(CredentialsError);
});

test('a failure is held for a second: a thousand objects do not each ask an STS that has just refused', async () => {
  const { clock, state, key } = sts();
  state.refusal = denied;
  await expect(key()).rejects.toThrow();
  clock.advance(999);
  await expect(key()).rejects.toThrow();
  expect(state.calls).toBe(1);
  clock.advance(1);
  await expect(key()).rejects.toThrow();
  expect(state.calls).toBe(2);
});

test('what was mended works after that second', async () => {
  const { clock, state, key } = sts();
  state.refusal = denied;
  await expect(key()).rejects.toThrow();
  delete state.refusal;
  clock.advance(1_000);
  expect(await key()).toBe('key-2');
});

test('a wall clock that jumps does not lengthen the hold', async () => {
  const { clock, state, key } = sts();
  state.refusal = denied;
  await expect(key()).rejects.toThrow();
  clock.setWall(0);
  clock.advance(1_000);
  delete state.refusal;
  expect(await key()).toBe('key-2');
});

test('a request that takes long is shared until it ends', async () => {
  const { state, key } = sts();
  const { promise, resolve } = Promise.withResolvers<void>();
  state.gate = promise;
  const [first, second] = [key(), key()];
  await settled();
  const third = key();
  resolve();
  expect(await Promise.all([first, second, third])).toEqual(['key-1', 'key-1', 'key-1']);
});

test('a set that AWS calls expired is replaced, whatever our own clock says of it', async () => {
  const { clock, state, get, key } = sts();
  const first = await get();
  clock.setWall(0);
  expect(await key()).toBe('key-1');
  expect(await Promise.all([key(first), key(first), key(first)])).toEqual(['key-2', 'key-2', 'key-2']);
  expect(await key()).toBe('key-2');
  clock.advance(MINUTE);
  expect(await key(first), 'who is late with the news').toBe('key-2');
  expect(state.calls).toBe(2);
});

test('where AWS calls every set expired, another is asked for once a second', async () => {
  const { clock, state, get } = sts();
  let refused = await get();
  for (let call = 0; call < 40; call += 1) {
    refused = await get({ refused });
    clock.advance(100);
  }
  expect(state.calls).toBe(1 + 4);
});

test('a set that AWS has called expired is not served any more, whatever becomes of its renewal', async () => {
  const { clock, state, get, key } = sts();
  const first = await get();
  state.refusal = denied;
  await expect(key(first)).rejects.toThrow(CredentialsError);
  await expect(key()).rejects.toThrow(CredentialsError);
  delete state.refusal;
  clock.advance(1_000);
  expect(await key()).toBe('key-3');
});

test('a clock that is six hours ahead, so that every new set looks expired, does not ask STS for each call', async () => {
  const { clock, state, key } = sts(HOUR - 6 * HOUR);
  for (let call = 0; call < 600; call += 1) {
    await key();
    clock.advance(MINUTE / 10);
  }
  expect(state.calls).toBe(60);
});

test('a set that comes with little life left is used for a minute before another is asked for', async () => {
  const { clock, state, key } = sts(3 * MINUTE);
  await key();
  clock.advance(MINUTE - 1);
  expect(await key()).toBe('key-1');
  clock.advance(1);
  expect(await key()).toBe('key-2');
  expect(state.calls).toBe(2);
});

test('an error that names its cause already is passed on as it is', async () => {
  const { state, key } = sts();
  const error = refusedCredentials({ reason: 'ServiceAccountTokenRefused', retry: 'content', message: 'no' });
  state.refusal = error;
  await expect(key()).rejects.toBe(error);
});

test('while STS hangs only the first to ask wait for all of its deadline: others need their workers', async () => {
  const clock = createFakeClock();
  const hang = async (): Promise<Credentials> => {
    await new Promise<void>(resolve => clock.schedule(12_000, resolve));
    throw Object.assign(new Error('hunter2'), { name: 'TimeoutError' });
  };
  const get = shareCredentials(hang, clock);
  const waits = async (): Promise<number> => {
    const askedAt = clock.monotonic();
    let isOver = false;
    const over = get().then(
      () => undefined,
      () => {
        isOver = true;
      },
    );
    while (!isOver) {
      await settled();
      if (!isOver) clock.advance(100);
    }
    await over;
    return clock.monotonic() - askedAt;
  };
  expect(await waits()).toBe(12_000);
  for (let asked = 0; asked < 50; asked += 1) {
    expect(await waits()).toBeLessThanOrEqual(1_000);
    clock.advance(100);
  }
});
