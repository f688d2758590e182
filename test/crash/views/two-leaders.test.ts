import { describe, test } from 'vitest';
import { inParallel } from '../../../src/controller/runtime/in-parallel.ts';
import { holdEvents } from '../../support/fault-proxy/fault.ts';
import { createGate } from '../../support/fault-proxy/gate.ts';
import type { Run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { findScenarios } from '../scenarios.ts';
import { expectSound } from '../sound.ts';
import { openTheatre } from '../theatre.ts';
import { virtualTroupe } from '../virtual/troupe.ts';
import { createScene, SEEN_MS } from './scene.ts';
import { STORIES } from './stories.ts';
import { deedDefects } from './verdict.ts';

/** How long one of them sees nothing of a kind: until a change has settled and been acted upon. */
const LAG_MS = 15_000;
const AT_ONCE = 3;

const theatre = await openTheatre();

/** Plays a scenario with one operator, or with two that know nothing of each other; `lags` is late to the second. */
async function play(scenario: Scenario, reference?: Run, lags?: string): Promise<Run> {
  const scene = await createScene(theatre, virtualTroupe(theatre), reference === undefined ? 1 : 2);
  const { stage } = scene;
  const gate = createGate();
  let isSeen = false;
  const act = async (): Promise<void> => {
    scene.after(LAG_MS, gate.shut());
    scene.after(LAG_MS + SEEN_MS, () => {
      isSeen = true;
    });
    await scenario.act(stage);
  };
  scene.bend(holdEvents(gate), ({ resource }) => resource === lags, 1);
  try {
    await scenario.given(stage);
    await scene.calm();
    return await scene.record(act, end =>
      reference === undefined ? scenario.isReached(stage) : isSeen && end === reference.end,
    );
  } finally {
    await scene.close();
  }
}

const prepared = await inParallel(await findScenarios(STORIES), AT_ONCE, async scenario => {
  return { scenario, reference: await play(scenario) };
});
const views = [
  { why: 'both see all', lags: undefined },
  ...['awssecrets', 'secrets', 'deployments'].map(lags => ({ why: `${lags} come late to one of them`, lags })),
];

for (const { scenario, reference } of prepared) {
  describe.concurrent(`${scenario.name}, two leaders`, () => {
    for (const { why, lags } of views)
      test(why, async ({ task }) => {
        const run = await play(scenario, reference, lags);
        task.meta.point = { wasMet: true };
        expectSound(run, deedDefects(run, reference));
      });
  });
}
