import type { Clock, Random } from '../../controller/runtime/clock.ts';

/** `open`: nobody asks that region but a probe now and then. */
export type BreakerState = 'closed' | 'open';

/** Finds out whether the region answers; resolves to true when it does, whatever it says. Never rejects. */
export type Probe = () => Promise<boolean>;

export interface Breaker {
  /** Why nobody has to ask there now, as the last call failed; undefined when it is closed. */
  trouble(): { readonly error: unknown } | undefined;
  /** The region has answered a call. */
  answered(): void;
  /**
   * It has not answered one that began at `startedAt`, monotonic milliseconds, but failed with `error`; `probe` asks it
   * again later.
   */
  failed(startedAt: number, error: unknown, probe: Probe): void;
}

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: (state: BreakerState) => void;
}

/** So many failures in a row open it. One is enough when nothing has been answered since its call began. */
const FAILURES = 3;
const FIRST_PROBE_MS = 2_000;
const MAX_PROBE_MS = 15_000;
/** So many probes in a row have to be answered: a region that comes and goes is left alone. */
const PROBES = 2;
const BETWEEN_PROBES_MS = 1_000;

/**
 * Spares everybody the wait for a region that does not answer: after the first deadline that passes in vain it opens,
 * and is probed ever more rarely, until it answers twice.
 */
export function createBreaker({ clock, random, onChange }: BreakerOptions): Breaker {
  let isOpen = false;
  let last: unknown;
  let failures = 0;
  let lastAnswer = Number.NEGATIVE_INFINITY;

  const probeIn = (ms: number, probe: Probe, pauseMs: number, answers: number): void => {
    clock.schedule(ms * (0.75 + 0.5 * random()), () => {
      void probe().then(isAnswered => {
        if (!isAnswered) return probeIn(pauseMs, probe, Math.min(2 * pauseMs, MAX_PROBE_MS), 0);
        if (answers + 1 < PROBES) return probeIn(BETWEEN_PROBES_MS, probe, FIRST_PROBE_MS, answers + 1);
        isOpen = false;
        failures = 0;
        lastAnswer = clock.monotonic();
        onChange('closed');
      });
    });
  };

  return {
    trouble: () => (isOpen ? { error: last } : undefined),
    answered() {
      failures = 0;
      lastAnswer = clock.monotonic();
    },
    failed(startedAt, error, probe) {
      failures += 1;
      last = error;
      if (isOpen || (failures < FAILURES && lastAnswer >= startedAt)) return;
      isOpen = true;
      onChange('open');
      probeIn(FIRST_PROBE_MS, probe, 2 * FIRST_PROBE_MS, 0);
    },
  };
}

export type Breakers = (service: string, region: string) => Breaker;

/** One breaker for each service and region, whoever asks there. */
export function createBreakers(
  options: Omit<BreakerOptions, 'onChange'> & {
    readonly onChange: (service: string, region: string, state: BreakerState) => void;
  },
): Breakers {
  const breakers = new Map<string, Breaker>();
  return (service, region) => {
    const key = `${service} ${region}`;
    const onChange = (state: BreakerState): void => options.onChange(service, region, state);
    const breaker = breakers.get(key) ?? createBreaker({ ...options, onChange });
    breakers.set(key, breaker);
    return breaker;
  };
}
