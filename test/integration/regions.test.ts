import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AWS_CANARY,
  awsError,
  gatewayError,
  hang,
  reset,
  serverError,
  throttled,
} from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { until } from '../support/poll.ts';
import { expectRegionsAnswer } from './regions-answer.ts';
import type { Region } from './setup.ts';
import { useWorld } from './world.ts';

describe('regions are asked in order', () => {
  const world = useWorld();
  const heals: (() => void)[] = [];
  /** Heals all regions, and waits until the operator asks each again. */
  const recover = async (): Promise<void> => {
    for (const heal of heals.splice(0)) heal();
    await expectRegionsAnswer(world);
  };
  afterEach(recover);
  const fail = (region: Region, fault: Fault) =>
    heals.push(world.faults.inject(fault, call => call.target === `aws/${region}`));
  const failPrimary = (fault: Fault) => fail('eu-west-1', fault);
  const replicate = async (name: string, content: string): Promise<string> => {
    const secretId = world.unique(name);
    const token = randomUUID();
    await world.aws['eu-west-1'].create(secretId, content, { token });
    await world.aws['eu-central-1'].create(secretId, content, { token });
    return secretId;
  };

  const elsewhere: readonly { why: string; fault: Fault }[] = [
    { why: 'a broken connection', fault: reset() },
    { why: 'no answer before the deadline', fault: hang() },
    { why: 'a server error', fault: serverError() },
    { why: 'a gateway that is no AWS', fault: gatewayError() },
    { why: 'throttling, which arrives as a 400', fault: throttled() },
  ];
  it.each(elsewhere.map((row, i) => ({ ...row, name: `over-${i}` })))(
    '$why goes to the next region',
    async ({ name, fault }) => {
      const secretId = await replicate(name, '{"a":"1"}');
      failPrimary(fault);
      await world.applyAwsSecret(name, { dataFrom: [{ secretId }] });
      await world.expectSecret(name, { a: '1' });
      const { status } = await world.expectSynced(name);
      expect(status?.sources?.[0]?.region).toBe('eu-central-1');
    },
  );

  const final: readonly { why: string; fault: Fault; reason: string }[] = [
    { why: 'denied is denied', fault: awsError('AccessDeniedException'), reason: 'AccessDenied' },
    {
      why: 'not found is not found',
      fault: awsError('ResourceNotFoundException'),
      reason: 'SecretNotFound',
    },
    { why: 'a key that cannot decrypt', fault: awsError('DecryptionFailure'), reason: 'DecryptionFailed' },
    {
      why: 'credentials that are no good',
      fault: awsError('UnrecognizedClientException'),
      reason: 'CredentialsUnavailable',
    },
  ];
  it.each(final.map((row, i) => ({ ...row, name: `final-${i}` })))(
    '$why: no other region is asked',
    async ({ name, fault, reason }) => {
      const secretId = await replicate(name, '{"a":"1"}');
      failPrimary(fault);
      await world.applyAwsSecret(name, { dataFrom: [{ secretId }] });
      const { status } = await world.expectCondition(name, 'Ready', 'False', reason);
      const elsewhere = world.faults.calls.filter(
        call => call.target === 'aws/eu-central-1' && call.ids.includes(secretId),
      );
      expect(elsewhere).toEqual([]);
      expect(JSON.stringify(status)).not.toContain(AWS_CANARY);
    },
  );

  it('when every region is away the Secret stays, Ready stays, and all goes on by itself', async () => {
    const name = 'outage';
    const secretId = await replicate(name, '{"a":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced(name);
    failPrimary(reset());
    fail('eu-central-1', reset());
    await until('the failure is logged', { timeoutMs: 20_000 }, () =>
      world.lines.some(line => line.includes('"sync failed"') && line.includes('"Unavailable"') && line.includes(name)),
    );
    await world.expectCondition(name, 'Ready', 'True', 'Synced');
    await world.expectSecret(name, { a: '1' });
    await recover();
    await world.aws['eu-west-1'].put(secretId, '{"a":"2"}');
    await world.expectSecret(name, { a: '2' });
  });

  it('a replica that lags behind does not take the Secret back to an old value', async () => {
    const name = 'lagging';
    const secretId = await replicate(name, '{"a":"old"}');
    await world.aws['eu-west-1'].put(secretId, '{"a":"new"}');
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId }] });
    const before = await world.expectSecret(name, { a: 'new' });
    await world.expectSynced(name);
    failPrimary(throttled());
    await until('the replica was asked and not believed', { timeoutMs: 20_000 }, () =>
      world.lines.some(line => line.includes('"ReplicaBehind"') && line.includes(name)),
    );
    const after = await world.expectSecret(name, { a: 'new' });
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await world.expectCondition(name, 'Ready', 'True', 'Synced');
  });

  it('a replica that is one version ahead is believed: the primary died after a rotation', async () => {
    const name = 'ahead';
    const secretId = await replicate(name, '{"a":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced(name);
    failPrimary(reset());
    await world.aws['eu-central-1'].put(secretId, '{"a":"2"}');
    await world.expectSecret(name, { a: '2' });
  });

  it("a secondary's refusal is no verdict: the primary's trouble is what is told", async () => {
    const name = 'no-replica';
    const secretId = world.unique(name);
    await world.aws['eu-west-1'].create(secretId, '{"a":"1"}');
    failPrimary(serverError());
    await world.applyAwsSecret(name, { dataFrom: [{ secretId }] });
    const { status } = await world.expectCondition(name, 'Ready', 'Unknown', 'Unavailable');
    expect(status?.conditions?.find(c => c.type === 'Ready')?.message).toContain('InternalServiceError');
  });
});
