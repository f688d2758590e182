import { describe, expect, test } from 'vitest';
import { inParallel } from '../../../src/controller/runtime/in-parallel.ts';
import { PAGE_SIZE } from '../../../src/kube/resource.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import { delay, kubeError, reset } from '../../support/fault-proxy/fault.ts';
import { defectsOf } from '../oracles/verdict.ts';
import type { Run } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { scenario as remove } from '../scenarios/delete.ts';
import { scenario as drift } from '../scenarios/drift.ts';
import { scenario as rotation } from '../scenarios/rotation.ts';
import { scenario as specChange } from '../scenarios/spec-change.ts';
import { expectSound } from '../sound.ts';
import { virtualTroupe } from '../virtual/troupe.ts';
import { openOwnTheatre } from './plane.ts';
import { createScene, type Scene } from './scene.ts';

/** For so long no watch can be opened: longer than a refresh takes to come. */
const CUT_MS = 90_000;
/** Whoever tries in vain to open a watch tries again within this time. */
const RECONNECTED_MS = 40_000;
/** A watch that is silent for so long is opened anew. */
const SILENT_MS = 200_000;
/** More than a page has. */
const CROWD = Number(PAGE_SIZE) + 20;
const AT_ONCE = 20;
const RESOURCES = ['awssecrets', 'secrets', 'deployments', 'statefulsets'];

// Without a cache every version that etcd has forgotten is too old at once, and no bookmark ever comes.
const theatre = await openOwnTheatre(['--watch-cache=false']);

async function play(scenario: Scenario, prepare: (scene: Scene) => Promise<void>, reference?: Run): Promise<Run> {
  const scene = await createScene(theatre, virtualTroupe(theatre));
  const { stage } = scene;
  try {
    await scenario.given(stage);
    await scene.calm();
    return await scene.record(
      () => prepare(scene),
      end => (reference === undefined ? scenario.isReached(stage) : end === reference.end),
    );
  } finally {
    await scene.close();
  }
}

const isFirstPage = ({ verb, path }: Call): boolean => verb === 'list' && new RegExp(`limit=${PAGE_SIZE}$`).test(path);
/** Which collections were listed anew. */
const listed = ({ calls }: Run): readonly string[] =>
  RESOURCES.filter(resource => calls.some(call => call.resource === resource && isFirstPage(call)));

describe.concurrent('etcd forgets what the operator has not seen', () => {
  for (const scenario of [rotation, specChange, drift, remove])
    test(`${scenario.name}: no watch can be opened meanwhile`, async ({ task }) => {
      task.meta.point = { wasMet: true };
      const reference = await play(scenario, ({ stage }) => scenario.act(stage));
      const run = await play(
        scenario,
        async scene => {
          scene.bend(reset(), ({ verb }) => verb === 'watch');
          scene.disconnect();
          await scenario.act(scene.stage);
          await scene.stage.time.pass(CUT_MS);
          await theatre.forget();
          scene.straighten();
          await scene.stage.time.pass(RECONNECTED_MS);
        },
        reference,
      );
      expectSound(run, defectsOf(run, reference));
      expect(listed(run)).toEqual(RESOURCES);
    });

  test('rotation: nothing happens for minutes, and no bookmark tells how far the server is', async ({ task }) => {
    task.meta.point = { wasMet: true };
    const reference = await play(rotation, ({ stage }) => rotation.act(stage));
    const run = await play(
      rotation,
      async ({ stage }) => {
        await theatre.forget();
        await stage.time.pass(SILENT_MS);
        await rotation.act(stage);
      },
      reference,
    );
    expectSound(run, defectsOf(run, reference));
    expect(listed(run)).toEqual(RESOURCES);
  });

  test('rotation: the rest of a list has expired when its next page is asked for', async ({ task }) => {
    const crowded: Scenario = {
      ...rotation,
      async given(stage) {
        const path = `/apis/batch/v1/namespaces/${stage.namespace}/cronjobs`;
        const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'app' }] } };
        const spec = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } };
        const names = Array.from({ length: CROWD }, (_, i) => `a-${i}`);
        await inParallel(names, AT_ONCE, name => stage.kube.create(path, { metadata: { name }, spec }));
        await rotation.given(stage);
      },
    };
    const reference = await play(crowded, ({ stage }) => crowded.act(stage));
    const isNextPage = ({ verb, resource, path }: Call): boolean =>
      verb === 'list' && resource === 'cronjobs' && path.includes('continue=');
    const run = await play(
      crowded,
      async scene => {
        const { stage } = scene;
        const forgotten = Promise.withResolvers<void>();
        const forget = async (): Promise<void> => {
          await crowded.act(stage);
          await theatre.forget();
          forgotten.resolve();
        };
        let asked = 0;
        scene.bend(delay(forgotten.promise), call => {
          if (!isNextPage(call)) return false;
          asked += 1;
          if (asked === 1) forget().catch(forgotten.reject);
          return true;
        });
        const reopen = scene.bend(
          kubeError(410),
          ({ verb, resource }) => verb === 'watch' && resource === 'cronjobs' && asked === 0,
        );
        scene.disconnect();
        await stage.time.until('the list is whole', () => asked > 1 && stage.isCalm());
        reopen();
      },
      reference,
    );
    task.meta.point = { wasMet: true };
    expectSound(run, defectsOf(run, reference));
    expect(run.calls.filter(isNextPage).map(({ outcome }) => outcome?.status)).toEqual([410, 200]);
  });
});
