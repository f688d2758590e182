import { setTimeout as pause } from 'node:timers/promises';
import type { Calls } from './standin.ts';
import { assertMeasurable, type Subject } from './subject.ts';

export interface Steady {
  readonly callsPerMin: Calls;
  readonly cpuSPerMin: number;
}

/** Counts what the operator does in `seconds` in which nothing changes. */
export async function measureSteady(subject: Subject, seconds: number): Promise<Steady> {
  const { operator, standin } = subject;
  await standin.resetCounts();
  const cpuBefore = operator.cpuSeconds();
  const startedAtMs = performance.now();
  await pause(seconds * 1000);
  await assertMeasurable(subject);
  const cpu = operator.cpuSeconds() - cpuBefore;
  const minutes = (performance.now() - startedAtMs) / 60_000;
  const counts = await standin.counts();
  return {
    callsPerMin: Object.fromEntries(Object.entries(counts).map(([action, count]) => [action, count / minutes])),
    cpuSPerMin: cpu / minutes,
  };
}
