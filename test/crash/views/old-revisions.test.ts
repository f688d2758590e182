import { describe, test } from 'vitest';
import type { AwsSecretStatus } from '../../../src/crds/aws-secret.ts';
import { HASH_KEY_SECRET } from '../../../src/crds/names.ts';
import { holdEvents, kubeError, oldRevision } from '../../support/fault-proxy/fault.ts';
import { createGate } from '../../support/fault-proxy/gate.ts';
import type { Matcher } from '../../support/fault-proxy/injections.ts';
import type { Revision } from '../history.ts';
import { defectsOf } from '../oracles/verdict.ts';
import type { Run } from '../run.ts';
import { findScenarios } from '../scenarios.ts';
import { troublesOf } from '../sound.ts';
import { openTheatre } from '../theatre.ts';
import { virtualTroupe } from '../virtual/troupe.ts';
import { withoutNotes } from './notes.ts';
import { createScene, type Scene, SEEN_MS } from './scene.ts';

/** For so long nothing newer is told: until a change that was seen has settled and been acted upon. */
const OLD_MS = 20_000;
/** Until then every watch is told that its version is too old. */
const GONE_MS = 3_000;
/** Of one test, which tells a scenario from some twenty revisions. */
const TIMEOUT_MS = 600_000;
/** Scenarios, and what there was at the first revision that is told. */
const SCENARIOS = [
  { name: 'rotation', from: 'the beginning' },
  { name: 'there-and-back', from: 'the beginning' },
  // Before its first sync, nothing speaks against making the Secret that it asked for then.
  { name: 'spec-change', from: 'the first status' },
] as const;

interface View {
  readonly why: string;
  readonly isOld: Matcher;
  /** Whether the operator begins anew; else it has to list again. */
  readonly isRestarted: boolean;
}

const isRead = (verb: string): boolean => verb === 'list' || verb === 'get';
const VIEWS: readonly View[] = [
  { why: 'of all lists of a restart', isOld: ({ verb }) => verb === 'list', isRestarted: true },
  { why: 'of all lists and gets of a restart', isOld: ({ verb }) => isRead(verb), isRestarted: true },
  ...['awssecrets', 'secrets'].map(kind => ({
    why: `of the list of ${kind} of a restart`,
    isOld: (({ verb, resource }) => verb === 'list' && resource === kind) satisfies Matcher as Matcher,
    isRestarted: true,
  })),
  { why: 'of all lists and gets of a running operator', isOld: ({ verb }) => isRead(verb), isRestarted: false },
];

const theatre = await openTheatre();

/** Shows the operator what there was at a revision, and all that has happened since only later. */
async function lookBack(
  scene: Scene,
  { isOld, isRestarted }: View,
  revision: number,
  onEnd: () => void,
): Promise<void> {
  const gate = createGate();
  const open = gate.shut();
  const ends = [scene.bend(oldRevision(String(revision)), isOld), scene.bend(holdEvents(gate), () => true)];
  scene.after(OLD_MS, () => {
    for (const end of ends) end();
    open();
  });
  scene.after(OLD_MS + SEEN_MS, onEnd);
  if (isRestarted) return await restart(scene);
  scene.after(
    GONE_MS,
    scene.bend(kubeError(410), ({ verb }) => verb === 'watch'),
  );
  scene.disconnect();
}

async function restart({ stage: { operator } }: Scene): Promise<void> {
  await operator.stop();
  await operator.start();
}

/** One scenario played to its end, then told again and again from another revision of it. */
async function defectsAt({ name, from }: (typeof SCENARIOS)[number], view: View): Promise<readonly string[]> {
  const [scenario] = (await findScenarios()).filter(scenario => scenario.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const scene = await createScene(theatre, virtualTroupe(theatre));
  try {
    await scenario.given(scene.stage);
    await scene.calm();
    const played = await scene.record(
      () => scenario.act(scene.stage),
      () => scenario.isReached(scene.stage),
    );
    const reference = await scene.record(
      () => restart(scene),
      end => end === played.end,
    );
    const defects: string[] = [];
    // What was wrong before this act is told again.
    let before = judged(reference, reference);
    for (const revision of revisionsOf(played, from)) {
      let isOver = false;
      const run = await scene.record(
        () =>
          lookBack(scene, view, revision, () => {
            isOver = true;
          }),
        end => isOver && end === reference.end,
      );
      const all = judged(run, reference);
      const isNew = all.length > before.length ? all.filter(defect => !before.includes(defect)) : [];
      if (isNew.length > 0) defects.push(`at revision ${revision}:`, ...isNew, ...troublesOf(run));
      before = all;
    }
    return defects;
  } finally {
    await scene.close();
  }
}

function judged(run: Run, reference: Run): readonly string[] {
  return defectsOf(withoutNotes(run), withoutNotes(reference));
}

/** After each change of what the operator looks at. */
function revisionsOf({ revisions }: Run, from: (typeof SCENARIOS)[number]['from']): readonly number[] {
  const seen = revisions.filter(({ kind, object }) => {
    return kind !== 'Pod' && kind !== 'Event' && object.metadata.name !== HASH_KEY_SECRET;
  });
  const isFirst = ({ object }: Revision): boolean =>
    (object['status'] as AwsSecretStatus | undefined)?.target !== undefined;
  const first = from === 'the beginning' ? 0 : seen.findIndex(isFirst);
  return [...new Set(seen.slice(first).map(({ version }) => version))];
}

describe.concurrent('answers from an old revision', () => {
  for (const scenario of SCENARIOS)
    for (const view of VIEWS)
      test(
        `${scenario.name}: ${view.why}`,
        async ({ task }) => {
          task.meta.point = { wasMet: true };
          const defects = await defectsAt(scenario, view);
          if (defects.length > 0) throw new Error(defects.join('\n'));
        },
        TIMEOUT_MS,
      );
});
