import { expect, test } from 'vitest';
import { createFakeClock, type FakeClock, settled } from '../../../test/support/fake-clock.ts';
import { createLeaseServer, type Fate, type LeaseServer } from '../../../test/support/lease-server.ts';
import { LeaderElection } from './leader-election.ts';
import type { LeaseRecord } from './lease.ts';
import type { Log } from './log.ts';

const TIMES = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
const BUDGET_MS = 5_000;
/** The longest that a process stands by between two looks. */
const PATIENCE_MS = TIMES.retryPeriodMs * 2.2;

interface Process {
  readonly election: LeaderElection;
  readonly lines: readonly string[];
  /** What `leader_election_master_status` was, in order. */
  readonly status: readonly boolean[];
  /** Calls that were sent. */
  readonly calls: () => number;
  /** What becomes of the next calls; afterwards all is well. */
  meet(...fates: readonly Fate[]): void;
  /** From now on nothing arrives any more. */
  cutOff(): void;
}

/** One process that takes part. `skewMs`: how far its wall clock is ahead. */
function start(identity: string, server: LeaseServer, clock: FakeClock, skewMs = 0): Process {
  const lines: string[] = [];
  const status: boolean[] = [];
  const fates: Fate[] = [];
  let calls = 0;
  let isCutOff = false;
  const fate = (): Fate => {
    calls += 1;
    return isCutOff ? { lost: 'request' } : (fates.shift() ?? {});
  };
  const own = { ...clock, now: () => clock.now() + skewMs, monotonic: () => clock.monotonic() };
  const tell = (event: string, { message }: { readonly message?: string } = {}): void => {
    lines.push(message === undefined ? event : `${event}: ${message}`);
  };
  const log: Log = { debug: tell, info: tell, warn: tell, error: tell, with: () => log };
  const election = new LeaderElection({
    ...{ identity, times: TIMES, clock: own, random: () => 0.999, log },
    store: server.connect({ clock: own, budgetMs: BUDGET_MS, fate }),
    metrics: { leading: is => status.push(is) },
  });
  void election.run();
  return {
    ...{ election, lines, status, calls: () => calls },
    meet: (...next) => fates.push(...next),
    cutOff: () => {
      isCutOff = true;
    },
  };
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await settled();
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(100, left));
    await settled();
  }
}

function recordOf(holder: string, parts: Partial<LeaseRecord> = {}): LeaseRecord {
  return { holder, durationMs: 15_000, acquiredAt: 0, renewedAt: 0, transitions: 0, ...parts };
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = {};
  return (await Promise.race([promise, settled().then(() => pending)])) !== pending;
}

test('takes a lease that nobody has, and renews it', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  expect(a.election.isLeading()).toBe(true);
  await Promise.all([a.election.won, a.election.decided]);
  const acquiredAt = clock.now() - 100;
  expect(server.stored?.record).toEqual(recordOf('a', { acquiredAt, renewedAt: acquiredAt }));
  await pass(clock, 60_000);
  expect(a.election.isLeading()).toBe(true);
  expect(server.stored?.record).toEqual(recordOf('a', { acquiredAt, renewedAt: acquiredAt + 60_000 }));
  expect(a.calls(), 'two to take it, then one each time').toBe(32);
  expect([a.status, a.lines]).toEqual([[false, true], ['leading']]);
});

test('stands by while another renews, for as long as it does', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  const b = start('b', server, clock);
  await pass(clock, 600_000);
  expect([a.election.isLeading(), b.election.isLeading()]).toEqual([true, false]);
  await b.election.decided;
  expect([b.status, b.lines]).toEqual([[false], ['standing by: the lease is held by a']]);
  expect(await isSettled(b.election.won)).toBe(false);
});

const skews = [0, 30_000, -30_000];

for (const skewMs of skews) {
  test(`takes over when the holder was silent for its own time, whatever its clock says (${skewMs} ms ahead)`, async () => {
    const clock = createFakeClock();
    const server = createLeaseServer(clock);
    const renewedAt = clock.now() + skewMs;
    server.set(recordOf('dead', { renewedAt, durationMs: 20_000, transitions: 4 }));
    const b = start('b', server, clock, -skewMs);
    await pass(clock, 19_900);
    expect(b.election.isLeading()).toBe(false);
    await pass(clock, 200);
    expect(b.election.isLeading(), 'at once, not a retry period later').toBe(true);
    expect(server.stored?.record).toMatchObject({ holder: 'b', transitions: 5, durationMs: 15_000 });
  });
}

