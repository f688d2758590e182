import { expect, it } from 'vitest';
import { delay } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { REGION, startReplica } from './replica.ts';
import { createPause, PAUSE_TEST_MS, untilPaused } from './stopped.ts';

const WAIT = { timeoutMs: 30_000 } as const;

/** A process of its own, because what has to be stopped are its timers, its sockets and its clock. */
it(
  'an operator that is stopped for minutes makes up for all that it missed, and restarts once',
  async () => {
    const namespace = 'stopped-alone';
    const pause = await createPause(namespace);
    const { child, proxy, url, expectOutput } = await startReplica({ namespace });
    await expectOutput('"msg":"ready"');
    await pause.begin();
    const awake = Promise.withResolvers<void>();
    const isLate = (call: { verb: string; ids: readonly string[] }) =>
      call.verb === 'GetSecretValue' && call.ids.includes(`${namespace}/late`);
    proxy.inject(delay(awake.promise), isLate);
    await pause.create('late', 'late');
    await pause.apply('late');
    await until('it reads a value', WAIT, () => proxy.calls.some(isLate));

    child.kill('SIGSTOP');
    proxy.disconnect('kube');
    await pause.change();
    await pause.objects.kube.remove(pause.objects.path('awssecrets', 'late'));
    const asked = proxy.calls.find(isLate);
    awake.resolve();
    await until('the value is there when it wakes', WAIT, () => asked?.outcome?.status === 200);
    await untilPaused();
    const woken = proxy.calls.length;
    child.kill('SIGCONT');

    await pause.expectConverged();
    await until('it is alive', WAIT, async () => (await fetch(`${await url()}/livez`)).status === 200);
    const late = await pause.objects.secret('late');
    // What it had begun before the AwsSecret was deleted is the garbage collector's, which does not run here.
    expect(late?.metadata.ownerReferences ?? []).toHaveLength(late === undefined ? 0 : 1);
    const calls = proxy.calls.slice(woken);
    const restarts = calls.filter(call => call.verb === 'patch' && call.resource === 'deployments');
    expect(restarts).toHaveLength(1);
    const reads = calls.filter(call => call.target === `aws/${REGION}`);
    expect(reads.length, 'nothing is made up for many times over').toBeLessThanOrEqual(40);
  },
  PAUSE_TEST_MS,
);
