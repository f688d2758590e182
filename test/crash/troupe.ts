import type { Call } from '../support/fault-proxy/call.ts';
import type { FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { Pace } from './pace.ts';

/** One process of the operator, as far as anybody outside can tell. */
export interface Incarnation {
  /** Through which it talks to everybody; nobody else does. */
  readonly faults: FaultProxy;
  /** From now on it reaches nobody, in the midst of whatever it is at. */
  kill(): void;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>;
}

/** Who plays the operator for one run, and how time passes meanwhile. */
export interface Troupe {
  readonly time: Pace;
  /** `onStart` is called before the operator makes its first call. Returns once it runs. */
  start(onStart: (faults: FaultProxy) => void): Promise<Incarnation>;
  /** How long nothing may change once all is done: long enough for what was overlooked to show. */
  readonly calmMs: number;
}

export interface TroupeOptions {
  readonly namespace: string;
  /** Takes the log lines of all processes, as JSON. */
  readonly lines: string[];
  /** What others do meanwhile, one step after the other. */
  readonly step: () => Promise<boolean>;
  /** A number that grows with every change in the namespace. */
  readonly changes: () => number;
}

export type TroupeMaker = (options: TroupeOptions) => Troupe;

/** The calls of all incarnations in order, without the first so many of each. */
export function callsSince(all: readonly Pick<Incarnation, 'faults'>[], before: readonly number[]): readonly Call[] {
  return all.flatMap(({ faults }, i) => faults.calls.slice(before[i] ?? 0)).sort((a, b) => a.atMs - b.atMs);
}
