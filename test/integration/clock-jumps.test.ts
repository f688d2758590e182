import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { delay, lateAnswer } from '../support/fault-proxy/fault.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { objectsIn } from './objects.ts';
import { REGION, startReplica } from './replica.ts';
import { createWallClock } from './wall-clock.ts';
import { uses, workloadsOf } from './workloads.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const WAIT = { timeoutMs: 20_000 } as const;
const PREFIX = 'secrets-operator.io';
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const kube = createKubeAdmin(inject('kube'));
const aws = createAwsAdmin(inject('moto')[REGION], REGION);

/** An operator whose wall clock can be put wrong; those of the API server, AWS and the kubelets are right. */
async function createScene(namespace: string) {
  await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const objects = objectsIn(namespace, kube);
  const clock = await createWallClock();
  const replica = await startReplica({ namespace, nodeFlags: clock.nodeFlags });
  await replica.expectOutput('"msg":"ready"');
  const secretId = `${namespace}/app`;
  return {
    ...{ objects, replica, secretId },
    work: workloadsOf(objects),
    calls: (matches: (call: Call) => boolean) => replica.proxy.calls.filter(matches),
    jump: (hours: number) => clock.set(hours * HOUR, replica),
    put: (value: string) => aws.put(secretId, JSON.stringify({ v: value })),
    async sync(refreshInterval: string): Promise<void> {
      await aws.create(secretId, '{"v":"1"}');
      await objects.applyAwsSecret('app', { refreshInterval, dataFrom: [{ secretId }] });
      await objects.expectSynced('app');
    },
  };
}

describe('the wall clock of the operator jumps', () => {
  interface Moment {
    readonly why: string;
    readonly hold: typeof delay;
    readonly at: (call: Call) => boolean;
  }
  const isSecretWrite = (call: Call): boolean =>
    call.resource === 'secrets' && call.verb === 'patch' && call.name === 'app';
  const moments: readonly Moment[] = [
    { why: 'while AWS is asked', hold: delay, at: call => call.verb === 'GetSecretValue' },
    { why: 'while the Secret is written', hold: lateAnswer, at: isSecretWrite },
    {
      why: 'before a restart is sent',
      hold: delay,
      at: call => call.verb === 'patch' && call.resource === 'deployments',
    },
  ];
  const rows = [6, -6].flatMap(hours => moments.map((moment, index) => ({ ...moment, hours, index })));

  it.each(rows)('$hours hours $why: who has the old value is restarted once, and no other', async row => {
    const { hours, hold, at, index } = row;
    const { objects, work, replica, calls, jump, put, sync } = await createScene(`jump-${index}-${hours + 6}`);
    await sync('0');
    // Its content is an hour old, and a pod has started under it since.
    const annotations = (await objects.secret('app'))?.metadata.annotations ?? {};
    const [first = {}]: object[] = JSON.parse(annotations[`${PREFIX}/history`] ?? '[]');
    const time = ago(HOUR);
    const aged = { [`${PREFIX}/changed-at`]: time, [`${PREFIX}/history`]: JSON.stringify([{ ...first, time }]) };
    await kube.patch(objects.path('secrets', 'app'), { metadata: { annotations: aged } });
    await kube.patch(`${objects.path('awssecrets', 'app')}/status`, { status: { lastChangeTime: time } });
    await work.deploy('deployments', 'old', uses('app').env);
    await work.run('old', ago(30 * MINUTE));
    await work.expectStates('app', { 'Deployment/old': 'UpToDate UpToDate' });

    const read = calls(at).length;
    const jumped = Promise.withResolvers<void>();
    onTestFinished(replica.proxy.inject(hold(jumped.promise), at, 1));
    await put('2');
    await work.refresh('app', '2');
    await until('it is at that', WAIT, () => calls(at).length > read);
    await jump(hours);
    jumped.resolve();

    await objects.expectSecret('app', { v: '2' });
    await work.expectRolled('deployments', 'old', 'app');
    // It starts after the change, by the clock of its node.
    await work.deploy('deployments', 'fresh', uses('app').env);
    await work.run('fresh', ago(-MINUTE));
    await work.expectStates('app', {
      'Deployment/old': 'RollingOut RollingOut',
      'Deployment/fresh': 'UpToDate UpToDate',
    });
    expect(await work.stamp('deployments', 'fresh', 'app')).toBeUndefined();
    expect((await work.live('deployments', 'old')).metadata.generation).toBe(2);
    const { status } = await objects.expectSynced('app');
    expect(status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'RolledOut']);
    expect((await objects.events('app')).map(({ reason }) => reason)).toEqual(['SecretUpdated', 'WorkloadRestarted']);
    expect(Math.abs(Date.parse(status?.lastChangeTime ?? '') - Date.now()), 'a time that is true').toBeLessThan(MINUTE);
  });

  it.each([6, -6])(
    '%d hours while it waits to refresh: no refresh is missed or early, and nothing is stale',
    async hours => {
      const { objects, calls, jump, put, sync, replica } = await createScene(`refresh-${hours + 6}`);
      await sync('10s');
      const checks = () => calls(call => call.verb === 'DescribeSecret');
      await until('it was refreshed', WAIT, () => checks().length === 1);
      await jump(hours);
      await put('2');
      await objects.expectSecret('app', { v: '2' });
      expect(checks()).toHaveLength(2);
      const { status } = await objects.expectSynced('app');
      expect(status?.conditions?.map(({ type }) => type)).not.toContain('Stale');
      await replica.expectOutput('the clock differs from that of the API server');
      await jump(0);
      await until('it was refreshed again', WAIT, () => checks().length === 3);
      await objects.expectSynced('app');
      expect((await objects.events('app')).map(({ reason }) => reason)).toEqual(['SecretUpdated']);
    },
  );
});