test('an annotation on the lease is no sign of life of its holder, and costs a leader nothing', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  server.set(recordOf('dead'));
  const b = start('b', server, clock);
  for (let i = 0; i < 15; i += 1) {
    server.set(recordOf('dead'));
    await pass(clock, 1_000);
  }
  await pass(clock, 200);
  expect(b.election.isLeading()).toBe(true);
  for (let i = 0; i < 30; i += 1) {
    server.set(server.stored?.record);
    await pass(clock, 1_000);
  }
  expect(b.election.isLeading()).toBe(true);
});

test('a leader that was paused says that it lost before it does anything', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  // As SIGSTOP does it: time goes on, no timer fires.
  let isPaused = false;
  const late: (() => void)[] = [];
  const schedule: FakeClock['schedule'] = (ms, callback) =>
    clock.schedule(ms, () => (isPaused ? late.push(callback) : callback()));
  const a = start('a', server, { ...clock, now: clock.now, monotonic: clock.monotonic, schedule } as FakeClock);
  await pass(clock, 100);
  const written = server.stored;
  isPaused = true;
  await pass(clock, 10_100);
  expect(a.lines).toEqual(['leading']);
  expect(a.election.isLeading(), 'whoever asks first, before any timer').toBe(false);
  expect(a.lines.at(-1)).toBe('leadership lost: the lease was not renewed for 10 seconds');
  expect(a.status).toEqual([false, true, false]);
  await a.election.lost;
  isPaused = false;
  for (const callback of late) callback();
  await pass(clock, 60_000);
  expect(server.stored).toBe(written);
});

test('a leader whose renewals do not arrive has lost when the deadline has passed since the last one was sent', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 2_000);
  a.cutOff();
  await pass(clock, 9_900);
  expect(await isSettled(a.election.lost)).toBe(false);
  await pass(clock, 200);
  expect(await isSettled(a.election.lost)).toBe(true);
  const calls = a.calls();
  await pass(clock, 60_000);
  expect(a.calls(), 'it never tries again').toBe(calls);
  expect(a.lines).toEqual([
    'leading',
    'leader election is hindered: the API server did not answer',
    'leadership lost: the lease was not renewed for 10 seconds',
  ]);
});

test('a leader that is cut off has lost before another takes over', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  const b = start('b', server, clock);
  await pass(clock, 10_000);
  a.cutOff();
  let lostAt = 0;
  void a.election.lost.then(() => {
    lostAt = clock.monotonic();
  });
  while (!b.election.isLeading()) await pass(clock, 100);
  expect(lostAt).toBeGreaterThan(0);
  expect(clock.monotonic() - lostAt).toBeGreaterThanOrEqual(5_000);
  expect(clock.monotonic(), 'not later than the lease and one look').toBeLessThan(10_100 + 15_000 + PATIENCE_MS);
});

const lostAnswers: readonly { readonly why: string; readonly at: 'create' | 'renew'; readonly fates: Fate[] }[] = [
  { why: 'the answer to the create is lost', at: 'create', fates: [{}, { lost: 'answer' }] },
  { why: 'the create never arrives', at: 'create', fates: [{}, { lost: 'request' }] },
  { why: 'the answer to the first look is lost', at: 'create', fates: [{ lost: 'answer' }] },
  { why: 'the create arrives when it was given up', at: 'create', fates: [{}, { sendMs: 8_000 }] },
  { why: 'the answer to a renewal is lost', at: 'renew', fates: [{ lost: 'answer' }] },
  { why: 'a renewal is lost', at: 'renew', fates: [{ lost: 'request' }] },
  { why: 'a renewal arrives when it was given up', at: 'renew', fates: [{ sendMs: 6_000 }] },
];

for (const { why, at, fates } of lostAnswers) {
  test(`leads all the same: ${why}`, async () => {
    const clock = createFakeClock();
    const server = createLeaseServer(clock);
    const a = start('a', server, clock);
    if (at === 'create') a.meet(...fates);
    await pass(clock, 3_000);
    if (at === 'renew') a.meet(...fates);
    await pass(clock, 60_000);
    expect(a.election.isLeading()).toBe(true);
    expect(server.stored?.record).toMatchObject({ holder: 'a', transitions: 0 });
  });
}

test('an answer that comes after its time makes nobody leader', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const patient = { clock, budgetMs: 60_000, fate: () => ({ answerMs: 11_000 }) };
  const slow = { ...server, connect: () => server.connect(patient) };
  const a = start('a', slow, clock);
  await pass(clock, 60_000);
  expect(server.stored?.record.holder, 'it did take the lease').toBe('a');
  expect([a.election.isLeading(), await isSettled(a.election.won), a.status]).toEqual([false, false, [false]]);
});

