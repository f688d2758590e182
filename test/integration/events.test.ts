import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { awsError, hang, kubeError } from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { until } from '../support/poll.ts';
import type { LiveEvent } from './objects.ts';
import { useWorld } from './world.ts';

const INTERVAL = '10s';
const said = (events: readonly LiveEvent[]) => events.map(({ type, reason }) => `${type} ${reason}`);

describe('what is told about an AwsSecret', () => {
  const world = useWorld();
  const west = () => world.aws['eu-west-1'];
  const source = async (name: string, content: string): Promise<string> => {
    const secretId = world.unique(name);
    await west().create(secretId, content);
    return secretId;
  };
  const deny = (secretId: string) =>
    world.faults.inject(awsError('AccessDeniedException'), call => call.ids.includes(secretId));
  const meetStatus = (fault: Fault, name: string) =>
    world.faults.inject(fault, call => call.resource === 'awssecrets/status' && call.name === name);
  const posts = (name: string) =>
    world.faults.calls.filter(call => call.resource === 'events' && call.name?.startsWith(`${name}.`));

  it('nothing of a first sync, and of a change that the Secret has new content', async () => {
    const secretId = await source('change', '{"a":"canary-one"}');
    const { metadata } = await world.applyAwsSecret('change', { refreshInterval: INTERVAL, dataFrom: [{ secretId }] });
    await world.expectSynced('change');
    expect(await world.events('change')).toEqual([]);
    await west().put(secretId, '{"a":"canary-two"}');
    await world.expectSecret('change', { a: 'canary-two' });
    const [event] = await until('the change is told', { timeoutMs: 5_000 }, async () => {
      const events = await world.events('change');
      return events.length > 0 && events;
    });
    expect(event).toMatchObject({
      type: 'Normal',
      reason: 'SecretUpdated',
      action: 'Sync',
      note: 'Secret "change" has new content from AWS.',
      reportingController: 'secrets-operator',
      reportingInstance: hostname(),
      regarding: {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        name: 'change',
        uid: metadata.uid,
      },
      related: { kind: 'Secret', name: 'change' },
    });
    expect(JSON.stringify(event)).not.toContain('canary');
  });

  it('of trouble once, however often it is tried again, and of its end once', async () => {
    const secretId = await source('trouble', '{"a":"1"}');
    // A list would not tell that the value may not be read any more.
    await world.applyAwsSecret('trouble', {
      refreshInterval: INTERVAL,
      consistency: 'Strict',
      dataFrom: [{ secretId }],
    });
    await world.expectSynced('trouble');
    const heal = deny(secretId);
    await until('it was tried three times', { timeoutMs: 30_000 }, () => {
      return world.faults.calls.filter(call => call.ids.includes(secretId) && call.outcome?.status === 400).length >= 3;
    });
    expect(said(await world.events('trouble'))).toEqual(['Warning AccessDenied']);
    const [warning] = await world.events('trouble');
    expect(warning?.note).toContain(secretId);
    heal();
    await until('its end is told', { timeoutMs: 30_000 }, async () => (await world.events('trouble')).length === 2);
    expect(said(await world.events('trouble'))).toEqual(['Warning AccessDenied', 'Normal Synced']);
  });

  it('once by an operator that dies between event and status, and by its successor', async () => {
    const secretId = world.unique('crash');
    const heal = meetStatus(kubeError(500), 'crash');
    await world.applyAwsSecret('crash', { dataFrom: [{ secretId }] });
    await until('it is told', { timeoutMs: 20_000 }, async () => (await world.events('crash')).length > 0);
    await world.stopOperator();
    heal();
    expect((await world.awsSecret('crash')).status?.observedGeneration, 'the status says nothing yet').toBe(-1);
    await world.restartOperator();
    await world.expectCondition('crash', 'Ready', 'False', 'SecretNotFound');
    expect(said(await world.events('crash'))).toEqual(['Warning SecretNotFound']);
    expect(
      posts('crash').map(call => call.outcome?.status),
      'the second was told already',
    ).toEqual([201, 409]);
  });

  it('nothing while events cannot be stored, and the status all the same', async () => {
    const secretId = world.unique('deaf');
    const heal = world.faults.inject(hang(), call => call.resource === 'events');
    await world.applyAwsSecret('deaf', { dataFrom: [{ secretId }] });
    await world.expectCondition('deaf', 'Ready', 'False', 'SecretNotFound');
    heal();
    expect(await world.events('deaf')).toEqual([]);
    expect(world.lines.some(line => line.includes('"event dropped"') && line.includes('NoAnswer'))).toBe(true);
  });

  it.each([
    { why: 'the longest name', name: 'x'.repeat(253) },
    { why: 'a name that would be cut at a dot', name: `${'x'.repeat(235)}.${'y'.repeat(10)}` },
  ])('of an object with $why', async ({ name }) => {
    await world.applyAwsSecret(name, { dataFrom: [{ secretId: world.unique('long-name') }] });
    await world.expectCondition(name, 'Ready', 'False', 'SecretNotFound');
    expect(said(await world.events(name))).toEqual(['Warning SecretNotFound']);
  });

  it('with a note that is longer than an event holds', async () => {
    // Its end falls among characters of several bytes.
    const secretId = world.unique('x'.repeat(450));
    await world.aws['eu-west-1'].create(secretId, '{"a":"1"}');
    const jmesPath = JSON.stringify('語'.repeat(600));
    await world.applyAwsSecret('long-note', { data: [{ key: 'a', secretId, jmesPath }] });
    const { status } = await world.expectCondition('long-note', 'Ready', 'False', 'PropertyNotFound');
    const [event] = await world.events('long-note');
    expect(Buffer.byteLength(event?.note ?? '')).toBeGreaterThan(1_020);
    expect(status?.conditions?.[0]?.message.startsWith(event?.note ?? '')).toBe(true);
  });
});

describe('in a namespace that is being deleted', () => {
  const world = useWorld();

  it('nothing can be told, and nobody complains of that', async () => {
    const secretId = world.unique('ending');
    await world.aws['eu-west-1'].create(secretId, '{"a":"1"}');
    await world.applyAwsSecret('ending', { dataFrom: [{ secretId }] });
    await world.expectSynced('ending');
    await world.kube.remove(`/api/v1/namespaces/${world.namespace}`);
    const spec = { target: { name: 'elsewhere' } };
    await world.kube.patch(world.path('awssecrets', 'ending'), { spec });
    await world.expectCondition('ending', 'Ready', 'False', 'NamespaceTerminating');
    const posts = world.faults.calls.filter(call => call.resource === 'events');
    expect(posts.map(call => call.outcome?.status)).toEqual([403]);
    expect(world.lines.filter(line => line.includes('event dropped'))).toEqual([]);
  });
});
