import { until } from '../test/support/poll.ts';
import { PREFIX } from './cluster.ts';
import { arrivals, assertMeasurable, type Subject } from './subject.ts';

/** Seconds from the change in AWS until the Secret held it, by the Secret's name. */
export type Latencies = Readonly<Record<string, number>>;

/** Three refresh intervals of 1m: who has not read a value by then has missed it. */
const DEADLINE_MS = 180_000;

/** Changes `count` values at a time while AWS refuses `throttledShare` of all calls, and waits for every Secret. */
export async function measureRotation(subject: Subject, count: number, throttledShare: number): Promise<Latencies> {
  const { standin } = subject;
  await standin.throttle(throttledShare);
  // Before the request that changes them: no latency is flattered.
  const changedAtMs = performance.now();
  const passwords = await standin.rotate(Array.from({ length: count }, (_, i) => `${PREFIX}${i}`));
  const arrived = await until(`${count} Secrets: hold their new value`, { timeoutMs: DEADLINE_MS }, async () => {
    await assertMeasurable(subject);
    return arrivals(subject, passwords);
  });
  await standin.throttle(0);
  return Object.fromEntries([...arrived].map(([name, atMs]) => [name, (atMs - changedAtMs) / 1000]));
}
