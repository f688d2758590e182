import { describe, expect, it } from 'vitest';
import type { Call } from '../support/fault-proxy/call.ts';
import { until } from '../support/poll.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 30_000 } as const;
const FIRST_PAUSE_MS = 490;
const NAMES = ['kept', 'deleted', 'failing'];

/** Nobody empties namespaces here, so that it stays in this state: creates are refused, all else goes on. */
describe('a namespace that is being deleted, for as long as that takes', () => {
  const world = useWorld();
  const { deploy, run, live, refresh, expectRolled } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const calls = (from: number, resource: string, name?: string): readonly Call[] =>
    world.faults.calls
      .slice(from)
      .filter(call => call.resource === resource && call.isWrite && (name === undefined || call.name === name));

  it('is left in peace: what is there is kept in step, what is gone stays gone, and nobody is in a hurry', async () => {
    for (const name of NAMES) {
      await west().create(world.unique(name), JSON.stringify({ v: name }));
      await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId: world.unique(name) }] });
    }
    for (const name of NAMES) await world.expectSynced(name);
    await deploy('deployments', 'kept', uses('kept').env);
    await run('kept', LONG_AGO);
    await world.kube.remove(`/api/v1/namespaces/${world.namespace}`);
    const from = world.faults.calls.length;

    await west().scheduleDeletion(world.unique('failing'));
    await world.kube.remove(world.path('secrets', 'deleted'));
    await west().put(world.unique('kept'), '{"v":"changed"}');
    await refresh('kept', 'changed');
    await world.expectSecret('kept', { v: 'changed' });
    await expectRolled('deployments', 'kept', 'kept');
    expect((await live('deployments', 'kept')).metadata.generation).toBe(2);
    const { status } = await world.expectCondition('deleted', 'Ready', 'False', 'NamespaceTerminating');
    expect(status?.conditions?.[0]?.message).toContain(`create secrets in namespace ${world.namespace}`);
    await world.expectCondition('failing', 'Ready', 'False', 'SecretNotFound');

    const creates = () => calls(from, 'secrets', 'deleted');
    await until('it was tried four times', WAIT, () => creates().length >= 4);
    const times = creates().map(({ atMs }) => atMs);
    const pauses = times.slice(1, 4).map((at, index) => at - (times[index] ?? 0));
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(FIRST_PAUSE_MS * 2 ** index);
    expect(await world.secret('deleted')).toBeUndefined();
    for (const name of NAMES) {
      const written = calls(from, 'awssecrets/status', name).length;
      expect(written, `the status of ${name} is written for what is new`).toBeLessThanOrEqual(4);
    }
    const told = calls(from, 'events').map(call => call.outcome?.status);
    expect(told.every(code => code === 403)).toBe(true);
    expect(told.length, 'each cause is tried once').toBeLessThanOrEqual(NAMES.length + 1);
  });
});
