import { expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { fakeSecretsManager, sdkError } from '../../../test/support/fake-secrets-manager.ts';
import type { Identity } from '../../controller/aws-secret/ports.ts';
import { keyOf } from '../identity/identity-key.ts';
import type { Need } from '../planner/need.ts';
import { createRates, type Rates } from '../rates/rates.ts';
import { createBreaker } from '../regions/breaker.ts';
import type { ParameterStore } from '../services/ports.ts';
import type { Asked } from './answer.ts';
import { createLanes, type Lane } from './lanes.ts';

const SECRET = 'prod/db';
const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const identity = (part: Partial<Identity> = {}): Identity => ({ namespace: 'shop', assumeRoles: [], ...part });
const hop = { roleArn: role('shared'), sessionTags: {} };

/** Each is different from every other in one thing. */
const IDENTITIES: Readonly<Record<string, Identity>> = {
  own: identity(),
  account: identity({ serviceAccountName: 'payments' }),
  'other account': identity({ serviceAccountName: 'orders' }),
  'account of another namespace': identity({ namespace: 'other', serviceAccountName: 'payments' }),
  'account with another role': identity({ serviceAccountName: 'payments', roleArn: role('other') }),
  chain: identity({ assumeRoles: [hop] }),
  'chain of another namespace': identity({ namespace: 'other', assumeRoles: [hop] }),
  'chain with an external id': identity({ assumeRoles: [{ ...hop, externalId: 'one' }] }),
  'chain with another external id': identity({ assumeRoles: [{ ...hop, externalId: 'two' }] }),
  'chain with a tag': identity({ assumeRoles: [{ ...hop, sessionTags: { team: 'a' } }] }),
  'chain with another tag': identity({ assumeRoles: [{ ...hop, sessionTags: { team: 'b' } }] }),
  'longer chain': identity({ assumeRoles: [hop, { roleArn: role('second'), sessionTags: {} }] }),
  'chain of an account': identity({ serviceAccountName: 'payments', assumeRoles: [hop] }),
};
const NAMES = Object.keys(IDENTITIES);

/** Parameter Store as a map, that counts its calls and may deny them all. */
function fakeParameters(value: string) {
  const calls: string[] = [];
  const state = { isDenied: false };
  const call = (action: string): void => {
    calls.push(action);
    if (state.isDenied) throw sdkError('AccessDeniedException', 400);
  };
  const parameter = { name: '/a', arn: 'arn:a', selector: undefined, version: 1, bytes: Buffer.from(value) };
  const store: ParameterStore = {
    async getParameters() {
      call('GetParameters');
      return { parameters: [parameter], invalid: [] };
    },
    async getParametersByPath() {
      call('GetParametersByPath');
      return { parameters: [parameter], nextToken: undefined };
    },
  };
  return { store, calls, state };
}

/** Lanes over AWS that gives each identity values with its name in them, and denies all to those that are told. */
function world() {
  const clock = createFakeClock();
  const nameOf = new Map(NAMES.map(name => [keyOf(IDENTITIES[name] ?? identity()), name]));
  const services = new Map(
    NAMES.map(name => {
      const secrets = fakeSecretsManager();
      secrets.secrets.set(SECRET, { stages: { AWSCURRENT: `of ${name}` } });
      return [name, { secrets, parameters: fakeParameters(`value of of ${name}`) }] as const;
    }),
  );
  const serviceOf = (name: string) =>
    services.get(name) ?? { secrets: fakeSecretsManager(), parameters: fakeParameters('') };
  const asked: string[] = [];
  const metrics = {
    ...{ called: () => undefined, throttled: () => undefined, decrypted: () => undefined, shared: () => undefined },
    ...{ breaker: () => undefined, denied: () => undefined },
  };
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: () => undefined });
  const all = createRates(clock);
  const payers: string[] = [];
  const rates: Rates = {
    bucketOf(account, region, api) {
      payers.push(account);
      return all.bucketOf(account, region, api);
    },
  };
  const lanes = createLanes({
    ...{ clock, log: aLog().log, metrics, rates, keyOf, breakerOf: () => breaker },
    servicesOf(of) {
      const { secrets, parameters } = serviceOf(nameOf.get(keyOf(of)) ?? '');
      return { secretsManager: secrets, parameterStore: parameters.store };
    },
    upcoming(identityKey) {
      asked.push(nameOf.get(identityKey) ?? '');
      return [];
    },
  });
  const wait = async <T>(answer: Promise<T>): Promise<T> => {
    let isDone = false;
    void answer.finally(() => {
      isDone = true;
    });
    for (let turns = 0; !isDone && turns < 1_000; turns += 1) {
      await new Promise(setImmediate);
      if (!isDone) clock.advance(1);
    }
    return await answer;
  };
  return {
    ...{ clock, lanes, asked, payers, wait },
    lane: (name: string) => lanes.of(IDENTITIES[name] ?? identity(), 'eu-west-1'),
    deny(name: string) {
      serviceOf(name).secrets.faults.set('*', 'AccessDeniedException');
      serviceOf(name).parameters.state.isDenied = true;
    },
    made: (name: string): readonly string[] => serviceOf(name).secrets.calls,
    calls: (name: string): number => serviceOf(name).secrets.calls.length + serviceOf(name).parameters.calls.length,
  };
}

