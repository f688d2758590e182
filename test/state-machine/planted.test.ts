import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useWorld } from '../integration/world.ts';
import { mark } from '../support/canary.ts';
import { createHand, type Hand } from './hand.ts';
import { Machine } from './machine.ts';
import { type Names, namesOf } from './model/names.ts';
import { initialScene } from './model/scene.ts';
import type { Step } from './model/sequence.ts';
import type { Spec } from './model/spec.ts';
import { makeOwn, makeShared } from './scenery.ts';
import type { Json } from './schema/json-schema.ts';
import { openSight, type Sight } from './sight.ts';
import { createUser, type User } from './user.ts';

/** As long is waited for what never comes; what does come must, too, on a machine that is busy. */
const TIMEOUT_MS = 8_000;

describe('the test sees', () => {
  const world = useWorld();
  const stamp = mark();
  let user: User;
  let sight: Sight;

  beforeAll(async () => {
    user = await createUser(inject('kube'));
    sight = await openSight(inject('kube'), world.namespace);
    const names = namesOf('', world.unique);
    await makeShared(world, names, initialScene(names, '', stamp));
  });
  afterAll(async () => {
    await sight.close();
    await user.close();
  });

  const login = ({ own }: Names): Spec => ({ dataFrom: [{ secretId: own.login }] });
  const missing = ({ missing: secretId }: Names): Spec => ({ dataFrom: [{ secretId }] });
  const patch = (kind: 'secrets' | 'awssecrets', name: string, body: object) =>
    user.call('PATCH', world.path(kind, name), body);
  /** Nobody puts that right: it is not the operator's. */
  const note = { metadata: { annotations: { 'somebody.else/note': 'x' } } };
  const value = { data: { username: 'eA==' } };

  /** What an operator could do that takes a part of a spec, or leaves a part of it behind: done by hand, beside a good one. */
  const rows: readonly {
    readonly why: string;
    readonly steps: (names: Names) => readonly Step[];
    /** What is done after the AwsSecret was replaced for the nth time. */
    readonly misdeed: (names: Names, replaced: number) => Promise<unknown> | undefined;
    readonly says: string;
  }[] = [
    {
      why: 'a manifest that the API server refuses, and that changes the AwsSecret',
      steps: () => [{ do: 'misapply', path: 'spec', constraint: 'type', manifest: { spec: 'text' } }],
      misdeed: ({ awsSecret }) => patch('awssecrets', awsSecret, note),
      says: 'a manifest that was refused changed something: /awsSecret/metadata',
    },
    {
      why: 'a spec that is refused, and that changes the Secret',
      steps: names => [{ do: 'apply', specs: [missing(names)] }],
      misdeed: ({ awsSecret }) => patch('secrets', awsSecret, value),
      says: 'has another data',
    },
    {
      why: 'a spec that is refused, and that writes the Secret without changing what it holds',
      steps: names => [{ do: 'apply', specs: [missing(names)] }],
      misdeed: ({ awsSecret }, replaced) =>
        replaced === 1 ? patch('secrets', awsSecret, { immutable: false }) : undefined,
      says: 'what was refused changed a Secret: /',
    },
    {
      why: 'a spec that is taken back, and leaves something behind',
      steps: names => [{ do: 'apply', specs: [missing(names)] }],
      misdeed: ({ awsSecret }, replaced) => (replaced === 2 ? patch('secrets', awsSecret, note) : undefined),
      says: 'has another annotations',
    },
    {
      why: 'a former target that is left there',
      steps: names => [{ do: 'apply', specs: [{ ...login(names), target: { name: names.free[0] ?? '' } }] }],
      misdeed: ({ awsSecret }) =>
        patch('secrets', awsSecret, {
          metadata: { labels: { 'secrets-operator.io/owner': 'nobody' }, ownerReferences: null },
        }),
      says: 'should not be there',
    },
  ];

  /** Runs a sequence in which every replacement of the AwsSecret goes through `meddle`. */
  const run = async (
    names: Names,
    steps: readonly Step[],
    meddle: (hand: Hand, manifest: Json) => ReturnType<Hand['replace']>,
  ): Promise<void> => {
    const scene = initialScene(names, '', stamp);
    await makeOwn(world, names, scene);
    const hand = createHand(world, user, sight, names);
    const meddling: Hand = { ...hand, replace: manifest => meddle(hand, manifest) };
    await new Machine(meddling, stamp, TIMEOUT_MS).run({ first: login(names), steps }, scene, () => undefined);
  };

  it.concurrent.each(rows.map((row, index) => ({ ...row, index })))('$why', async ({ index, ...row }) => {
    const names = namesOf(`planted-${index}`, world.unique);
    let replaced = 0;
    const ran = run(names, row.steps(names), async (hand, manifest) => {
      const answer = await hand.replace(manifest);
      replaced += 1;
      await row.misdeed(names, replaced);
      return answer;
    });
    await expect(ran).rejects.toThrow(row.says);
  });

  it.concurrent('a value that is another than the model has it', async () => {
    const names = namesOf('planted-value', world.unique);
    const scene = initialScene(names, '', stamp);
    await makeOwn(world, names, scene);
    const machine = new Machine(createHand(world, user, sight, names), stamp, TIMEOUT_MS);
    const other = { ...scene, aws: initialScene(names, '', `${stamp}-other`).aws };
    const ran = machine.run({ first: login(names), steps: [] }, other, () => undefined);
    await expect(ran).rejects.toThrow('has another data');
  });

  it('a part of a spec that is taken, and called the whole', async () => {
    const names = namesOf('planted-part', world.unique);
    const labelled: Spec = { ...login(names), target: { metadata: { labels: { team: 'shop' } } } };
    const ran = run(names, [{ do: 'apply', specs: [labelled] }], async (hand, manifest) => {
      await world.stopOperator();
      const answer = await hand.replace(manifest);
      const { generation: observedGeneration } = answer.body.metadata;
      const conditions = answer.body.status?.conditions?.map(condition => ({ ...condition, observedGeneration }));
      const path = `${world.path('awssecrets', names.awsSecret)}/status`;
      await user.call('PATCH', path, { status: { observedGeneration, conditions } });
      return answer;
    });
    await expect(ran).rejects.toThrow(/it is as declared: not after \d+ s: Secret s-planted-part has another labels;/);
  });
});
