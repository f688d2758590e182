import { expect, test } from 'vitest';
import { settled } from '../../../test/support/fake-clock.ts';
import { arnOf } from '../../../test/support/fake-secrets-manager.ts';
import { laneWorld } from '../../../test/support/lane-world.ts';
import type { ListPage } from '../services/ports.ts';

/** From now on a list tells of the secret what it tells now, as one that lags does. */
function lagging({ service }: ReturnType<typeof laneWorld>, name: string): void {
  const before = service.secrets.get(name)?.stages ?? {};
  const list = service.list;
  service.list = async (...asked): Promise<ListPage> => {
    const page = await list(...asked);
    const secrets = page.secrets.map(secret =>
      secret.name === name ? { ...secret, stages: new Map(Object.entries(before)) } : secret,
    );
    return { ...page, secrets };
  };
}

/** What has just been asked is on its way to AWS. */
async function begun(clock: ReturnType<typeof laneWorld>['clock']): Promise<void> {
  await settled();
  clock.advance(5);
  await settled();
}

/** A call of the service that has its answer when `release` is called. */
function holdBack<T extends 'getValue' | 'describe' | 'batchGetValue'>(
  service: ReturnType<typeof laneWorld>['service'],
  call: T,
): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const real = service[call] as (...asked: unknown[]) => Promise<unknown>;
  const held = async (...asked: unknown[]): Promise<unknown> => {
    Object.assign(service, { [call]: real });
    const answer = await real(...asked);
    await promise;
    return answer;
  };
  Object.assign(service, { [call]: held });
  return resolve;
}

const stage = { version: { stage: 'AWSCURRENT' } } as const;

test('Strict is not told by the list of an Eventual one of the same secret', async () => {
  const world = laneWorld(1);
  const { clock, service, need, versions } = world;
  await versions([need(0), need(0, { mayLag: false })]);
  lagging(world, 'prod/s0');
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new' } });
  clock.advance(57_000);
  for (let i = 1; i < 120; i += 1) service.secrets.set(`prod/s${i}`, { stages: { AWSCURRENT: `v${i}` } });
  expect(await versions(world.all(0, 120))).toContain('v0');
  const question = { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 };
  expect(await versions([need(0, { mayLag: false })], question)).toEqual(['new']);
});

test('nor does Strict join a list that is under way', async () => {
  const world = laneWorld(120);
  const { service, all, need, versions, lane, question, settle } = world;
  lagging(world, 'prod/s0');
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new' } });
  const list = service.list;
  const strict: ReturnType<typeof lane.version>[] = [];
  service.list = async (...asked) => {
    strict.push(lane.version(need(0, { mayLag: false }), { ...question(), freshAfter: 0 }));
    return await list(...asked);
  };
  expect((await versions(all(0, 120)))[0]).toBe('v0');
  expect((await settle(strict)).map(told => 'answer' in told && told.answer.versionId)).toContain('new');
});

test('a secret that moves while its value is read is read once more, and not called absent', async () => {
  const { clock, service, lane, need, question, settle } = laneWorld(1);
  const release = holdBack(service, 'getValue');
  const value = lane.value(need(0, { wants: 'value' }), question(0));
  await begun(clock);
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new' } });
  clock.advance(1);
  await settle([lane.version(need(0, { mayLag: false }), question())]);
  release();
  expect(await settle([value])).toMatchObject([{ answer: { versionId: 'new' } }]);
});

test('a list that lags and ends before a value does not hide it', async () => {
  const world = laneWorld(120);
  const { clock, service, lane, need, all, versions, question, settle } = world;
  lagging(world, 'prod/s0');
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new' } });
  const release = holdBack(service, 'getValue');
  const value = lane.value(need(0, { wants: 'value' }), question(0));
  await begun(clock);
  clock.advance(1);
  await versions(all(0, 120));
  release();
  expect(await settle([value])).toMatchObject([{ answer: { versionId: 'new' } }]);
});

test('one that moves whenever it is read is away for a while, and not absent', async () => {
  const { clock, service, lane, need, question, settle } = laneWorld(1);
  const real = service.getValue;
  let version = 0;
  service.getValue = async (...asked) => {
    const answer = await real(...asked);
    version += 1;
    service.secrets.set('prod/s0', { stages: { AWSCURRENT: `new${version}` } });
    clock.advance(1);
    await lane.version(need(0, { mayLag: false }), question());
    return answer;
  };
  const [told] = await settle([lane.value(need(0, { wants: 'value' }), question(0))]);
  expect(told).toMatchObject({ is: { reason: 'Unavailable', isTransient: true } });
});

test('who joins one half of a batch that was refused whole is told of that half, not of the other', async () => {
  const { clock, service, lane, need, all, values, question, settle } = laneWorld(4);
  service.faults.set('BatchGetSecretValue prod/s0', 'InvalidParameterException');
  const late: ReturnType<typeof lane.value>[] = [];
  const batch = service.batchGetValue;
  service.batchGetValue = async ids => {
    if (ids.includes('prod/s0') && ids.length === 2) {
      await settled();
      clock.advance(10);
    }
    if (ids.length === 1) late.push(lane.value(need(2, { wants: 'value' }), question()));
    return await batch(ids);
  };
  await values(all(0, 4));
  const told = (await settle(late)).map(answer => ('answer' in answer ? answer.answer.versionId : answer.is.reason));
  expect(new Set(told)).toEqual(new Set(['v2']));
});

