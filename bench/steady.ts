import { setTimeout as pause } from 'node:timers/promises';
import { afterRound } from './rounds.ts';
import { type Calls, together } from './standin-counts.ts';
import type { Subject } from './subject.ts';

export interface Steady {
  readonly calls: Calls;
  readonly callsPerMin: Calls;
  readonly cpuSPerMin: number;
  /** How long it was counted: whole rounds of refreshes. */
  readonly seconds: number;
}

/**
 * Counts what the operator does while nothing changes, for `seconds` and up to the end of a round of refreshes: of a part
 * of a round nobody can tell how much a minute takes.
 */
export async function measureSteady(subject: Subject, seconds: number): Promise<Steady> {
  const { operator, standins } = subject;
  const before = await afterRound(subject);
  await Promise.all(standins.map(standin => standin.resetCounts()));
  const cpuBefore = operator.cpuSeconds();
  await pause(seconds * 1000);
  const after = await afterRound(subject);
  const cpu = operator.cpuSeconds() - cpuBefore;
  const counts = await Promise.all(standins.map(standin => standin.counts()));
  const spanMs = after.burstMs - before.burstMs || after.nowMs - before.nowMs;
  const perMin = (count: number): number => (count * 60_000) / spanMs;
  const calls = together(counts);
  const callsPerMin = Object.fromEntries(Object.entries(calls).map(([action, count]) => [action, perMin(count)]));
  return { calls, callsPerMin, cpuSPerMin: perMin(cpu), seconds: spanMs / 1000 };
}
