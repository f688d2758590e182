import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../src/controller/runtime/clock.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { delay, lateAnswer } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const WAIT = { timeoutMs: 20_000 } as const;
const PREFIX = 'secrets-operator.io';

/** The operator's wall clock is off by so much; those of the API server, AWS and the kubelets are right. */
let shift = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + shift };
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

describe('the wall clock of the operator jumps', () => {
  const world = useWorld([], clock);
  const { deploy, run, live, stamp, expectRolled, expectStates, refresh } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  afterEach(() => {
    shift = 0;
  });

  interface Moment {
    readonly why: string;
    readonly hold: typeof delay;
    readonly at: (name: string) => (call: Call) => boolean;
  }
  const writes = (name: string) => (call: Call) =>
    call.resource === 'secrets' && call.verb === 'patch' && call.name === name;
  const moments: readonly Moment[] = [
    {
      why: 'while AWS is asked',
      hold: delay,
      at: name => call => call.verb === 'GetSecretValue' && call.ids.includes(world.unique(name)),
    },
    { why: 'while the Secret is written', hold: lateAnswer, at: writes },
    {
      why: 'before its restart is sent',
      hold: delay,
      at: name => call => call.verb === 'patch' && call.resource === 'deployments' && call.name === name,
    },
  ];
  const rows = [6, -6].flatMap(hours => moments.map((moment, index) => ({ ...moment, hours, index })));

  it.each(rows)(
    '$hours hours $why: one restart, of who has the old value alone',
    async ({ hours, hold, at, index }) => {
      const name = `jump-${index}-${hours > 0 ? 'ahead' : 'back'}`;
      await west().create(world.unique(name), '{"v":"1"}');
      await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
      await world.expectSynced(name);
      // Its content is an hour old, and pods have started under it since.
      const annotations = (await world.secret(name))?.metadata.annotations ?? {};
      const [first = {}]: object[] = JSON.parse(annotations[`${PREFIX}/history`] ?? '[]');
      const time = ago(HOUR);
      const aged = { [`${PREFIX}/changed-at`]: time, [`${PREFIX}/history`]: JSON.stringify([{ ...first, time }]) };
      await world.kube.patch(world.path('secrets', name), { metadata: { annotations: aged } });
      await deploy('deployments', name, uses(name).env);
      await run(name, ago(30 * MINUTE));
      await expectStates(name, { [`Deployment/${name}`]: 'UpToDate UpToDate' });

      const jumped = Promise.withResolvers<void>();
      onTestFinished(world.faults.inject(hold(jumped.promise), at(name), 1));
      await west().put(world.unique(name), '{"v":"2"}');
      await refresh(name, '2');
      await until('it is at that', WAIT, () => world.faults.calls.some(at(name)));
      shift = hours * HOUR;
      jumped.resolve();

      await world.expectSecret(name, { v: '2' });
      await expectRolled('deployments', name, name);
      // It starts after the change, by the clock of its node.
      const fresh = `${name}-fresh`;
      await deploy('deployments', fresh, uses(name).env);
      await run(fresh, ago(-MINUTE));
      await expectStates(name, {
        [`Deployment/${name}`]: 'RollingOut RollingOut',
        [`Deployment/${fresh}`]: 'UpToDate UpToDate',
      });
      expect(await stamp('deployments', fresh, name)).toBeUndefined();
      expect((await live('deployments', name)).metadata.generation).toBe(2);
      const { status } = await world.expectSynced(name);
      expect(status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'RolledOut']);
      expect((await world.events(name)).map(({ reason }) => reason).sort()).toEqual([
        'SecretUpdated',
        'WorkloadRestarted',
      ]);
    },
  );

  it.each([6, -6])(
    '%d hours while it waits to refresh: nothing is stale, and no refresh is late or early',
    async hours => {
      const name = `refresh-${hours > 0 ? 'ahead' : 'back'}`;
      await west().create(world.unique(name), '{"v":"1"}');
      await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId: world.unique(name) }] });
      await world.expectSynced(name);
      const checks = () =>
        world.faults.calls.filter(call => call.verb === 'DescribeSecret' && call.ids.includes(world.unique(name)));
      await until('it was refreshed', WAIT, () => checks().length === 1);
      shift = hours * HOUR;
      await west().put(world.unique(name), '{"v":"2"}');
      await world.expectSecret(name, { v: '2' });
      expect(checks()).toHaveLength(2);
      const { status } = await world.expectSynced(name);
      expect(status?.conditions?.map(({ type }) => type)).not.toContain('Stale');
      shift = 0;
      await until('it was refreshed again', WAIT, () => checks().length === 3);
      await world.expectSynced(name);
    },
  );
});
