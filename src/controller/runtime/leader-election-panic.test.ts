import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { LeaderElection } from './leader-election.ts';
import type { Log } from './log.ts';

const TIMES = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

test('a store that throws, which none may, ends neither the loop nor the process', async () => {
  const clock = createFakeClock();
  const lines: string[] = [];
  const log: Log = { ...{ debug() {}, info() {}, warn() {} }, error: event => lines.push(event), with: () => log };
  const broken = async () => {
    throw new RangeError('text that nobody has checked');
  };
  const election = new LeaderElection({
    ...{ identity: 'a', times: TIMES, clock, random: () => 0, log },
    store: { get: broken, create: broken, replace: broken },
    metrics: { leading() {} },
  });
  void election.run();
  for (let passed = 0; passed < 3 * TIMES.retryPeriodMs; passed += 100) {
    clock.advance(100);
    await settled();
  }
  expect(lines.length).toBeGreaterThan(1);
  expect(new Set(lines)).toEqual(new Set(['leader election panicked']));
  await election.release();
});
