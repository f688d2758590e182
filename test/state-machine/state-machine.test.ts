import { randomInt } from 'node:crypto';
import process from 'node:process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LiveEvent } from '../integration/objects.ts';
import { useWorld } from '../integration/world.ts';
import { findLeak, mark } from '../support/canary.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { createHand } from './hand.ts';
import { type Fate, Machine } from './machine.ts';
import { type Names, namesOf } from './model/names.ts';
import { causelessEvents, defectLines, hotCalls } from './model/oracles.ts';
import { initialScene } from './model/scene.ts';
import { type Sequence, type Step, sequences } from './model/sequence.ts';
import { REGRESSIONS, type Regression } from './regressions.ts';
import { makeOwn, makeShared } from './scenery.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { SEEDS } from './seeds.ts';
import { openSight, type Sight } from './sight.ts';
import { readSpecSchema } from './spec-schema.ts';
import { createUser, type User } from './user.ts';

const AGAIN = 'make integration ARGS=test/state-machine/state-machine.test.ts';
/** `SEED=1,2` repeats these; else those that are kept, and a fresh one. */
const asked = process.env['SEED'];
const seeds = asked === undefined ? [...SEEDS, randomInt(2 ** 31)] : asked.split(',').map(Number);

describe('whatever is asked of an AwsSecret', () => {
  const world = useWorld();
  /** Stands in every value. */
  const stamp = mark();
  /** By name of the AwsSecret. */
  const fates = new Map<string, readonly Fate[]>();
  let schema: JsonSchema;
  let user: User;
  let sight: Sight;

  beforeAll(async () => {
    schema = await readSpecSchema();
    user = await createUser(inject('kube'));
    sight = await openSight(inject('kube'), world.namespace);
    const names = namesOf('', world.unique);
    await makeShared(world, names, initialScene(names, '', stamp));
  });
  afterAll(async () => {
    await sight.close();
    await user.close();
  });

  /** Runs a sequence, and notes what became of each step. Rejects with all that is needed to repeat it. */
  const run = async (names: Names, { first, steps }: Sequence, again: string): Promise<void> => {
    const scene = initialScene(names, '', stamp);
    await makeOwn(world, names, scene);
    let at: Step | undefined;
    const machine = new Machine(createHand(world, user, sight, names), stamp);
    const done = machine.run({ first, steps }, scene, step => {
      at = step;
    });
    const told = await done.catch((error: unknown) => {
      const lines = steps.map(step => `${step === at ? '→' : ' '} ${short(step)}`);
      const what = error instanceof Error ? error.message : error;
      throw new Error(
        [`${names.awsSecret}: ${what}`, `  first ${short(first)}`, ...lines, `  again: ${again}`].join('\n'),
      );
    });
    fates.set(names.awsSecret, told);
  };
  const runSeed = async (seed: number): Promise<void> => {
    const names = namesOf(String(seed), world.unique);
    const [sequence] = fc.sample(sequences(schema, names), { seed, numRuns: 1 });
    if (sequence === undefined) throw new RangeError(`seed ${seed} gives no sequence`);
    await run(names, sequence, `SEED=${seed} ${AGAIN}`);
  };
  const runRegression = async ({ sequence }: Regression, index: number): Promise<void> => {
    const names = namesOf(`regression-${index}`, world.unique);
    await run(names, sequence(names), AGAIN);
  };

  it(`is so, or is refused whole and can be taken back: ${seeds.length} sequences`, async () => {
    say(`fresh seed ${seeds.at(-1)}; again: SEED=${seeds.at(-1)} ${AGAIN}`);
    const results = await Promise.allSettled([...seeds.map(runSeed), ...REGRESSIONS.map(runRegression)]);
    const failures = results.flatMap(result => (result.status === 'rejected' ? [String(result.reason)] : []));
    const counts = Map.groupBy([...fates.values()].flat(), fate => fate);
    say([...counts].map(([fate, { length }]) => `${length} ${fate}`).join(', '));
    expect(failures.join('\n\n'), `${failures.length} failed`).toBe('');
  }, 180_000);

  it('the operator met no defect of its own, nor said that anybody fights over a Secret', async () => {
    expect(defectLines(world.lines)).toEqual([]);
    const path = `/apis/events.k8s.io/v1/namespaces/${world.namespace}/events`;
    const events = await world.kube.get<KubeObject & { readonly items: readonly LiveEvent[] }>(path);
    expect(causelessEvents(events?.items ?? [])).toEqual([]);
  });

  it('nothing went out more often than the steps explain', () => {
    const hot = [...fates].flatMap(([name, all]) => hotCalls(world.faults.calls, name, all.length));
    expect(hot).toEqual([]);
  });

  it('and no value went anywhere but into its Secret', () => {
    const told = world.faults.calls.filter(
      call => call.target === 'kube' && call.isWrite && call.resource !== 'secrets',
    );
    const bodies = Object.fromEntries(told.map(({ index, path, body }) => [`call ${index}`, path + body]));
    expect(findLeak({ log: world.lines.join('\n'), ...bodies }, [stamp])).toBeUndefined();
  });
});

const LONG = 80;

/** Without the better part of long texts: the seed has them. */
function short(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'string' && inner.length > LONG ? `${inner.slice(0, LONG)}… (${inner.length})` : inner,
  );
}

function say(line: string): void {
  process.stdout.write(`state machine: ${line}\n`);
}