test('one version and one stage that is missing do not keep a list from telling of the others', async () => {
  const { clock, need, all, versions, values, made } = laneWorld(40);
  await values([need(0, { version: { versionId: 'v0' } })]);
  await versions([need(1, { version: { stage: 'MISSING' } })]);
  await versions(all(0, 40));
  clock.advance(400_000);
  made();
  await versions(all(0, 40));
  expect(made()).toEqual({ ListSecrets: 1 });
});

test('what no list has is not listed for again soon, and rides with others', async () => {
  const { clock, service, need, versions, made } = laneWorld(0);
  const ids = Array.from({ length: 30 }, (_, i) => `arn:aws:secretsmanager:eu-west-1:999999999999:secret:o${i}-AbCdEf`);
  service.list = async (filters, token) => {
    service.calls.push(`ListSecrets ${filters.namePrefixes.join()} ${token}`);
    return { secrets: [], nextToken: undefined };
  };
  for (const id of ids) service.secrets.set(id, { stages: { AWSCURRENT: 'v' } });
  const needs = ids.map(secretId => need(0, { secretId, ...stage }));
  expect(new Set(await versions(needs))).toEqual(new Set(['v']));
  expect(made()).toHaveProperty('ListSecrets', 1);
  for (let minute = 0; minute < 10; minute += 1) {
    clock.advance(58_000);
    const [first] = needs;
    await versions(first === undefined ? [] : [first]);
    await versions(needs, { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 });
    expect(made()).toEqual({ BatchGetSecretValue: 2 });
  }
});

test('a list that tells of all that are due has no batch filled with them', async () => {
  const { clock, need, all, versions, made, lane, question, settle } = laneWorld(60);
  await versions(all(0, 60));
  clock.advance(57_000);
  made();
  const asked = question();
  await settle<unknown>([lane.version(need(1), asked), lane.value(need(0, { wants: 'value' }), asked)]);
  expect(made()).toEqual({ ListSecrets: 1, GetSecretValue: 1 });
});

test('a defect of what is coming is told to who asks, and nobody waits for ever', async () => {
  const { need, lane, question, settle, upcoming } = laneWorld(2);
  upcoming.push(undefined as never);
  const told = lane.value(need(0, { wants: 'value' }), question()).catch((error: unknown) => error);
  expect(await settle([told])).toEqual([expect.any(TypeError)]);
  upcoming.pop();
  expect(await settle([lane.value(need(0, { wants: 'value' }), question())])).toMatchObject([
    { answer: { versionId: 'v0' } },
  ]);
});

test('what nobody asks for is forgotten, although no value was ever read', async () => {
  const { clock, known, need, versions } = laneWorld(0);
  for (let i = 0; i < 50; i += 1) await versions([need(i)]);
  clock.advance(3_700_000);
  await versions([need(99)]);
  expect(known.size).toBe(1);
});

test('who asks more rarely than before is taken along when that is due', async () => {
  const { clock, all, need, versions, made } = laneWorld(40);
  await versions(all(0, 40), { freshAfter: 0, intervalMs: 10_000 });
  for (let hour = 0; hour < 2; hour += 1) {
    clock.advance(3_000_000);
    await versions(all(0, 40), { freshAfter: clock.monotonic(), intervalMs: 3_000_000 });
  }
  clock.advance(2_900_000);
  made();
  await versions([need(0)], { freshAfter: clock.monotonic(), intervalMs: 3_000_000 });
  await versions(all(0, 40), { freshAfter: clock.monotonic() - 1_000, intervalMs: 3_000_000 });
  expect(made()).toEqual({ ListSecrets: 1 });
});

test('two names of one secret are told apart, and neither goes back', async () => {
  const world = laneWorld(60);
  const { clock, service, need, all, versions, values } = world;
  const byArn = need(0, { secretId: arnOf('prod/s0') });
  await values([need(0), byArn]);
  lagging(world, 'prod/s0');
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new' } });
  clock.advance(1_000);
  expect(await values([byArn])).toEqual(['new']);
  for (let i = 0; i < 4; i += 1) {
    clock.advance(58_000);
    expect((await versions([...all(0, 60), byArn])).at(-1)).toBe('new');
    expect((await values([byArn], { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 })).at(-1)).toBe('new');
  }
});

test('of what is coming no more is looked at than there is room for, and no secret takes two places', async () => {
  const { need, values, made, upcoming, all, service } = laneWorld(60);
  const wanted = all(0, 60, { wants: 'value' });
  const coming = [...wanted.slice(0, 10), ...wanted];
  let looked = 0;
  upcoming[Symbol.iterator] = function* () {
    for (const each of coming) {
      looked += 1;
      yield each;
    }
  } as never;
  await values([need(0)]);
  expect(looked).toBeLessThan(40);
  expect(service.calls[0]?.split(' ')).toHaveLength(1 + 20);
  expect(made()).toEqual({ BatchGetSecretValue: 1 });
});

test('of two calls that overlap neither is believed if they differ: whoever asks later asks anew', async () => {
  const { clock, service, need, values, question } = laneWorld(1);
  const strict = need(0, { mayLag: false });
  const getValue = service.getValue;
  const [there, back] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let made = 0;
  // The first is slow on its way there, the second on its way back.
  service.getValue = async (...asked) => {
    made += 1;
    const call = made;
    if (call === 1) await there.promise;
    const told = await getValue(...asked);
    if (call === 2) await back.promise;
    return told;
  };
  const first = values([strict]);
  await begun(clock);
  clock.advance(20);
  const second = values([strict], question(clock.monotonic()));
  await begun(clock);
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new' } });
  clock.advance(500);
  there.resolve();
  expect(await first).toEqual(['new']);
  clock.advance(10);
  back.resolve();
  expect(await second).toEqual(['new']);
  expect(await values([strict], question(0))).toEqual(['new']);
});
