import { expect, test } from 'vitest';
import { type SyncWorld, syncWorld } from '../../../../test/support/sync-world.ts';

/** A world whose AwsSecret has been synced, and told. */
async function synced(): Promise<SyncWorld> {
  const world = syncWorld();
  await world.run();
  return world;
}

test('a status that was lost is written on the next run, without asking AWS again', async () => {
  const w = syncWorld();
  w.state.statusIsLost = true;
  expect((await w.run()).outcome).toMatchObject({ kind: 'retry', error: { reason: 'ApiServerUnavailable' } });
  w.state.statusIsLost = false;
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 57_600 }, calls: ['status'] });
  expect(w.ready()).toMatchObject({ status: 'True' });
});

test('while other keys wait the status comes last: at the next turn, without asking AWS again', async () => {
  const w = syncWorld();
  w.state.othersWait = true;
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 1 }, calls: ['value'] });
  expect(w.writes).toHaveLength(1);
  expect(await w.run(), 'a queue that is never empty holds no status for ever').toMatchObject({ calls: ['status'] });
  expect(w.ready()).toMatchObject({ status: 'True' });
});

test.each([
  { why: 'another region answers', act: (w: SyncWorld) => Object.assign(w.aws, { region: 'eu-central-1' }), calls: [] },
  {
    why: 'the value has changed',
    act: (w: SyncWorld) => Object.assign(w.aws, { version: 'v2', value: '{"a":"two"}' }),
    calls: ['value'],
  },
])('while other keys wait, what a refresh finds is told last: $why', async ({ act, calls }) => {
  const w = await synced();
  act(w);
  w.clock.advance(60_000);
  w.state.othersWait = true;
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 1 }, calls: ['version', ...calls] });
  expect((await w.run()).calls.at(-1)).toBe('status');
});

test('a refresh that finds nothing is done at once, also while other keys wait', async () => {
  const w = await synced();
  w.clock.advance(60_000);
  w.state.othersWait = true;
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 57_600 }, calls: ['version'] });
});
