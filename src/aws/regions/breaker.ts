import type { Clock, Random } from '../../controller/runtime/clock.ts';

/** `open`: nobody asks that region but a probe now and then. */
export type BreakerState = 'closed' | 'open';

/** `unasked`: there was nothing to ask with, such as credentials. */
export type Probed = 'answered' | 'silent' | 'unasked';

/** Finds out whether the region answers, whatever it says. Never rejects; always the same function for one asker. */
export type Probe = () => Promise<Probed>;

/** A call that the region has not answered, or with trouble of its own. */
export interface Failure {
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly error: unknown;
  /** Whether nothing came at all; an error that somebody there has sent may concern this call alone. */
  readonly isSilent: boolean;
}

export interface Breaker {
  /**
   * Why nobody has to ask there now, as the last call failed; undefined when it is closed. `probe` is how whoever wants
   * to ask would find out that it answers again.
   */
  trouble(probe: Probe): { readonly error: unknown } | undefined;
  /** The region has answered a call that began then, in monotonic milliseconds. */
  answered(startedAt: number): void;
  failed(failure: Failure, probe: Probe): void;
}

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: (state: BreakerState) => void;
}

/** So many errors in a row are looked into. */
const FAILURES = 3;
const FIRST_PROBE_MS = 2_000;
const MAX_PROBE_MS = 15_000;
/** So many probes in a row have to be answered: a region that comes and goes is left alone. */
const PROBES = 2;
const BETWEEN_PROBES_MS = 1_000;
/** Nobody has wanted to ask for so long: it is not probed until somebody does. Longer than most intervals. */
const IDLE_MS = 2 * 3_600_000;

/**
 * Spares everybody the wait for a region that does not answer: after the first deadline that passes in vain it opens,
 * and is probed ever more rarely, until it answers twice. A failure of a call says nothing once another that began
 * later was answered: what hung through an outage fails when the region is back.
 */
export function createBreaker({ clock, random, onChange }: BreakerOptions): Breaker {
  let isOpen = false;
  let isProbing = false;
  let isChecking = false;
  let last: unknown;
  let failures = 0;
  /** When the latest call began that was answered. */
  let heard = Number.NEGATIVE_INFINITY;
  let wantedAt = 0;
  /** Of all who have wanted to ask since it opened: one of them may have lost its credentials for good. */
  const probes = new Set<Probe>();

  const hear = (startedAt: number): void => {
    failures = 0;
    heard = Math.max(heard, startedAt);
  };
  const want = (probe: Probe): void => {
    probes.add(probe);
    wantedAt = clock.monotonic();
  };
  const ask = async (probe: Probe): Promise<Probed> => {
    const startedAt = clock.monotonic();
    const probed = await probe();
    if (probed === 'answered') hear(startedAt);
    // An answer to what was asked later speaks for the region.
    return probed === 'silent' && startedAt <= heard ? 'answered' : probed;
  };
  const probeOnce = async (): Promise<Probed> => {
    for (const probe of probes) {
      const probed = await ask(probe);
      if (probed !== 'unasked') return probed;
      probes.delete(probe);
    }
    return 'unasked';
  };
  const close = (): void => {
    isOpen = false;
    isProbing = false;
    probes.clear();
    onChange('closed');
  };
  const probeIn = (ms: number, pauseMs: number, answers: number): void => {
    clock.schedule(ms * (0.75 + 0.5 * random()), () => {
      if (clock.monotonic() - wantedAt > IDLE_MS) {
        isProbing = false;
        probes.clear();
        return;
      }
      void probeOnce().then(probed => {
        if (probed !== 'answered') return probeIn(pauseMs, Math.min(2 * pauseMs, MAX_PROBE_MS), 0);
        if (answers + 1 < PROBES) return probeIn(BETWEEN_PROBES_MS, FIRST_PROBE_MS, answers + 1);
        close();
      });
    });
  };
  const beginProbing = (): void => {
    if (isProbing) return;
    isProbing = true;
    probeIn(FIRST_PROBE_MS, 2 * FIRST_PROBE_MS, 0);
  };
  const open = (): void => {
    isOpen = true;
    onChange('open');
    beginProbing();
  };
  /** Whether it is the region that has trouble, or what it was asked. */
  const check = async (probe: Probe): Promise<void> => {
    isChecking = true;
    const probed = await ask(probe);
    isChecking = false;
    if (probed === 'silent' && !isOpen) open();
  };

  return {
    trouble(probe) {
      if (!isOpen) return undefined;
      want(probe);
      beginProbing();
      return { error: last };
    },
    answered(startedAt) {
      hear(startedAt);
      if (!isOpen) probes.clear();
    },
    failed({ startedAt, error, isSilent }, probe) {
      last = error;
      want(probe);
      if (isOpen || startedAt <= heard) return;
      failures += 1;
      if (isSilent) open();
      else if (failures >= FAILURES && !isChecking) void check(probe);
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
