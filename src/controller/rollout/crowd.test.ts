import { expect, test } from 'vitest';
import { aContainer, aWorkload } from '../../../test/support/builders.ts';
import { rolloutWorld, START } from '../../../test/support/rollout-world.ts';
import { fail } from '../runtime/error.ts';

const COUNT = 200;
const crowd = Array.from({ length: COUNT }, (_, index) =>
  aWorkload({ metadata: { name: `w${index}`, uid: `w${index}-uid` } }),
);

/** Two hundred consumers of one Secret, ten seconds after its change. */
function crowded(over: Parameters<typeof rolloutWorld>[0] = {}) {
  const w = rolloutWorld({ workloads: crowd, ...over });
  w.clock.advance(10_000);
  return w;
}

test('of two hundred consumers never more than four are under way', async () => {
  const w = crowded();
  const { calls } = await w.run();
  expect(calls.filter(call => call.startsWith('restart'))).toHaveLength(COUNT);
  expect(calls.filter(call => call.startsWith('event'))).toHaveLength(COUNT);
  expect(w.mostAtOnce()).toBe(4);
});

test('each is told, whatever order they end in', async () => {
  const w = crowded();
  await w.run();
  w.deliver();
  expect((await w.run()).calls).toEqual(['status']);
  expect(w.rolledOut()).toMatchObject({ status: 'True' });
});

test('calls that take their time end a turn before the reconcile looks stuck, and the others have theirs', async () => {
  const w = crowded({ callMs: 2_000, containers: [aContainer(START + 60_000)] });
  const begun = w.clock.monotonic();
  const { outcome } = await w.run();
  expect(w.clock.monotonic() - begun).toBeLessThan(75_000);
  expect(outcome).toEqual({ kind: 'after', ms: 1_000 });
  expect(w.rolledOut()).toMatchObject({ status: 'False', reason: 'RollingOut' });
  expect(w.first()).toMatchObject({ state: 'Pending', message: 'it waits for its turn' });
  for (let turns = 1; turns < COUNT / 25; turns += 1) await w.run();
  expect(await w.run(), 'each is looked at once').toEqual({ outcome: { kind: 'done' }, calls: [] });
  expect(w.rolledOut()).toMatchObject({ status: 'True' });
});

test('an API server that answers nobody keeps no turn longer, and everybody is served when it is back', async () => {
  const podError = fail('ApiServerUnavailable', 'transient', 'no answer').error;
  const w = crowded({ callMs: 15_000, podError });
  for (let turns = 0; turns < 5; turns += 1) {
    const begun = w.clock.monotonic();
    await w.run();
    expect(w.clock.monotonic() - begun).toBeLessThan(300_000);
  }
  delete w.state.podError;
  w.state.callMs = 10;
  w.state.containers = [aContainer(START + 60_000)];
  w.clock.advance(60_000);
  await w.run();
  expect(w.rolledOut()).toMatchObject({ status: 'True' });
});
