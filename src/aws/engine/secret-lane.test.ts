import { expect, test } from 'vitest';
import { laneWorld as world } from '../../../test/support/lane-world.ts';

test('a hundred versions are one page of a list', async () => {
  const { all, versions, made } = world(100);
  expect(await versions(all(0, 100))).toEqual(Array.from({ length: 100 }, (_, i) => `v${i}`));
  expect(made()).toEqual({ ListSecrets: 1 });
});

test('who asks while nothing is older than asked for costs nothing', async () => {
  const { clock, all, versions, made } = world(100);
  await versions(all(0, 100));
  made();
  clock.advance(20_000);
  await versions(all(0, 100), { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 });
  expect(made()).toEqual({});
});

test('the first one that is due has all others looked at that are due soon', async () => {
  const { clock, need, all, versions, made } = world(250);
  await versions(all(0, 250));
  expect(made()).toEqual({ ListSecrets: 3 });
  clock.advance(57_000);
  await versions([need(0)]);
  expect(made()).toEqual({ ListSecrets: 3 });
  await versions(all(0, 250), { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 });
  expect(made()).toEqual({});
});

test('one list tells thousands who ask twenty at a time, as after a start', async () => {
  const { clock, service, all, need, versions, made } = world(1_000);
  const arn = (i: number): string => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/s${i}-AbCdEf`;
  await versions(all(0, 20));
  expect(made()).toEqual({ ListSecrets: 10 });
  service.secrets.clear();
  const asked = { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 };
  for (let i = 20; i < 1_000; i += 20) {
    const byArn = need(i, { secretId: arn(i) });
    expect(await versions([byArn, ...all(i + 1, i + 20)], asked)).toEqual(
      Array.from({ length: 20 }, (_, j) => `v${i + j}`),
    );
  }
  expect(made()).toEqual({});
});

test('what was heard is no answer for Strict, nor after a minute, nor of a stage that it does not name', async () => {
  const { clock, all, need, versions, made } = world(300);
  await versions(all(0, 20));
  made();
  const asked = { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 };
  await versions([need(100, { mayLag: false }), need(101, { version: { stage: 'AWSPENDING' } })], asked);
  expect(made()).toEqual({ DescribeSecret: 2 });
  clock.advance(61_000);
  await versions([need(102)], { freshAfter: 0, intervalMs: 60_000 });
  expect(made()).not.toEqual({});
});

test('a list does not answer who may not lag, although others ask for the same', async () => {
  const { clock, service, all, need, versions, made } = world(100);
  const asked = () => ({ freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 });
  for (const now of ['v7-2', 'v7-3']) {
    await versions(all(0, 100));
    service.secrets.set('prod/s7', { stages: { AWSCURRENT: now } });
    expect(made()).toEqual({ ListSecrets: 1 });
    expect(await versions([need(7, { mayLag: false })], asked())).toEqual([now]);
    expect(made()).toEqual({ DescribeSecret: 1 });
    // What is fresher than the list does for everybody.
    expect(await versions([need(7)], asked())).toEqual([now]);
    expect(made()).toEqual({});
    clock.advance(57_000);
  }
});

test.each([
  { why: 'what was read as a value is listed from then on', mayLag: true, calls: { ListSecrets: 1 } },
  { why: 'Strict asks by twenty from then on', mayLag: false, calls: { BatchGetSecretValue: 2 } },
])('after the first read of all: $why', async ({ mayLag, calls }) => {
  const { clock, need, all, values, versions, made } = world(40);
  await values(all(0, 40, { mayLag, isFirst: true }));
  made();
  clock.advance(57_000);
  for (const i of [0, 39]) await versions([need(i, { mayLag })]);
  await versions(all(0, 40, { mayLag }), { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 });
  expect(made()).toEqual(calls);
});

test('who becomes due while the others are looked at waits for that', async () => {
  const { clock, service, lane, need, all, versions, made, settle } = world(250);
  await versions(all(0, 250));
  made();
  clock.advance(57_000);
  const question = { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 };
  const list = service.list;
  const late: Promise<unknown>[] = [];
  service.list = async (...asked) => {
    late.push(lane.version(need(200 + late.length), question));
    return await list(...asked);
  };
  await versions([need(0)]);
  await settle(late);
  expect(late.length).toBeGreaterThan(1);
  expect(made()).toEqual({ ListSecrets: 3 });
});

test('who asks for a value that a batch is about to bring waits for it', async () => {
  const { service, lane, need, all, values, made, upcoming, question, settle } = world(20);
  upcoming.push(...all(0, 20, { wants: 'value' }));
  const batch = service.batchGetValue;
  const late: Promise<unknown>[] = [];
  service.batchGetValue = async ids => {
    late.push(lane.value(need(7, { wants: 'value' }), { ...question(), freshAfter: 0 }));
    return await batch(ids);
  };
  await values([need(0)]);
  await settle(late);
  expect(made()).toEqual({ BatchGetSecretValue: 1 });
});

test('Strict asks by twenty, and a batch that begins with one is filled', async () => {
  const { clock, need, all, versions, made } = world(40);
  const strict = { mayLag: false };
  await versions(all(0, 40, strict));
  expect(made()).toEqual({ BatchGetSecretValue: 2 });
  clock.advance(57_000);
  await versions([need(0, strict)]);
  await versions([need(39, strict)]);
  await versions(all(0, 40, strict), { freshAfter: clock.monotonic() - 30_000, intervalMs: 60_000 });
  expect(made()).toEqual({ BatchGetSecretValue: 2 });
});

test('a value that somebody waits for brings those along that will be asked for next', async () => {
  const { need, all, values, made, upcoming } = world(20);
  upcoming.push(...all(0, 20, { wants: 'value' }));
  await values([need(0)]);
  await values(all(1, 20), { freshAfter: 0, intervalMs: 60_000 });
  expect(made()).toEqual({ BatchGetSecretValue: 1 });
});

test('the same reference is asked for once at a time', async () => {
  const { need, versions, made } = world(1);
  await versions([need(0), need(0), need(0)]);
  expect(made()).toEqual({ DescribeSecret: 1 });
});

test('a value is not read again while its version stands', async () => {
  const { need, values, versions, made, clock } = world(2);
  await values([need(0)]);
  clock.advance(30_000);
  await versions([need(0)]);
  made();
  await values([need(0)], { freshAfter: clock.monotonic() - 10_000, intervalMs: 60_000 });
  expect(made()).toEqual({});
});

test('a value does not outlive its minute', async () => {
  const { need, values, versions, made, clock } = world(1);
  await values([need(0)]);
  clock.advance(61_000);
  await versions([need(0)]);
  made();
  await values([need(0)], { freshAfter: clock.monotonic() - 10_000, intervalMs: 60_000 });
  expect(made()).toEqual({ GetSecretValue: 1 });
});

const fallbacks: readonly {
  readonly why: string;
  readonly faults: Readonly<Record<string, string>>;
  readonly of: 'versions' | 'values';
  readonly first: Readonly<Record<string, number>>;
  readonly again: Readonly<Record<string, number>>;
  readonly denied: readonly string[];
}[] = [
  {
    why: 'what may not be listed is batched, and the list is not tried again',
    faults: { ListSecrets: 'AccessDeniedException' },
    of: 'versions',
    first: { ListSecrets: 1, BatchGetSecretValue: 1 },
    again: { BatchGetSecretValue: 1 },
    denied: ['ListSecrets'],
  },
  {
    why: 'what may be neither is described',
    faults: { ListSecrets: 'AccessDeniedException', BatchGetSecretValue: 'AccessDeniedException' },
    of: 'versions',
    first: { ListSecrets: 1, BatchGetSecretValue: 1, DescribeSecret: 10 },
    again: { DescribeSecret: 10 },
    denied: ['ListSecrets', 'BatchGetSecretValue'],
  },
  {
    why: 'where only GetSecretValue is left, the value tells the version',
    faults: Object.fromEntries(
      ['ListSecrets', 'BatchGetSecretValue', 'DescribeSecret'].map(action => [action, 'AccessDeniedException']),
    ),
    of: 'versions',
    first: { ListSecrets: 1, BatchGetSecretValue: 1, DescribeSecret: 10, GetSecretValue: 10 },
    again: { GetSecretValue: 10 },
    denied: ['ListSecrets', 'BatchGetSecretValue', ...Array.from({ length: 10 }, () => 'DescribeSecret')],
  },
  {
    why: 'values that may not be batched are read singly',
    faults: { BatchGetSecretValue: 'AccessDeniedException' },
    of: 'values',
    first: { BatchGetSecretValue: 1, GetSecretValue: 10 },
    again: { GetSecretValue: 10 },
    denied: ['BatchGetSecretValue'],
  },
];

test.each(['InvalidNextTokenException', 'InvalidParameterException', 'InvalidRequestException'])(
  'a list that AWS refuses with %s says nothing of the secrets',
  async code => {
    const { service, all, versions } = world(50);
    service.faults.set('ListSecrets', code);
    expect(await versions(all(0, 50))).toEqual(Array.from({ length: 50 }, (_, i) => `v${i}`));
  },
);

test.each(fallbacks)('$why', async ({ faults, of, first, again, denied }) => {
  const { service, clock, all, versions, values, made, denied: told } = world(10);
  for (const [action, code] of Object.entries(faults)) service.faults.set(action, code);
  const ask = of === 'versions' ? versions : values;
  const expected = Array.from({ length: 10 }, (_, i) => `v${i}`);
  expect(await ask(all(0, 10))).toEqual(expected);
  expect(made()).toEqual(first);
  clock.advance(61_000);
  expect(await ask(all(0, 10))).toEqual(expected);
  expect(made()).toEqual(again);
  expect(told).toEqual(denied);
  service.faults.clear();
  clock.advance(15 * 60_000);
  await ask(all(0, 10));
  expect(Object.keys(made())).toEqual([of === 'versions' ? 'ListSecrets' : 'BatchGetSecretValue']);
});

test('what AWS says of one entry of a batch is said of that one alone', async () => {
  const { service, all, values, made } = world(4);
  service.faults.set('entry prod/s1', 'AccessDeniedException');
  service.faults.set('entry prod/s2', 'DecryptionFailure');
  service.secrets.delete('prod/s3');
  expect(await values(all(0, 4))).toEqual(['v0', 'AccessDenied', 'DecryptionFailed', 'SecretNotFound']);
  expect(made()).toEqual({ BatchGetSecretValue: 1 });
});

test('an entry that a batch passes over in silence is asked for singly', async () => {
  const { service, all, values, made } = world(3);
  service.faults.set('entry prod/s1', 'absent');
  expect(await values(all(0, 3))).toEqual(['v0', 'v1', 'v2']);
  expect(made()).toEqual({ BatchGetSecretValue: 1, GetSecretValue: 1 });
});

test('one id that AWS does not take cannot starve nineteen', async () => {
  const { service, all, values, made } = world(20);
  service.faults.set('BatchGetSecretValue prod/s7', 'InvalidParameterException');
  service.faults.set('GetSecretValue prod/s7', 'InvalidParameterException');
  const expected = Array.from({ length: 20 }, (_, i) => (i === 7 ? 'InvalidReference' : `v${i}`));
  expect(await values(all(0, 20))).toEqual(expected);
  expect(made()['BatchGetSecretValue']).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(20)) + 1);
});

test('what is not in a list is asked for by its name', async () => {
  const { service, need, all, versions, made } = world(10);
  service.secrets.set('shared/other', { stages: { AWSCURRENT: 'o1' } });
  service.secrets.delete('prod/s3');
  expect(await versions([...all(2, 5), need(0, { secretId: 'shared/other' })])).toEqual([
    'v2',
    'SecretNotFound',
    'v4',
    'o1',
  ]);
  expect(made()).toEqual({ ListSecrets: 1, DescribeSecret: 1 });
});

test('a list that lags behind what the secret itself has told takes nothing back', async () => {
  const { service, clock, need, all, versions, values, made } = world(10);
  await values(all(0, 10));
  service.secrets.set('prod/s0', { stages: { AWSCURRENT: 'new', AWSPREVIOUS: 'v0' } });
  clock.advance(1_000);
  await values([need(0)]);
  const lagging = service.list;
  service.list = async (...asked) => {
    const page = await lagging(...asked);
    const secrets = page.secrets.map(secret =>
      secret.name === 'prod/s0' ? { ...secret, stages: new Map([['AWSCURRENT', 'v0']]) } : secret,
    );
    return { ...page, secrets };
  };
  clock.advance(30_000);
  made();
  expect((await versions(all(0, 10)))[0]).toBe('new');
  expect(made()).toEqual({ ListSecrets: 1, DescribeSecret: 1 });
  expect(await values([need(0)], { freshAfter: clock.monotonic() - 20_000, intervalMs: 60_000 })).toEqual(['new']);
});

test('a list far longer than what it spares is broken off, and not begun again soon', async () => {
  const { clock, all, versions, made } = world(10_000);
  await versions(all(0, 3));
  expect(made()).toEqual({ ListSecrets: 6 });
  clock.advance(61_000);
  await versions(all(9_000, 9_003));
  expect(made()['ListSecrets']).toBe(undefined);
});

test('a region that is down is not waited for by the next', async () => {
  const { service, clock, all, need, versions, made } = world(40);
  service.faults.set('ListSecrets', 'TimeoutError');
  clock.advance(1);
  expect(await versions(all(0, 40))).toEqual(Array.from({ length: 40 }, () => 'Unavailable'));
  made();
  expect(await versions([need(0)])).toEqual(['Unavailable']);
  expect(made()).toEqual({});
});
