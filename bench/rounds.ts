import { until } from '../test/support/poll.ts';
import type { Activity } from './standin-counts.ts';
import { assertMeasurable, type Subject } from './subject.ts';

/** So long after a round of refreshes has begun, everything that it brought is done. */
const AFTER_MS = 5_000;
/** And so long after its last call. */
const QUIET_MS = 1_000;
/** Longer than an interval. Where AWS is never quiet, the moment is any. */
const DEADLINE_MS = 90_000;

/**
 * Waits until five seconds after AWS was asked for the first time since it was quiet. Refreshes of one interval come
 * together, so that it matters when within the interval something begins; this is an early moment, from which nearly a
 * whole interval passes until the next call. Returns what AWS was asked until then, whatever the region.
 */
export async function afterRound(subject: Subject): Promise<Activity> {
  const isBetween = ({ burstMs, lastMs, nowMs }: Activity): boolean =>
    nowMs - burstMs >= AFTER_MS && nowMs - lastMs >= QUIET_MS && nowMs - burstMs < 2 * AFTER_MS;
  const deadline = performance.now() + DEADLINE_MS;
  return await until('a round of refreshes', { timeoutMs: 2 * DEADLINE_MS }, async () => {
    await assertMeasurable(subject);
    const now = await activity(subject);
    return isBetween(now) || performance.now() > deadline ? now : undefined;
  });
}

/** Of all regions together. */
async function activity({ standins }: Subject): Promise<Activity> {
  const all = await Promise.all(standins.map(standin => standin.activity()));
  const most = (field: 'lastMs' | 'burstMs' | 'nowMs'): number => Math.max(...all.map(one => one[field]));
  const calls = all.reduce((sum, one) => sum + one.calls, 0);
  return { calls, lastMs: most('lastMs'), burstMs: most('burstMs'), nowMs: most('nowMs') };
}
