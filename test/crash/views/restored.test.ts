import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_VERSION, HASH_KEY_SECRET, OWNER_LABEL } from '../../../src/crds/names.ts';
import { reset } from '../../support/fault-proxy/fault.ts';
import type { Run } from '../run.ts';
import { expectSound } from '../sound.ts';
import { type Stage, uses } from '../stage.ts';
import { virtualTroupe } from '../virtual/troupe.ts';
import { openOwnTheatre } from './plane.ts';
import { createScene, type Scene } from './scene.ts';
import { deedDefects } from './verdict.ts';

interface Story {
  readonly why: string;
  /** What etcd is put back to. */
  given(scene: Scene): Promise<void>;
  /** What happens then, and has to come to the same end again. */
  since(scene: Scene): Promise<Run>;
  /** What else is done once etcd has been put back. Default: nothing, by nobody else. */
  back?(stage: Stage): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;
const holds = (stage: Stage, name: string, word: string): boolean => stage.holds(name, { password: stage.value(word) });

async function declare(stage: Stage, name: string): Promise<void> {
  await stage.store(name, { password: stage.value('first') });
  await stage.deploy('deployments', `${name}-web`, uses(name)['env-from']);
  await stage.applyAwsSecret(name, { dataFrom: [{ secretId: stage.secretId(name) }] });
}

async function synced(scene: Scene): Promise<void> {
  await declare(scene.stage, 'db');
  await scene.stage.operator.start();
  await scene.calm();
}

function rotated(scene: Scene): Promise<Run> {
  const { stage } = scene;
  const rotate = () => stage.store('db', { password: stage.value('second') });
  return scene.record(rotate, () => holds(stage, 'db', 'second'));
}

/** Whoever tries in vain to reach the API server tries again within this time. */
const RECONNECTED_MS = 40_000;
/** Twice so many writes are lost: more than there are until the operators are back. */
const LOST = 150;

/**
 * Brings every watch of an operator to where the API server is, as bookmarks do each minute: objects of each kind come,
 * and go again.
 */
async function advance({ kube, path, namespace, time, find }: Stage): Promise<void> {
  const metadata = { name: 'passing', labels: { [OWNER_LABEL]: 'nobody' } };
  const spec = { suspend: true, dataFrom: [{ secretId: 'none' }] };
  const template = { metadata: { labels: { app: 'passing' } }, spec: { containers: [{ name: 'app', image: 'app' }] } };
  const bodies = {
    awssecrets: { apiVersion: API_VERSION, kind: 'AwsSecret', metadata, spec },
    secrets: { metadata },
    deployments: { metadata, spec: { selector: { matchLabels: { app: 'passing' } }, template } },
  };
  for (const [kind, body] of Object.entries(bodies) as [keyof typeof bodies, object][])
    await kube.create(path(kind, '').slice(0, -1), body);
  await time.until('they have been seen', () => find('AwsSecret', 'passing')?.['status'] !== undefined);
  for (const kind of Object.keys(bodies) as (keyof typeof bodies)[]) await kube.remove(path(kind, 'passing'));
  await time.until(`${namespace} is as it was`, () => find('AwsSecret', 'passing') === undefined);
}

const STORIES: readonly Story[] = [
  { why: 'before a value changed: it changes once more', given: synced, since: rotated },
  {
    why: 'before a value changed, and a new operator comes: it changes once more',
    given: synced,
    async since(scene) {
      const reference = await rotated(scene);
      await scene.stage.operator.stop();
      return reference;
    },
    back: stage => stage.operator.start(),
  },
  {
    why: 'between the write of a Secret and the restart for it: that comes once more',
    async given(scene) {
      await synced(scene);
      const { stage } = scene;
      scene.bend(reset(), ({ verb, resource }) => verb === 'patch' && resource === 'deployments');
      await stage.store('db', { password: stage.value('second') });
      await stage.time.until('the Secret is written', () => holds(stage, 'db', 'second'));
    },
    since: scene =>
      scene.record(
        async () => scene.straighten(),
        () => true,
      ),
  },
  {
    why: 'before an AwsSecret was made: nothing of it comes back',
    given: synced,
    async since(scene) {
      const { stage } = scene;
      const reference = await scene.record(nothing, () => true);
      await declare(stage, 'later');
      await stage.time.until('it is there', () => holds(stage, 'later', 'first') && stage.isCalm());
      return reference;
    },
  },
  {
    why: 'before an AwsSecret was deleted: it is declared again, and so is its Secret',
    given: synced,
    async since(scene) {
      const { stage } = scene;
      const reference = await scene.record(nothing, () => true);
      await stage.kube.remove(stage.path('awssecrets', 'db'));
      await stage.time.until('its Secret is gone', () => stage.find('Secret', 'db') === undefined);
      return reference;
    },
  },
  {
    why: 'before the operator began for the first time: it begins once more, although its hash key is lost',
    given: ({ stage }) => declare(stage, 'db'),
    since: scene => scene.record(scene.stage.operator.start, () => holds(scene.stage, 'db', 'first')),
  },
];

const theatre = await openOwnTheatre();

describe('etcd is put back', () => {
  const played = new Map<Story, { readonly scene: Scene; reference?: Run; run?: Run }>();
  /** All at once, so that it is put back only once. */
  const each = (act: (story: Story, scene: Scene) => Promise<unknown>) =>
    Promise.all([...played].map(([story, { scene }]) => act(story, scene)));

  beforeAll(async () => {
    for (const story of STORIES) played.set(story, { scene: await createScene(theatre, virtualTroupe(theatre)) });
    await each((story, scene) => story.given(scene));
    const snapshot = await theatre.plane.snapshot();
    await theatre.renewHistory();
    await each(async (story, scene) => {
      played.set(story, { scene, reference: await story.since(scene) });
    });
    await theatre.write(LOST);
    await each((_, scene) => advance(scene.stage));
    await snapshot.restore();
    await theatre.renewHistory();
    await each(async (story, scene) => {
      const { reference } = played.get(story) ?? {};
      const isEnd = (end: string): boolean => end === reference?.end;
      const act = async (): Promise<void> => {
        await story.back?.(scene.stage);
        await scene.stage.time.pass(RECONNECTED_MS);
      };
      const run = await scene.record(act, isEnd);
      played.set(story, { scene, ...(reference && { reference }), run });
    });
  });
  afterAll(() => each((_, scene) => scene.close()));

  test.each(STORIES)('$why', story => {
    const { reference, run } = played.get(story) ?? {};
    if (reference === undefined || run === undefined) throw new Error('it was not played');
    expectSound(run, deedDefects(run, reference));
  });

  test('the next operator, which has another hash key, restarts nobody either', async () => {
    const { scene } = played.get(STORIES.at(-1) as Story) ?? {};
    if (scene === undefined) throw new Error('it was not played');
    const { stage } = scene;
    expect(stage.find('Secret', HASH_KEY_SECRET), 'it was in the memory of the former one alone').toBeUndefined();
    const reference = await scene.record(nothing, () => true);
    const run = await scene.record(
      async () => {
        await stage.operator.stop();
        await stage.operator.start();
      },
      end => end === reference.end,
    );
    expectSound(run, deedDefects(run, reference));
    expect(stage.find('Secret', HASH_KEY_SECRET)).toBeDefined();
  });
});
