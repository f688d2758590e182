import { setTimeout as rest, setImmediate as turn } from 'node:timers/promises';
import type { Transport } from '../../../src/kube/transport/transport.ts';
import { startOperator } from '../../../src/start.ts';
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';
import type { Theatre } from '../theatre.ts';
import type { TroupeMaker } from '../troupe.ts';
import { virtualTroupe } from '../virtual/troupe.ts';

const LOOK_MS = 2;
/** Of the event loop: on a busy machine a call to AWS takes some until its proxy, in this process too, has it. */
const TURNS = 30;
/** A call that takes longer, in real milliseconds, waits for time to pass. */
const PATIENCE_MS = 2_000;

/**
 * The operator within this process, in virtual time that stands still also while a call is between it and its proxy: on
 * a busy machine an hour would pass there, and the call would be given up.
 */
export function patientTroupe(theatre: Pick<Theatre, 'kube' | 'aws'>): TroupeMaker {
  return options => {
    const begun = new Set<{ readonly at: number }>();
    const counted = async <T>(call: Promise<T>): Promise<T> => {
      const entry = { at: performance.now() };
      begun.add(entry);
      return await call.finally(() => begun.delete(entry));
    };
    const isUnderWay = (): boolean => [...begun].some(({ at }) => performance.now() - at < PATIENCE_MS);
    const patient = (transport: Transport): Transport => ({
      ...transport,
      call: request => counted(transport.call(request)),
      stream: (...request) => counted(transport.stream(...request)),
    });
    const operator: typeof startOperator = (parts, namespace) =>
      startOperator({ ...parts, transport: patient(parts.transport) }, namespace);
    const proxies: FaultProxy[] = [];
    const asked = (): number => proxies.reduce((sum, { calls }) => sum + calls.length, 0);
    const step = async (): Promise<boolean> => {
      if (isUnderWay()) {
        await rest(LOOK_MS);
        return true;
      }
      if (await options.step()) return true;
      const before = asked();
      for (let turns = 0; turns < TURNS; turns += 1) await turn();
      return asked() > before || isUnderWay();
    };
    const troupe = virtualTroupe({ ...theatre, operator })({ ...options, step });
    return {
      ...troupe,
      start: onStart =>
        troupe.start(faults => {
          proxies.push(faults);
          onStart(faults);
        }),
    };
  };
}
