import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { sdkError } from '../../../test/support/fake-secrets-manager.ts';
import { CredentialsError } from '../identity/credentials-error.ts';
import { createRates } from '../rates/rates.ts';
import { createBreaker } from '../regions/breaker.ts';
import { guardCalls } from './guarded-call.ts';

/** Two identities of one account in one region; `probe` is how the first asks whether that answers. */
function world(probe: () => Promise<unknown>) {
  const clock = createFakeClock();
  const none = () => undefined;
  const metrics = { called: none, throttled: none, decrypted: none, shared: none, breaker: none, denied: none };
  const changes: string[] = [];
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: change => changes.push(change) });
  const guards = { region: 'eu-west-1', account: 'own', clock, rates: createRates(clock), breaker, metrics };
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(500);
      await settled();
    }
  };
  clock.advance(10);
  return { first: guardCalls(guards, probe), second: guardCalls(guards, async () => 'well'), changes, pass };
}

const throwing = (error: unknown) => async (): Promise<never> => {
  throw error;
};
const hangs = throwing(sdkError('TimeoutError'));

test('nobody waits for the tokens of a region that is not asked', async () => {
  const { first } = world(hangs);
  await first('GetParameters', false, hangs);
  const all = await Promise.all(Array.from({ length: 100 }, () => first('GetParameters', false, async () => 'well')));
  expect(new Set(all.map(asked => 'error' in asked && asked.is.isElsewhere))).toEqual(new Set([true]));
});

test('an identity that has lost its credentials does not keep a region from the others', async () => {
  const { first, second, changes, pass } = world(throwing(new CredentialsError(sdkError('AccessDenied', 403))));
  await first('GetSecretValue', false, hangs);
  await second('GetSecretValue', false, async () => 'well');
  await pass(10_000);
  expect(changes).toEqual(['open', 'closed']);
  expect(await second('GetSecretValue', false, async () => 'well')).toEqual({ answer: 'well' });
});

test('a secret that AWS fails at does not take the region from the others', async () => {
  const { first, second, changes } = world(async () => 'well');
  for (let i = 0; i < 10; i += 1) {
    await first('GetSecretValue', false, throwing(sdkError('InternalServiceError', 500)));
    await settled();
    expect(await second('GetSecretValue', false, async () => 'well')).toEqual({ answer: 'well' });
  }
  expect(changes).toEqual([]);
});

test('one identity has twenty calls under way at the most, and another does not wait for them', async () => {
  const { first, second } = world(hangs);
  const { promise, resolve } = Promise.withResolvers<void>();
  let underWay = 0;
  let most = 0;
  const slow = async (): Promise<string> => {
    underWay += 1;
    most = Math.max(most, underWay);
    await promise;
    underWay -= 1;
    return 'well';
  };
  const all = Array.from({ length: 300 }, () => first('GetSecretValue', false, slow));
  await settled();
  expect(underWay).toBe(20);
  expect(await second('GetSecretValue', false, async () => 'well')).toEqual({ answer: 'well' });
  resolve();
  expect(new Set((await Promise.all(all)).map(asked => 'answer' in asked && asked.answer))).toEqual(new Set(['well']));
  expect(most).toBe(20);
});
