import { describe, expect, test } from 'vitest';
import { inParallel } from '../../../src/controller/runtime/in-parallel.ts';
import { mishapsOf } from '../menu.ts';
import { defectsOf } from '../oracles/verdict.ts';
import { play, UNREACHED } from '../play.ts';
import { type Point, pointsOf } from '../points.ts';
import { findScenarios } from '../scenarios.ts';
import { openTheatre } from '../theatre.ts';
import { virtualTroupe } from '../virtual/troupe.ts';
import { DEFECTS, type Defect } from './defects.ts';
import { plant } from './plant.ts';

const AT_ONCE = 4;

const theatre = await openTheatre();
const scenarios = await findScenarios();

describe('the exploration catches', () => {
  test.each(DEFECTS)('$name', async defect => {
    const scenario = scenarios.find(({ name }) => name === defect.scenario);
    if (scenario === undefined) throw new Error(`there is no scenario ${defect.scenario}`);
    const reference = await play(theatre, virtualTroupe(theatre), scenario);
    const broken = virtualTroupe({ ...theatre, operator: await plant(defect) });
    const points = pointsOf(reference.calls, reference.namespace);
    const found = await inParallel(injectionsOf(defect, points), AT_ONCE, async injection => {
      const run = play(theatre, broken, scenario, { reference, injection });
      return await run.then(
        run => defectsOf(run, reference),
        (error: Error) => {
          // That it never ends where it has to is a catch; whatever else went wrong must not pass for one.
          if (!error.message.startsWith(UNREACHED)) throw error;
          return [error.message];
        },
      );
    });
    expect(found.flat()).not.toEqual([]);
  });
});

function injectionsOf({ calls, mishaps }: Defect, points: readonly Point[]) {
  return points
    .filter(({ name }) => calls.test(name))
    .flatMap(point => {
      const all = mishapsOf(point.call).filter(({ name }) => mishaps.includes(name));
      return all.map(mishap => ({ point, mishap }));
    });
}
