import { until } from '../test/support/poll.ts';
import { afterRound } from './rounds.ts';
import { arrivals, assertMeasurable, type Subject } from './subject.ts';

/** Seconds from the change in AWS until the Secret held it, by the Secret's name. */
export type Latencies = Readonly<Record<string, number>>;

/** Three refresh intervals of 1m: who has not read a value by then has missed it. */
const DEADLINE_MS = 180_000;

/**
 * Changes the values of these secrets, in every region, soon after a round of refreshes: that is when it takes longest.
 * `trouble` comes right before. Waits for every Secret.
 */
export async function measureRotation(
  subject: Subject,
  secretIds: readonly string[],
  trouble: () => Promise<void> = async () => undefined,
): Promise<Latencies> {
  const { standins, observer } = subject;
  await afterRound(subject);
  await trouble();
  // Before the request that changes them: no latency is flattered.
  const changedAtMs = performance.now();
  const [passwords = {}] = await Promise.all(standins.map(standin => standin.rotate(secretIds)));
  const what = `${secretIds.length} Secrets: hold their new value`;
  const arrived = await until(what, { timeoutMs: DEADLINE_MS }, async () => {
    await assertMeasurable(subject);
    return arrivals(observer, passwords);
  });
  return Object.fromEntries([...arrived].map(([name, atMs]) => [name, (atMs - changedAtMs) / 1000]));
}
