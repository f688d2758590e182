import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hang } from '../support/fault-proxy/fault.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { LiveEvent } from './objects.ts';
import { POD } from './operator.ts';
import { useWorld } from './world.ts';

const NAMES = Array.from({ length: 25 }, (_, i) => `app-${i}`);

describe('a region that falls silent', () => {
  const world = useWorld();
  /** What is told in the operator's own namespace, in the order of time. */
  const told = async (): Promise<readonly LiveEvent[]> => {
    const events = `/apis/events.k8s.io/v1/namespaces/${world.operatorNamespace}/events`;
    const list = await world.kube.get<KubeObject & { items: readonly LiveEvent[] }>(events);
    return [...(list?.items ?? [])].sort((a, b) => a.eventTime.localeCompare(b.eventTime));
  };
  const reasons = async (): Promise<readonly string[]> => (await told()).map(({ type, reason }) => `${type} ${reason}`);
  const read = async (): Promise<string> => await (await fetch(`http://${world.operator.address}/metrics`)).text();

  it('is one event, however many AwsSecrets it had, and its return another', async () => {
    for (const name of NAMES) {
      const token = randomUUID();
      for (const region of ['eu-west-1', 'eu-central-1'] as const)
        await world.aws[region].create(world.unique(name), '{"a":"1"}', { token });
      await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId: world.unique(name) }] });
    }
    for (const name of NAMES) await world.expectSynced(name);
    expect(await reasons(), 'all is well').toEqual([]);

    const heal = world.faults.inject(hang(), call => call.target === 'aws/eu-west-1');
    await until('it is told', { timeoutMs: 30_000 }, async () => (await told()).length > 0);
    const [event] = await told();
    expect(event).toMatchObject({
      ...{ type: 'Warning', reason: 'RegionUnavailable', action: 'Read', reportingController: 'secrets-operator' },
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace: world.operatorNamespace, ...POD },
    });
    expect(event?.note).toContain('eu-west-1');
    const [open, elsewhere] = [
      'secrets_operator_aws_breaker_open{service="secretsmanager",region="eu-west-1"} 1',
      `secrets_operator_sources{region="eu-central-1"} ${NAMES.length}`,
    ];
    await until('the other region has answered for all', { timeoutMs: 40_000 }, async () => {
      const metrics = await read();
      return metrics.includes(elsewhere) && metrics.includes(open);
    });
    expect(await reasons()).toEqual(['Warning RegionUnavailable']);

    heal();
    await until('its return is told', { timeoutMs: 40_000 }, async () => (await told()).length > 1);
    await world.aws['eu-west-1'].put(world.unique('app-0'), '{"a":"2"}');
    await world.expectSecret('app-0', { a: '2' });
    expect(await read()).toContain(open.replace(/1$/, '0'));
    expect(await reasons()).toEqual(['Warning RegionUnavailable', 'Normal RegionRecovered']);
    for (const name of NAMES)
      expect((await world.events(name)).map(({ reason }) => reason)).not.toContain('Unavailable');
  }, 150_000);
});
