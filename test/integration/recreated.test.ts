import { describe, expect, it, onTestFinished } from 'vitest';
import type { Call } from '../support/fault-proxy/call.ts';
import { delay, lateAnswer } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 20_000 } as const;

describe('an AwsSecret that is deleted in the middle of its sync', () => {
  const world = useWorld();
  const { deploy, run, live, expectRolled, expectStates, refresh, expectServed } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const make = async (name: string): Promise<string> => {
    await west().create(world.unique(name), JSON.stringify({ v: name }));
    return world.unique(name);
  };
  const apply = (name: string, secretId: string, spec: object = {}) =>
    world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId }], ...spec });
  const gate = (hold: typeof delay, matches: (call: Call) => boolean) => {
    const opened = Promise.withResolvers<void>();
    onTestFinished(world.faults.inject(hold(opened.promise), matches, 1));
    return {
      open: () => opened.resolve(),
      reached: () => until('the call is under way', WAIT, () => world.faults.calls.some(matches)),
    };
  };
  /** Waits until everything that was queued before has been worked on. */
  const expectIdle = async (name: string): Promise<void> => {
    await apply(`${name}-witness`, await make(`${name}-witness`));
    await world.expectSynced(`${name}-witness`);
  };

  interface Point {
    readonly why: string;
    readonly name: string;
    readonly hold: typeof delay;
    readonly at: (name: string) => (call: Call) => boolean;
  }
  const creates = (name: string) => (call: Call) =>
    call.verb === 'create' && call.resource === 'secrets' && call.name === name;
  const statusOf = (name: string) => (call: Call) => call.resource === 'awssecrets/status' && call.name === name;
  const points: readonly Point[] = [
    {
      why: 'AWS is asked',
      name: 'asked',
      hold: delay,
      at: name => call => call.verb === 'GetSecretValue' && call.ids.includes(world.unique(`${name}-old`)),
    },
    { why: 'its Secret is about to be made', name: 'made', hold: delay, at: creates },
    { why: 'its Secret is made, the answer coming', name: 'unknown', hold: lateAnswer, at: creates },
    { why: 'its status is about to be written', name: 'told', hold: delay, at: statusOf },
    { why: 'its status is written, the answer coming', name: 'late', hold: lateAnswer, at: statusOf },
  ];

  it.each(points)('and made again with another source, while $why: the new one alone counts', async point => {
    const { name, hold, at } = point;
    const [before, after] = [await make(`${name}-old`), await make(`${name}-new`)];
    const held = gate(hold, at(name));
    const { metadata: old } = await apply(name, before);
    await held.reached();
    await world.kube.remove(world.path('awssecrets', name));
    const { metadata } = await apply(name, after);
    held.open();
    await world.expectSecret(name, { v: `${name}-new` });
    const { status } = await world.expectSynced(name);
    expect(status?.sources).toMatchObject([{ name: after }]);
    const secret = await world.secret(name);
    expect(secret?.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
    expect(status?.target).toMatchObject({ uid: secret?.metadata.uid });
    await refresh(name, 'again');
    await expectServed(name, 'again');
    await world.expectSecret(name, { v: `${name}-new` });
    const told = (await world.events(name)).filter(({ regarding }) => regarding.uid === old.uid);
    expect(told, 'nothing is told of the old one').toEqual([]);
  });

  it.each(points)('while $why: nothing is left that is not for the garbage collector', async point => {
    const { hold, at } = point;
    const name = `gone-${point.name}`;
    const held = gate(hold, at(name));
    const { metadata } = await apply(name, await make(`${name}-old`));
    await held.reached();
    await world.kube.remove(world.path('awssecrets', name));
    held.open();
    await expectIdle(name);
    const left = await world.secret(name);
    // It does not run here.
    if (left !== undefined) expect(left.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
    if (left !== undefined) await world.kube.remove(world.path('secrets', name));
    await expectIdle(`${name}-2`);
    expect(await world.secret(name), 'and it does not come back').toBeUndefined();
  });

  it('while AWS is asked, and the watch has told: nothing is written at all', async () => {
    const held = gate(delay, call => call.verb === 'GetSecretValue' && call.ids.includes(world.unique('seen')));
    await apply('seen', await make('seen'), { target: { creationPolicy: 'Adopt' } });
    await held.reached();
    await world.kube.remove(world.path('awssecrets', 'seen'));
    // Another object of the same watch: what came before it has been seen too.
    await expectIdle('seen');
    held.open();
    await expectIdle('seen-2');
    expect(world.faults.calls.filter(creates('seen'))).toEqual([]);
  });

  const patches = (name: string) => (call: Call) =>
    call.verb === 'patch' && call.resource === 'deployments' && call.name === name;
  const restarts: readonly { readonly why: string; readonly name: string; readonly at: Point['at'] }[] = [
    {
      why: 'new content is written',
      name: 'resting',
      at: name => call => call.resource === 'secrets' && call.verb === 'patch' && call.name === name,
    },
    { why: 'its restart is under way', name: 'rolling', at: patches },
  ];
  it.each(restarts)('and made again while $why: its consumer is restarted once', async ({ name, at }) => {
    const secretId = await make(name);
    await apply(name, secretId);
    await world.expectSynced(name);
    await deploy('deployments', name, uses(name).env);
    await run(name, LONG_AGO);
    const held = gate(delay, at(name));
    await west().put(secretId, '{"v":"changed"}');
    await refresh(name, 'changed');
    await held.reached();
    await world.kube.remove(world.path('awssecrets', name));
    await apply(name, secretId);
    held.open();
    await world.expectSecret(name, { v: 'changed' });
    await world.expectSynced(name);
    await expectRolled('deployments', name, name);
    await expectStates(name, { [`Deployment/${name}`]: 'RollingOut RollingOut' });
    expect((await live('deployments', name)).metadata.generation).toBe(2);
  });
});
