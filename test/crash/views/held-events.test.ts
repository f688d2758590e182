import { describe, test } from 'vitest';
import { inParallel } from '../../../src/controller/runtime/in-parallel.ts';
import { holdEvents, reset } from '../../support/fault-proxy/fault.ts';
import { createGate } from '../../support/fault-proxy/gate.ts';
import { actOf } from '../oracles/oracle.ts';
import { defectsOf } from '../oracles/verdict.ts';
import type { Run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { findScenarios } from '../scenarios.ts';
import { expectSound } from '../sound.ts';
import { openTheatre } from '../theatre.ts';
import { virtualTroupe } from '../virtual/troupe.ts';
import { createScene, SEEN_MS } from './scene.ts';
import { STORIES } from './stories.ts';

const KINDS = { AwsSecret: 'awssecrets', Secret: 'secrets', Deployment: 'deployments', StatefulSet: 'statefulsets' };
/** Shorter than a change needs to settle, and longer than it takes until all is refreshed twice. */
const TIMES = [
  { from: 'the beginning', seconds: 5 },
  { from: 'the beginning', seconds: 150 },
  { from: 'the first call to AWS', seconds: 150 },
] as const;
/** How many scenarios are prepared at a time. */
const AT_ONCE = 3;

type Hold = (typeof TIMES)[number] & { readonly resource: string };

const theatre = await openTheatre();

/** Plays a scenario, and lets the operator see what becomes of one kind of objects only after all else. */
async function play(scenario: Scenario, reference?: Run, hold?: Hold): Promise<Run> {
  const scene = await createScene(theatre, virtualTroupe(theatre));
  const { stage } = scene;
  const gate = createGate();
  let held = 0;
  const counted = {
    async opened() {
      if (gate.isShut) held += 1;
      await gate.opened();
    },
  };
  let isSeen = hold === undefined;
  let isShut = false;
  const shut = (): void => {
    if (isShut) return;
    isShut = true;
    const heldMs = 1_000 * (hold?.seconds ?? 0);
    scene.after(heldMs, gate.shut());
    scene.after(heldMs + SEEN_MS, () => {
      isSeen = true;
    });
  };
  scene.bend(holdEvents(counted), ({ resource }) => resource === hold?.resource);
  const act = async (): Promise<void> => {
    if (hold?.from === 'the beginning') shut();
    if (hold?.from === 'the first call to AWS')
      // It meets no call, and only tells of the first.
      scene.bend(reset(), ({ target }) => {
        if (target !== 'kube') shut();
        return false;
      });
    await scenario.act(stage);
  };
  const isEnd = (end: string): boolean =>
    reference === undefined ? scenario.isReached(stage) : isSeen && end === reference.end;
  try {
    await scenario.given(stage);
    await scene.calm();
    return { ...(await scene.record(act, isEnd)), wasMet: held > 0 };
  } finally {
    await scene.close();
  }
}

const prepared = await inParallel(await findScenarios(STORIES), AT_ONCE, async scenario => {
  const reference = await play(scenario);
  const changed = new Set(actOf(reference).map(({ kind }) => kind));
  const resources = Object.entries(KINDS).flatMap(([kind, resource]) =>
    changed.has(kind as keyof typeof KINDS) ? resource : [],
  );
  return { scenario, reference, resources };
});

for (const { scenario, reference, resources } of prepared) {
  const holds = resources.flatMap(resource => TIMES.map(time => ({ resource, ...time })));
  describe.concurrent(`${scenario.name}, events out of order`, () => {
    for (const hold of holds) {
      const { resource, from, seconds } = hold;
      test(`those of ${resource} are held for ${seconds} s from ${from} on`, async ({ task }) => {
        const run = await play(scenario, reference, hold);
        task.meta.point = { wasMet: run.wasMet };
        expectSound(run, defectsOf(run, reference));
      });
    }
  });
}