const need: Need = {
  ...{ secretId: SECRET, version: { stage: 'AWSCURRENT' }, wants: 'value', mayLag: true },
  ...{ excluded: new Set(), isFirst: false },
};
/** What was asked for any time before is fresh enough: nothing but the identity keeps answers apart. */
const anyAge = { freshAfter: Number.NEGATIVE_INFINITY, intervalMs: 60_000 };
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

/** Every way to ask a lane, and of what its answer tells whose it is. */
const questions: Readonly<Record<string, (lane: Lane) => Promise<Asked<string>>>> = {
  value: async lane => told(await lane.secrets.value(need, anyAge), ({ bytes }) => text(bytes)),
  version: async lane =>
    told(await lane.secrets.version({ ...need, wants: 'version' }, anyAge), ({ versionId }) => versionId),
  search: async lane =>
    told(await lane.searches.find({ namePattern: 'prod/*', tags: {} }, anyAge.freshAfter), ({ secrets }) => {
      return secrets.map(({ versionId }) => versionId).join();
    }),
  parameter: async lane => told(await lane.parameters.read({ name: '/a' }, anyAge.freshAfter), first),
  path: async lane => told(await lane.parameters.read({ path: '/' }, anyAge.freshAfter), first),
  description: async lane => told(await lane.describe(SECRET), ({ stages }) => stages.get('AWSCURRENT') ?? ''),
};

function told<T>(asked: Asked<T>, tell: (answer: T) => string): Asked<string> {
  return 'error' in asked ? asked : { answer: tell(asked.answer) };
}

function first({ parameters }: { readonly parameters: readonly { readonly bytes: Uint8Array }[] }): string {
  return text(parameters[0]?.bytes);
}

for (const [question, ask] of Object.entries(questions)) {
  test(`${question}: each identity is answered by AWS itself, whoever has asked before`, async () => {
    const { lane, wait, calls } = world();
    for (const name of NAMES) {
      const asked = await wait(ask(lane(name)));
      expect('answer' in asked && asked.answer, name).toMatch(new RegExp(`of ${name}$`));
      expect(calls(name), name).toBe(1);
    }
  });

  test.each(NAMES)(`${question}: what all others have just read is denied to: %s`, async denied => {
    const { lane, wait, deny, calls } = world();
    deny(denied);
    const others = NAMES.filter(name => name !== denied);
    await wait(Promise.all(others.map(name => ask(lane(name)))));
    const before = others.map(calls);
    const asked = await wait(ask(lane(denied)));
    expect(asked).toHaveProperty('is.reason', 'AccessDenied');
    expect(others.map(calls), 'nobody was asked in its place').toEqual(before);
    // Nor is the denial anybody else's.
    const again = await wait(Promise.all(others.map(name => ask(lane(name)))));
    expect(again.map(other => 'answer' in other)).toEqual(others.map(() => true));
  });
}

test('identities that ask at the same time are not asked for together', async () => {
  const { lane, wait, calls } = world();
  const answers = await wait(Promise.all(NAMES.map(name => lane(name).secrets.value(need, anyAge))));
  expect(answers.map(asked => 'answer' in asked && text(asked.answer.bytes))).toEqual(
    NAMES.map(name => `value of of ${name}`),
  );
  expect(NAMES.map(calls)).toEqual(NAMES.map(() => 1));
});

test('what one may not call is tried all the same by another', async () => {
  const { lane, wait, deny, made } = world();
  deny('own');
  const versions = (name: string) =>
    Promise.all(
      ['prod/a', 'prod/b', SECRET].map(secretId =>
        lane(name).secrets.version({ ...need, secretId, wants: 'version' }, anyAge),
      ),
    );
  await wait(versions('own'));
  await wait(versions('account'));
  expect(['own', 'account'].map(name => made(name)[0])).toEqual(['ListSecrets prod/', 'ListSecrets prod/']);
});

test('what is asked for next is asked of the identity alone', async () => {
  const { lane, wait, asked } = world();
  const values = ['a', 'b'].map(secretId => lane('account').secrets.value({ ...need, secretId }, anyAge));
  await wait(Promise.all(values));
  expect(new Set(asked)).toEqual(new Set(['account']));
});

test('one lane for each identity and region, however often and by whom it is asked for', () => {
  const { lanes } = world();
  const all = NAMES.flatMap(name =>
    ['eu-west-1', 'eu-central-1'].map(region => [IDENTITIES[name] ?? identity(), region] as const),
  );
  const made = all.map(([of, region]) => lanes.of(of, region));
  expect(new Set(made).size).toBe(all.length);
  expect(all.map(([of, region]) => lanes.of(structuredClone(of), region))).toEqual(made);
  expect(lanes.of(identity({ namespace: 'other' }), 'eu-west-1'), 'the operator is one for all').toBe(made[0]);
});

const payers = [
  { why: 'the operator’s own', of: ['own'], account: 'own' },
  {
    why: 'the last role’s',
    of: ['chain', 'chain of an account', 'account with another role'],
    account: '123456789012',
  },
  { why: 'not known here: its own', of: ['account'], account: 'shop/payments' },
  { why: 'another one’s of that name', of: ['account of another namespace'], account: 'other/payments' },
];
test.each(payers)('calls are limited by account: $why', async ({ of, account }) => {
  for (const name of of) {
    const { lane, wait, payers } = world();
    await wait(lane(name).parameters.read({ name: '/a' }, anyAge.freshAfter));
    expect(payers, name).toEqual([account]);
  }
});
