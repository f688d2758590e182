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

const overlaps = [
  { why: 'the one that was asked first comes last', order: [1, 0], versions: [1, 2], calls: 3 },
  { why: 'the one that was asked first comes first', order: [0, 1], versions: [2, 1], calls: 3 },
  { why: 'both say the same', order: [1, 0], versions: [2, 2], calls: 2 },
];
test.each(overlaps)(
  'of two calls that overlap neither is believed if they differ: $why',
  async ({ order, versions, calls }) => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let made = 0;
    const { clock, ask } = world({
      async getParameters(names) {
        const call = made;
        made += 1;
        await gates[call]?.promise;
        return { parameters: names.map(name => aParameter(name, versions[call] ?? 2)), invalid: [] };
      },
    });
    const asked = [...(await ask([{ name: '/a' }]))];
    clock.advance(100);
    asked.push(...(await ask([{ name: '/a' }])));
    for (const call of order) {
      clock.advance(10);
      gates[call]?.resolve();
      expect(await asked[call]).toMatchObject({ answer: { parameters: [{ version: versions[call] }] } });
    }
    const [later] = await ask([{ name: '/a' }], 0);
    expect(await later).toMatchObject({ answer: { parameters: [{ version: 2 }] } });
    expect(made).toBe(calls);
  },
);

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

const silent = [
  {
    why: 'it is found alone',
    alone: [aParameter('/a1')],
    invalid: [],
    is: { answer: { parameters: [{ version: 1 }] } },
  },
  { why: 'it is not there, alone', alone: [], invalid: ['as AWS has it'], is: { is: { reason: 'SecretNotFound' } } },
  { why: 'nothing is said of it at all', alone: [], invalid: [], is: { is: { reason: 'Unavailable' } } },
];

test.each(silent)('what an answer passes over is asked for alone, and not called absent: $why', async row => {
  const { ask } = world({
    getParameters: async names =>
      names.length > 1
        ? { parameters: [aParameter('/a0')], invalid: [] }
        : { parameters: row.alone, invalid: row.invalid },
  });
  const [first, second] = await ask([{ name: '/a0' }, { name: '/a1' }]);
  expect(await first).toMatchObject({ answer: { parameters: [{ name: '/a0' }] } });
  expect(await second).toMatchObject(row.is);
});
