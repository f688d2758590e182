import { randomUUID } from 'node:crypto';
import { REGIONS } from '../../integration/setup.ts';
import { createAwsAdmin } from '../../support/aws-admin.ts';
import { hang } from '../../support/fault-proxy/fault.ts';
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';
import type { Fault } from '../../support/fault-proxy/fault-types.ts';
import type { Matcher } from '../../support/fault-proxy/injections.ts';
import { createCluster } from '../cluster.ts';
import { followed } from '../followed.ts';
import { endOf, type Run, recordAct } from '../run.ts';
import { createStage, type Stage } from '../stage.ts';
import type { Theatre } from '../theatre.ts';
import { callsSince, type Incarnation, type TroupeMaker } from '../troupe.ts';

/** What somebody has missed is seen, and what follows from it told, within so many milliseconds. */
export const SEEN_MS = 5_000;

/** A stage on which several operators may be at work beside each other, and be shown what is not so. */
export interface Scene {
  /** `operator.start` has one more begin for each seat, and `operator.stop` ends all. */
  readonly stage: Stage;
  /**
   * The fault meets calls of all operators, or of those in one seat, also of those that begin later, until the returned
   * function is called.
   */
  bend(fault: Fault, matches: Matcher, seat?: number): () => void;
  /** Ends all that was bent. */
  straighten(): void;
  /** Calls `then` once so much time has passed. */
  after(ms: number, then: () => void): void;
  /** Breaks every connection between the operators and the API server. */
  disconnect(): void;
  /** Waits until all AwsSecrets tell that all is well and done, if somebody is at work. */
  calm(): Promise<void>;
  /** What has come of `act` once all is calm, and `isOver` says so of the end; or when that was waited for in vain. */
  record(act: () => Promise<void>, isOver: (end: string) => boolean): Promise<Run>;
  /** Ends every operator, and forgets the namespace. */
  close(): Promise<void>;
}

interface Seated {
  readonly seat: number;
  readonly operator: Incarnation;
}

type Bend = (seat: number, faults: FaultProxy) => void;

/** An empty stage in a namespace of its own, with seats for so many operators at a time. */
export async function createScene(theatre: Theatre, makeTroupe: TroupeMaker, seats = 1): Promise<Scene> {
  const { history } = theatre;
  const namespace = `v-${randomUUID().slice(0, 8)}`;
  const kube = followed(theatre.admin, history);
  const lines: string[] = [];
  const all: Incarnation[] = [];
  const working: Seated[] = [];
  const bends = new Set<Bend>();
  const straighteners = new Set<() => void>();
  const step = (): Promise<boolean> => cluster.step();
  const changes = (): number => history.of(namespace).length;
  const { time, calmMs, ...troupe } = makeTroupe({ namespace, lines, changes, step });
  const cluster = createCluster({ namespace, kube, history, now: time.now });

  const begin = async (seat: number): Promise<void> => {
    const operator = await troupe.start(faults => {
      for (const bend of bends) bend(seat, faults);
    });
    all.push(operator);
    working.push({ seat, operator });
  };
  const start = async (): Promise<void> => {
    await Promise.all(Array.from({ length: seats }, (_, seat) => begin(seat)));
  };
  const stop = async (): Promise<void> => {
    let isOver = false;
    const stopping = Promise.all(working.splice(0).map(({ operator }) => operator.stop())).finally(() => {
      isOver = true;
    });
    await time.until('the operators end', () => isOver);
    await stopping;
  };
  const bend: Scene['bend'] = (fault, matches, only) => {
    const ends: (() => void)[] = [];
    const inject: Bend = (seat, faults) => {
      if (only === undefined || only === seat) ends.push(faults.inject(fault, matches));
    };
    bends.add(inject);
    for (const { seat, operator } of working) inject(seat, operator.faults);
    const straighten = (): void => {
      bends.delete(inject);
      for (const end of ends) end();
    };
    straighteners.add(straighten);
    return straighten;
  };

  const stage = createStage({
    ...{ namespace, kube, history, time, operator: { start, stop } },
    aws: Object.fromEntries(
      REGIONS.map(region => [region, createAwsAdmin(theatre.aws[region], region)]),
    ) as Stage['aws'],
    loseRegion: region => bend(hang(), call => call.target === `aws/${region}`),
  });

  await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  return {
    ...{ stage, bend },
    straighten() {
      for (const straighten of straighteners) straighten();
    },
    after: time.after,
    disconnect() {
      for (const { operator } of working) operator.faults.disconnect('kube');
    },
    calm: () => time.until('all is calm', () => working.length === 0 || stage.isCalm()),
    async record(act, isOver) {
      const before = all.map(({ faults }) => faults.calls.length);
      const begun = await history.version();
      await act();
      // What is missing in the end is told by what judges the run.
      const isDone = (): boolean => stage.isCalm() && isOver(endOf(history, namespace));
      await time.until('it is over', isDone).catch(() => undefined);
      // What is told of the last step comes after it.
      await time.pass(1);
      const actCalls = () => callsSince(all, before);
      const recorded = await recordAct({ namespace, history, time, calmMs, begun, actCalls });
      return { ...recorded, lines, wasMet: true, values: stage.values };
    },
    async close() {
      await stop();
      await Promise.all(all.map(({ gone }) => gone));
      history.forget(namespace);
    },
  };
}
