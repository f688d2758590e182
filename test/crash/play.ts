import { randomUUID } from 'node:crypto';
import { REGIONS, type Region } from '../integration/setup.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { hang } from '../support/fault-proxy/fault.ts';
import type { FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createCluster } from './cluster.ts';
import { followed } from './followed.ts';
import type { Mishap } from './menu.ts';
import { difference } from './oracles/end.ts';
import { matcherOf, type Point } from './points.ts';
import { endOf, type Run, recordAct } from './run.ts';
import type { Scenario } from './scenario.ts';
import { createStage, type Stage } from './stage.ts';
import type { Theatre } from './theatre.ts';
import { callsSince, type Incarnation, type Troupe, type TroupeMaker } from './troupe.ts';

/** How the error of a run begins that does not end where it has to. */
export const UNREACHED = 'the declared state is reached';

export interface Played {
  /** Where the run has to end; undefined for the run that tells it. */
  readonly reference?: Run;
  readonly injection?: { readonly point: Point; readonly mishap: Mishap };
}

/**
 * Plays a scenario in a namespace of its own, with one mishap or none. Rejects when it does not end where it has to, and
 * tells what is missing then.
 */
export async function play(
  theatre: Theatre,
  makeTroupe: TroupeMaker,
  scenario: Scenario,
  played: Played = {},
): Promise<Run> {
  const { history } = theatre;
  const namespace = `c-${randomUUID().slice(0, 8)}`;
  const kube = followed(theatre.admin, history);
  const lines: string[] = [];
  const troupe: Troupe = makeTroupe({
    ...{ namespace, lines, changes: () => history.of(namespace).length, step: () => cluster.step() },
  });
  const { time } = troupe;
  const cluster = createCluster({ namespace, kube, history, now: time.now });
  const company = createCompany(troupe, played, namespace);
  const stage = createStage({
    ...{ namespace, kube, history, time, operator: company, loseRegion: company.loseRegion },
    aws: Object.fromEntries(
      REGIONS.map(region => [region, createAwsAdmin(theatre.aws[region], region)]),
    ) as Stage['aws'],
  });
  const isCalm = (): boolean => stage.isCalm() && cluster.isSettled();
  const isOver = (): boolean => {
    if (!isCalm()) return false;
    return played.reference === undefined
      ? scenario.isReached(stage)
      : endOf(history, namespace) === played.reference.end;
  };

  await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  try {
    await scenario.given(stage);
    if (company.isUp()) await time.until('all is calm before it begins', isCalm);
    const begun = await history.version();
    company.beginAct();
    await scenario.act(stage);
    await time.until(UNREACHED, isOver).catch(error => {
      const missing = difference(played.reference?.end ?? '', endOf(history, namespace));
      throw new Error(`${error.message}\n${missing}\n${lines.slice(-30).join('\n')}`);
    });
    const { calmMs } = troupe;
    const recorded = await recordAct({ namespace, history, time, calmMs, begun, actCalls: company.actCalls });
    return { ...recorded, lines, values: stage.values, wasMet: company.wasMet };
  } finally {
    await company.leave();
    history.forget(namespace);
  }
}

/** The operator's processes, one after the other. */
function createCompany({ time, start }: Troupe, { injection }: Played, namespace: string) {
  const all: Incarnation[] = [];
  const losses = new Map<Region, (faults: FaultProxy) => void>();
  const matches = injection && matcherOf(injection.point, namespace);
  let current: Incarnation | undefined;
  let before: readonly number[] = [];
  let isActing = false;
  let wasMet = false;

  const onStart = (faults: FaultProxy): void => {
    const isIt = (call: Call): boolean => {
      if (!isActing || wasMet || matches?.(call) !== true) return false;
      wasMet = true;
      return true;
    };
    // First of all, so that what the scenario itself makes fail stands behind it.
    if (injection !== undefined) faults.inject(injection.mishap.fault(die), isIt, 1);
    for (const lose of losses.values()) lose(faults);
  };
  const begin = async (): Promise<void> => {
    const started = await start(onStart);
    current = started;
    all.push(started);
    // As a kubelet does: one that ends by itself, because it lost its lease, is followed by another.
    void started.gone.then(async () => {
      if (current === started) await begin();
    });
  };
  const die = (): void => {
    const dying = current;
    current = undefined;
    dying?.kill();
    void begin();
  };
  const stop = async (): Promise<void> => {
    const leaving = current;
    current = undefined;
    let isOver = leaving === undefined;
    const stopping = leaving?.stop().finally(() => {
      isOver = true;
    });
    await time.until('the operator ends', () => isOver);
    await stopping;
  };
  return {
    start: begin,
    stop,
    isUp: () => current !== undefined,
    get wasMet() {
      return wasMet;
    },
    beginAct() {
      isActing = true;
      before = all.map(({ faults }) => faults.calls.length);
    },
    actCalls: (): readonly Call[] => callsSince(all, before),
    loseRegion(region: Region) {
      const ends: (() => void)[] = [];
      const lose = (faults: FaultProxy): void => {
        ends.push(faults.inject(hang(), call => call.target === `aws/${region}`));
      };
      losses.set(region, lose);
      for (const { faults } of all) lose(faults);
      return () => {
        losses.delete(region);
        for (const end of ends) end();
      };
    },
    async leave() {
      if (current !== undefined) await stop();
      await Promise.all(all.map(({ gone }) => gone));
    },
  };
}
