import { describe, expect, test } from 'vitest';
import { inParallel } from '../../src/controller/runtime/in-parallel.ts';
import { bundleTroupe } from './bundle/troupe.ts';
import { type Mishap, mishapsOf } from './menu.ts';
import { defectsOf } from './oracles/verdict.ts';
import { play } from './play.ts';
import { type Point, pointsOf } from './points.ts';
import type { Run } from './run.ts';
import type { Scenario } from './scenario.ts';
import { findScenarios } from './scenarios.ts';
import { expectSound } from './sound.ts';
import { openTheatre, type Theatre } from './theatre.ts';
import type { TroupeMaker } from './troupe.ts';
import { virtualTroupe } from './virtual/troupe.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Set for a test that lets one call of a scenario fail; whether the call was made. */
    point?: { readonly wasMet: boolean };
  }
}

/** Calls that race each other are not made in each run; those that are made in so many runs are. */
const REFERENCES = 3;
/** How often a call that is made in each run may fail to be. */
const TRIES = 6;
/** Of such calls, so many may not be made even then: a busy machine puts calls that race in another order. */
const MOST_UNMET = 0.02;
/** How many scenarios are prepared at a time. */
const AT_ONCE = 3;

interface Exploration {
  readonly name: string;
  readonly troupe: TroupeMaker;
  mishapsOf(point: Point): readonly Mishap[];
}

interface Prepared {
  readonly scenario: Scenario;
  readonly exploration: Exploration;
  readonly references: readonly Run[];
  /** The calls of all references. */
  readonly points: readonly Point[];
  /** Names of those that are made in each. */
  readonly stable: ReadonlySet<string>;
}

/**
 * Lets every call of each scenario fail in every way that makes sense for it, one in each run: in virtual time within
 * this process; and kills a real process before and after each of its writes. One test file takes its share of the
 * scenarios, so that they are played on several cores.
 */
export async function explore(share: { readonly index: number; readonly of: number }): Promise<void> {
  const theatre = await openTheatre();
  // Who leads renews its lease again and again, in the same state each time: the first renewal stands for all.
  const isRenewal = ({ name, call }: Point): boolean =>
    call.resource === 'leases' && call.verb === 'patch' && !name.endsWith(' #1');
  const isWrite = (point: Point): boolean => point.call.target === 'kube' && point.call.isWrite && !isRenewal(point);
  const explorations: readonly Exploration[] = [
    { name: 'in virtual time', troupe: virtualTroupe(theatre), mishapsOf: ({ call }) => mishapsOf(call) },
    {
      name: 'a real process',
      troupe: bundleTroupe(theatre),
      mishapsOf: point => (isWrite(point) ? mishapsOf(point.call).filter(({ isKill }) => isKill) : []),
    },
  ];
  const scenarios = (await findScenarios()).filter((_, i) => i % share.of === share.index);
  if (scenarios.length === 0) test('no scenario falls to this file', () => undefined);
  const works = scenarios.flatMap(scenario => explorations.map(exploration => ({ scenario, exploration })));
  const prepared: Prepared[] = [];
  await inParallel(works, AT_ONCE, async ({ scenario, exploration }) => {
    prepared.push(await prepare(theatre, exploration, scenario));
  });
  for (const work of prepared)
    describe.concurrent(`${work.scenario.name}, ${work.exploration.name}`, () => declare(theatre, work));
}

function declare(theatre: Theatre, { scenario, exploration, references, points, stable }: Prepared): void {
  const [reference] = references;
  if (reference === undefined) return;
  test('without faults', () => {
    for (const run of references) expectSound(run, defectsOf(run, reference));
  });
  const unmet: string[] = [];
  let explored = 0;
  for (const point of points)
    for (const mishap of exploration.mishapsOf(point)) {
      explored += 1;
      const name = `${point.name}: ${mishap.name}`;
      test(name, async ({ task }) => {
        const isSure = stable.has(point.name);
        const run = await playUntilMet(isSure, () =>
          play(theatre, exploration.troupe, scenario, { reference, injection: { point, mishap } }),
        );
        task.meta.point = { wasMet: run.wasMet };
        const again = `make crash SCENARIO=${scenario.name} ARGS='-t "${exploration.name} > ${name}"'`;
        if (isSure && !run.wasMet) unmet.push(name);
        expectSound(run, defectsOf(run, reference), again);
      });
    }
  test('the calls that are made in each run were made', { concurrent: false }, () => {
    const isFew = unmet.length <= Math.ceil(MOST_UNMET * explored);
    expect(isFew, `${unmet.length} of ${explored} were not: ${unmet.join('; ')}`).toBe(true);
  });
}

async function prepare(theatre: Theatre, exploration: Exploration, scenario: Scenario): Promise<Prepared> {
  const runs = Array.from({ length: REFERENCES }, () => play(theatre, exploration.troupe, scenario));
  const references = await Promise.all(runs);
  const found = references.map(({ calls, namespace }) => pointsOf(calls, namespace));
  const points = [...new Map(found.flat().map(point => [point.name, point])).values()];
  const isIn = (all: readonly Point[], { name }: Point): boolean => all.some(point => point.name === name);
  const stable = new Set(points.filter(point => found.every(all => isIn(all, point))).map(({ name }) => name));
  return { scenario, exploration, references, points, stable };
}

async function playUntilMet(isSure: boolean, play: () => Promise<Run>): Promise<Run> {
  let run = await play();
  for (let tries = 1; isSure && !run.wasMet && tries < TRIES; tries += 1) run = await play();
  return run;
}
