import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { sdkError } from '../../../test/support/fake-secrets-manager.ts';
import { CredentialsError } from '../identity/credentials-error.ts';
import { createRates } from '../rates/rates.ts';
import { createBreaker } from '../regions/breaker.ts';
import type { ParameterAnswer, ParameterStore } from '../services/ports.ts';
import { guardCalls } from './guarded-call.ts';
import { createParameterLane, type ParameterQuestion } from './parameter-lane.ts';

const region = 'eu-west-1';

function world(service: Partial<ParameterStore>) {
  const clock = createFakeClock();
  const none = () => undefined;
  const metrics = { called: none, throttled: none, decrypted: none, shared: none, breaker: none, denied: none };
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: none });
  const guarded = guardCalls({ region, account: 'own', clock, rates: createRates(clock), breaker, metrics }, settled);
  const all: ParameterStore = {
    getParameters: async names => ({ parameters: [], invalid: names }),
    getParametersByPath: async () => ({ parameters: [], nextToken: undefined }),
    ...service,
  };
  const lane = createParameterLane({ region, clock, service: all, guarded, metrics });
  /** Asks, and lets what is collected be sent. */
  const ask = async (questions: readonly ParameterQuestion[], freshAfter = clock.monotonic()) => {
    const asked = questions.map(question => lane.read(question, freshAfter));
    await settled();
    clock.advance(5);
    await settled();
    return asked;
  };
  return { clock, lane, ask };
}

function aParameter(name: string, version = 1): ParameterAnswer {
  const arn = `arn:aws:ssm:${region}:1:parameter${name}`;
  return { name, arn, selector: undefined, version, bytes: Buffer.from(`value ${version}`) };
}

test('an answer that comes late does not replace one that was asked for after it', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let version = 0;
  const { clock, lane, ask } = world({
    async getParameters(names) {
      version += 1;
      const parameters = names.map(name => aParameter(name, version));
      await gates[version - 1]?.promise;
      return { parameters, invalid: [] };
    },
  });
  const [slow] = await ask([{ name: '/a' }]);
  clock.advance(100);
  const [quick] = await ask([{ name: '/a' }]);
  gates[1]?.resolve();
  expect(await quick).toMatchObject({ answer: { parameters: [{ version: 2 }] } });
  gates[0]?.resolve();
  await slow;
  expect(await lane.read({ name: '/a' }, 0)).toMatchObject({ answer: { parameters: [{ version: 2 }] } });
});

const refused = [
  { why: 'there are no credentials', error: new CredentialsError(sdkError('AccessDenied', 403)), calls: 1 },
  { why: 'STS does not answer', error: new CredentialsError(sdkError('TimeoutError')), calls: 1 },
  { why: 'AWS does not take the signature', error: sdkError('InvalidSignatureException', 403), calls: 1 },
  { why: 'one of them may not be read', error: sdkError('AccessDeniedException', 400), calls: 19 },
];

test.each(refused)('ten that are refused because $why are $calls calls', async ({ error, calls }) => {
  let made = 0;
  const { ask } = world({
    async getParameters() {
      made += 1;
      throw error;
    },
  });
  await Promise.all(await ask(Array.from({ length: 10 }, (_, i) => ({ name: `/a${i}` }))));
  expect(made).toBe(calls);
});

test('pages that begin anew are no whole path: what is missing is not gone', async () => {
  const { ask } = world({
    getParametersByPath: async (_path, token) => ({
      parameters: [aParameter('/a/b')],
      nextToken: token === '1' ? '2' : '1',
    }),
  });
  const [told] = await ask([{ path: '/a' }]);
  expect(await told).toMatchObject({ is: { reason: 'Unavailable', isTransient: true } });
});
