import type { Agent } from 'node:http';
import type { startOperator } from '../../../src/start.ts';
import type { KubeAccess } from '../../support/kube-admin.ts';
import type { TroupeMaker } from '../troupe.ts';
import { startIncarnation, type VirtualIncarnation } from './incarnation.ts';
import { createVirtualTime } from './virtual-time.ts';

export interface VirtualTroupeOptions {
  readonly kube: KubeAccess & { readonly agent?: Agent };
  /** URL of each region. */
  readonly aws: Readonly<Record<string, string>>;
  /** Default: that of this tree. */
  readonly operator?: typeof startOperator;
}

/** A refresh of everything lies in it. */
const CALM_MS = 65_000;

/** The operator within this process, in virtual time. */
export function virtualTroupe(places: VirtualTroupeOptions): TroupeMaker {
  return ({ namespace, lines, step, changes }) => {
    const all: VirtualIncarnation[] = [];
    let starting = 0;
    const time = createVirtualTime({
      activity: () => changes() + all.reduce((sum, incarnation) => sum + incarnation.activity(), 0),
      isBusy: () => starting > 0 || all.some(incarnation => incarnation.isBusy()),
      step,
    });
    return {
      time,
      calmMs: CALM_MS,
      async start(onStart) {
        starting += 1;
        const incarnation = await startIncarnation({ ...places, namespace, lines, clock: time.clock, onStart });
        all.push(incarnation);
        starting -= 1;
        return incarnation;
      },
    };
  };
}
