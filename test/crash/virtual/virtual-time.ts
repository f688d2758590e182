import { setTimeout as rest, setImmediate as turned } from 'node:timers/promises';
import type { Clock } from '../../../src/controller/runtime/clock.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import type { Pace } from '../pace.ts';

export interface VirtualTimeOptions {
  /** A number that grows with everything that happens: calls, answers, changes. */
  readonly activity: () => number;
  /** Whether somebody waits for an answer that is on its way. */
  readonly isBusy: () => boolean;
  /** What others do whenever all is quiet, before time goes on; true when they did something. */
  readonly step: () => Promise<boolean>;
}

export interface VirtualTime extends Pace {
  readonly clock: Clock;
}

/** All is quiet when nothing has happened for so many looks, real milliseconds and turns of the event loop apart. */
const LOOKS = 3;
const LOOK_MS = 16;
const TURNS = 6;
/** Timers that fall due within so many milliseconds are taken together. */
const TOGETHER_MS = 20;
/** Nothing that the operator promises takes longer. */
const NEVER_MS = 30 * 60_000;

/** Time that stands still while anything happens, and leaps to the next timer when nothing does. */
export function createVirtualTime({ activity, isBusy, step }: VirtualTimeOptions): VirtualTime {
  const clock = createFakeClock(Date.now());

  const quiet = async (): Promise<void> => {
    let last = -1;
    for (let looks = 0; looks < LOOKS; ) {
      await rest(LOOK_MS);
      for (let turn = 0; turn < TURNS; turn += 1) await turned();
      const now = activity();
      looks = now === last && !isBusy() ? looks + 1 : 0;
      last = now;
    }
  };
  /** Lets happen what happens now. */
  const come = async (): Promise<void> => {
    do await quiet();
    while (await step());
  };
  const leap = (mostMs: number): void => clock.advance(Math.min(mostMs, (clock.nextMs ?? mostMs) + TOGETHER_MS));

  return {
    clock,
    now: () => clock.now(),
    async until(what, probe) {
      const end = clock.monotonic() + NEVER_MS;
      for (await come(); !probe(); await come()) {
        if (clock.monotonic() >= end)
          throw new Error(`${what}: not within ${NEVER_MS / 60_000} minutes of virtual time`);
        leap(NEVER_MS);
      }
    },
    async pass(ms) {
      const end = clock.monotonic() + ms;
      for (await come(); clock.monotonic() < end; await come()) leap(end - clock.monotonic());
    },
    tick: () => clock.advance(1),
    after(ms, then) {
      clock.schedule(ms, then);
    },
  };
}
