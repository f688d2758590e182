import { percentile, sum } from '../figures.ts';
import type { Latencies } from '../rotation.ts';
import type { Run } from './measurement.ts';
import type { Memory } from './memory.ts';

/** Figures of one run, under the names in which they are published; null is what was not measured. */
export interface Figures {
  readonly n: number;
  readonly calls_cold: number | null;
  readonly calls_per_min_strict: number | null;
  readonly calls_per_min_eventual: number | null;
  readonly calls_per_min_100_identities: number | null;
  readonly cpu_s_per_min: number | null;
  readonly sts_calls: number | null;
  readonly rotate_p99_s: number | null;
  readonly blackhole_extra_s: number | null;
  readonly blackhole_lasting_extra_s: number | null;
  readonly failover_calls: number | null;
  readonly failback_s: number | null;
  readonly bytes_per_idle_object: number | null;
  readonly heap_bytes_per_idle_object: number | null;
}

export function figuresOf(n: number, { eventual, strict, identities, regions, memory }: Run): Figures {
  const extra = (latencies: Latencies | undefined): number | null =>
    regions && latencies ? (p99(latencies) ?? 0) - (p99(regions.healthy) ?? 0) : null;
  return {
    n,
    calls_cold: eventual && sum(eventual.cold.calls),
    calls_per_min_strict: strict && sum(strict.steady.callsPerMin),
    calls_per_min_eventual: eventual && sum(eventual.steady.callsPerMin),
    calls_per_min_100_identities: identities && sum(identities.steady.callsPerMin),
    cpu_s_per_min: eventual?.steady.cpuSPerMin ?? null,
    sts_calls: identities && sum(identities.sts),
    rotate_p99_s: eventual && p99(eventual.rotation),
    blackhole_extra_s: extra(regions?.fresh),
    blackhole_lasting_extra_s: extra(regions?.lasting),
    failover_calls: regions && sum(regions.failoverCalls),
    failback_s: regions?.failbackS ?? null,
    bytes_per_idle_object: memory && perObject(memory, 'rssBytes'),
    heap_bytes_per_idle_object: memory && perObject(memory, 'heapBytes'),
  };
}

function p99(latencies: Latencies): number | null {
  return percentile(Object.values(latencies), 0.99);
}

function perObject({ few, many, more }: Memory, what: 'rssBytes' | 'heapBytes'): number {
  return (many[what] - few[what]) / more;
}