test('of two that come at the same time one leads', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const all = [start('a', server, clock), start('b', server, clock)];
  for (const one of all) one.meet({ answerMs: 100 });
  await pass(clock, 500);
  expect(all.map(({ election }) => election.isLeading())).toEqual([true, false]);
  expect(all[1]?.lines, 'a conflict is nothing to tell').toEqual([]);
  await pass(clock, PATIENCE_MS);
  expect(all[1]?.lines).toEqual(['standing by: the lease is held by a']);
});

test('who finds its lease in the hands of another has lost', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  server.set(recordOf('b'));
  await pass(clock, 2_000);
  expect(a.lines.at(-1)).toBe('leadership lost: the lease is held by b');
  expect(a.election.isLeading()).toBe(false);
});

test('a deleted lease is made again by its holder; who stands by gives it the time for that', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  const b = start('b', server, clock);
  await pass(clock, 3_000);
  for (let i = 0; i < 5; i += 1) {
    server.set(undefined);
    await pass(clock, 3_100);
    expect(server.stored?.record.holder).toBe('a');
  }
  expect([a.election.isLeading(), b.election.isLeading()]).toEqual([true, false]);
});

test('a released lease is free at once', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  const b = start('b', server, clock);
  await pass(clock, 5_000);
  await a.election.release();
  expect(server.stored?.record).toMatchObject({ holder: '', durationMs: 1_000, renewedAt: clock.now() });
  expect([a.election.isLeading(), a.status.at(-1), a.lines.at(-1)]).toEqual([false, false, 'lease released']);
  expect(await isSettled(a.election.lost), 'it was given, not lost').toBe(false);
  await pass(clock, PATIENCE_MS);
  expect(b.election.isLeading()).toBe(true);
  expect(server.stored?.record).toMatchObject({ holder: 'b', transitions: 1 });
  expect(clock.timers, 'only those of b').toBe(2);
});

test('who stands by has nothing to release', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  server.set(recordOf('a'));
  const before = server.stored;
  const b = start('b', server, clock);
  await pass(clock, 5_000);
  await b.election.release();
  expect([server.stored, clock.timers]).toEqual([before, 0]);
});

const releases: readonly { readonly why: string; readonly meets: readonly Fate[] }[] = [
  { why: 'somebody annotated it', meets: [] },
  { why: 'a renewal whose answer was lost', meets: [{ lost: 'answer' }] },
  { why: 'a renewal that is under way', meets: [{ answerMs: 3_000 }] },
];

for (const { why, meets } of releases) {
  test(`the lease is free after ${why}`, async () => {
    const clock = createFakeClock();
    const server = createLeaseServer(clock);
    const a = start('a', server, clock);
    await pass(clock, 1_900);
    a.meet(...meets);
    await pass(clock, 200);
    server.set(server.stored?.record);
    const released = a.election.release();
    await pass(clock, 10_000);
    await released;
    expect(server.stored?.record.holder).toBe('');
  });
}

test('a claim that is under way when we go is taken back', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  a.meet({}, { answerMs: 500 });
  await settled();
  expect(server.stored?.record.holder).toBe('a');
  const released = a.election.release();
  await pass(clock, 1_000);
  await released;
  expect(server.stored?.record.holder).toBe('');
  expect(a.election.isLeading()).toBe(false);
});

test('a release that does not arrive is told, and ends', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  a.cutOff();
  const released = a.election.release();
  await pass(clock, BUDGET_MS);
  await released;
  expect(a.lines.at(-1)).toContain('lease not released');
});

test('a lost lease is not released: it may be in other hands', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  server.set(recordOf('b'));
  await pass(clock, 2_000);
  await a.election.release();
  expect(server.stored?.record.holder).toBe('b');
});

test('who cannot take the lease looks for it at a steady pace, and says why once', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  a.cutOff();
  await pass(clock, 600_000);
  expect(a.lines).toEqual(['leader election is hindered: the API server did not answer']);
  expect(a.calls()).toBeLessThan(600_000 / (BUDGET_MS + TIMES.retryPeriodMs) + 1);
});

test('a second outage is told like the first', async () => {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  const a = start('a', server, clock);
  await pass(clock, 100);
  const b = start('b', server, clock);
  for (let outage = 0; outage < 2; outage += 1) {
    b.meet({ lost: 'answer' }, { lost: 'answer' });
    await pass(clock, 60_000);
  }
  expect(b.lines).toEqual([
    'standing by: the lease is held by a',
    'leader election is hindered: the API server did not answer',
    'leader election is hindered: the API server did not answer',
  ]);
  await a.election.release();
});
