import { expect, test } from 'vitest';
import { aContainer, aHistory, aUse, aWorkload } from '../../../test/support/builders.ts';
import { aKept, rolloutWorld, START } from '../../../test/support/rollout-world.ts';
import { fail, ok } from '../runtime/error.ts';
import { restartAnnotation } from './annotation.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NEIGHBOUR_MS = 10_000;
const annotation = restartAnnotation('payments');
const restart = `restart app {"${annotation}":"k.b"}`;
/** Rolled for the present content; its status changes all day long. */
const neighbour = aWorkload({
  metadata: { name: 'neighbour', uid: 'neighbour-uid' },
  templateAnnotations: { [annotation]: 'k.b' },
  uses: [aUse({ container: 'proxy' })],
});

/** A day in which another consumer of the Secret wakes the reconcile every ten seconds, and it wakes itself. */
async function busyDay(w: ReturnType<typeof rolloutWorld>): Promise<readonly { at: number; call: string }[]> {
  const made: { at: number; call: string }[] = [];
  for (let neighbourAt = 0, ownAt = 0; w.clock.monotonic() < DAY; ) {
    const at = Math.min(neighbourAt, ownAt);
    w.clock.advance(at - w.clock.monotonic());
    if (at === neighbourAt) {
      neighbourAt += NEIGHBOUR_MS;
      w.touch('neighbour');
    }
    const { outcome, calls } = await w.run();
    made.push(...calls.map(call => ({ at, call })));
    const ms = outcome.kind === 'after' ? outcome.ms : outcome.kind === 'retry' ? 1_000 : Number.POSITIVE_INFINITY;
    expect(ms, 'no hot loop').toBeGreaterThan(0);
    ownAt = at + ms;
  }
  return made;
}

const refused = fail('WriteRefused', 'content', 'no rights').error;
const back = aHistory(['k.b', START], ['k.c', START - HOUR], ['k.b', START - 2 * HOUR]);
const pods = 'pods of app';
const rows: readonly {
  readonly why: string;
  readonly initial: Parameters<typeof rolloutWorld>[0] & {};
  readonly call: string;
}[] = [
  {
    why: 'its pods are replaced by hand',
    initial: { workloads: [aWorkload({ replacement: 'onDelete' }), neighbour] },
    call: pods,
  },
  { why: 'its restarts are taken back', initial: {}, call: pods },
  { why: 'its restart is refused', initial: { patchErrors: { app: refused } }, call: restart },
  { why: 'its pods may not be listed', initial: { podError: refused }, call: pods },
  {
    why: 'its budget forbids an eviction',
    initial: {
      workloads: [aWorkload({ templateAnnotations: { [annotation]: 'k.b' } }), neighbour],
      secrets: [aKept('payments', back).secret],
      containers: ['one', 'two'].map(name => aContainer(START - HOUR / 2, name)),
      eviction: ok('forbidden'),
    },
    call: 'evict one',
  },
];

for (const { why, initial, call } of rows) {
  test(`a workload is left in peace, whatever goes on beside it: ${why}`, async () => {
    const made = await busyDay(rolloutWorld({ workloads: [aWorkload(), neighbour], ...initial }));
    const looks = made.filter(({ call }) => call === pods);
    expect(looks.length, 'every ten minutes in the end').toBeLessThan(160);
    expect(looks.length, 'but it is not forgotten').toBeGreaterThan(140);
    const times = made.filter(made => made.call === call).map(({ at }) => at);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(pauses.filter(ms => ms >= 30_000).slice(0, 6)).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000]);
    expect(made.filter(({ call }) => call === 'status').length, 'nothing new is told').toBeLessThan(6);
  });
}

/** The workload, found to be for other hands. */
async function leftAlone() {
  const w = rolloutWorld({ workloads: [aWorkload({ replacement: 'onDelete' }), neighbour] });
  w.clock.advance(10_000);
  await w.run();
  expect((await w.run()).calls).toEqual([]);
  return w;
}

test('a change of the workload itself is looked at at once', async () => {
  const w = await leftAlone();
  w.touch();
  expect((await w.run()).calls).toEqual([pods]);
});

test('one of another workload is not', async () => {
  const w = await leftAlone();
  w.touch('neighbour');
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 30_000 }, calls: [] });
  w.clock.advance(12_000);
  expect((await w.run()).outcome).toEqual({ kind: 'after', ms: 18_000 });
});

test('a status that was lost meanwhile is told again, without a look', async () => {
  const w = await leftAlone();
  const told = w.first();
  w.state.awsSecrets = [aKept('payments', []).awsSecret];
  expect((await w.run()).calls).toEqual(['status']);
  expect(w.first()).toEqual(told);
});

test('what the AwsSecret wants now is looked at at once', async () => {
  const w = await leftAlone();
  w.state.awsSecrets = [aKept('payments', [], { spec: { rollout: { restart: 'Static' } } }).awsSecret];
  expect((await w.run()).calls).toContain(pods);
});

test('so is the next content', async () => {
  const w = await leftAlone();
  w.state.secrets = [aKept('payments', aHistory(['k.c', START + 1_000], ['k.b', START])).secret];
  w.clock.advance(11_000);
  expect((await w.run()).calls).toContain(pods);
});

test('a conflict is not remembered: what is there now decides', async () => {
  const w = rolloutWorld({ patchErrors: { app: fail('Progressing', 'conflict', 'lost').error } });
  w.clock.advance(10_000);
  for (let tries = 0; tries < 3; tries += 1) expect((await w.run()).calls).toContain(restart);
});

test('an API server that answers again is asked within the time of a retry', async () => {
  const w = rolloutWorld({ podError: fail('ApiServerUnavailable', 'transient', 'no answer').error });
  w.clock.advance(10_000);
  await w.run();
  expect((await w.run()).calls, 'but not at every event').toEqual([]);
  delete w.state.podError;
  w.clock.advance(1_000);
  expect((await w.run()).calls).toContain(restart);
});

test('a restart that succeeds after all begins anew what is refused the next time', async () => {
  const w = rolloutWorld({ patchErrors: { app: refused } });
  w.clock.advance(10_000);
  for (const ms of [30_000, 60_000]) {
    await w.run();
    w.clock.advance(ms);
  }
  w.state.patchErrors = {};
  expect((await w.run()).calls).toContain(restart);
  w.state.patchErrors = { app: refused };
  expect((await w.run()).outcome).toEqual({ kind: 'retry', error: refused, maxDelayMs: 30_000 });
});
