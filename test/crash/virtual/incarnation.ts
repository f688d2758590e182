import type { Clock } from '../../../src/controller/runtime/clock.ts';
import { systemClock } from '../../../src/controller/runtime/system-clock.ts';
import { runOperator } from '../../integration/operator.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy/fault-proxy.ts';
import type { Incarnation } from '../troupe.ts';
import { watchTheWay } from './on-the-way.ts';
import type { VirtualTroupeOptions } from './troupe.ts';

export interface VirtualIncarnation extends Incarnation {
  /** A number that grows with every call and every answer. */
  activity(): number;
  /** Whether it waits for an answer that is on its way. */
  isBusy(): boolean;
}

export interface IncarnationOptions extends VirtualTroupeOptions {
  readonly namespace: string;
  readonly clock: Clock;
  readonly lines: string[];
  /** Called before the operator makes its first call. */
  readonly onStart: (faults: FaultProxy) => void;
}

export async function startIncarnation(options: IncarnationOptions): Promise<VirtualIncarnation> {
  const { kube, aws, operator: startOperator, namespace, lines, onStart } = options;
  let isDead = false;
  let isGone = false;
  let waiting = 0;
  const timers = new Set<() => void>();
  // What is left of a dead process ends in real time, and nobody waits for it; what never ends, such as the probes of a
  // region that is silent, ends with it.
  const clock: Clock = {
    now: () => options.clock.now(),
    monotonic: () => (isDead ? systemClock : options.clock).monotonic(),
    schedule(ms, callback) {
      if (isGone) return () => undefined;
      const cancel = (isDead ? systemClock : options.clock).schedule(isDead ? 0 : ms, () => {
        timers.delete(callback);
        callback();
      });
      timers.add(callback);
      return () => {
        timers.delete(callback);
        cancel();
      };
    },
  };
  const pause = async (ms: number): Promise<void> => {
    waiting += 1;
    await new Promise<void>(resolve => options.clock.schedule(ms, resolve));
    waiting -= 1;
  };
  const faults = await startFaultProxy({ kube: { ...kube, isPlain: true }, aws, pause });
  const way = watchTheWay(faults);
  onStart(faults);
  const operator = await runOperator({
    ...{ kube: faults.kube, aws: faults.aws, operatorNamespace: namespace, watchNamespaces: [namespace] },
    ...{ lines, clock, flags: ['--leader-elect=false', '--log-level=debug'] },
    ...(startOperator && { startOperator }),
  });
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const bury = (): void => {
    isGone = true;
    way.end();
    resolve();
  };
  const end = async (): Promise<void> => {
    await operator.stop();
    await faults.stop();
    way.end();
    resolve();
  };
  return {
    faults,
    gone,
    activity: () => faults.calls.length + faults.calls.filter(call => call.outcome !== undefined).length,
    isBusy() {
      if (isDead) return false;
      const open = faults.calls.filter(call => call.outcome === undefined).length;
      return open > waiting || way.isTaken();
    },
    kill() {
      isDead = true;
      void faults.stop();
      for (const callback of [...timers]) callback();
      void operator.stop().then(bury, bury);
    },
    stop: end,
  };
}
