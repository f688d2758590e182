import { expect, it, onTestFinished } from 'vitest';
import type { Call } from '../support/fault-proxy/call.ts';
import { gatewayError, kubeError } from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { until } from '../support/poll.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 40_000 } as const;
const COUNT = 5;
const REFRESH_MS = 10_000;
/** AwsSecrets, Secrets, and six kinds of workloads. */
const WATCHES = 8;
/** How often somebody who waits ever longer can have tried meanwhile, and how often one call is sent at the most. */
const TRIES = 6;
const SENT = 3;
const world = useWorld();
const { deploy, run, live, expectRolled, expectStates } = workloadsOf(world);

interface Row {
  readonly why: string;
  readonly name: string;
  readonly fault: Fault;
}
const rows: readonly Row[] = [
  { why: 'asks to come back later', name: 'later', fault: kubeError(429, undefined, { retryAfter: 1 }) },
  { why: 'has an error of its own', name: 'broken', fault: kubeError(500) },
  { why: 'is hidden by an error page', name: 'hidden', fault: gatewayError() },
];

it.each(rows)('an API server that $why: values stay, nobody is in a hurry, and what is due is done once', async row => {
  const { name, fault } = row;
  const west = world.aws['eu-west-1'];
  const names = Array.from({ length: COUNT }, (_, index) => `${name}-${index}`);
  const [changed = '', ...others] = names;
  for (const each of names) {
    await west.create(world.unique(each), '{"v":"first"}');
    await world.applyAwsSecret(each, {
      refreshInterval: `${REFRESH_MS / 1_000}s`,
      dataFrom: [{ secretId: world.unique(each) }],
    });
  }
  for (const each of names) await world.expectSynced(each);
  await deploy('deployments', changed, uses(changed).env);
  await run(changed, LONG_AGO);
  await expectStates(changed, { [`Deployment/${changed}`]: 'UpToDate UpToDate' });

  const from = world.faults.calls.length;
  const since = (target: (call: Call) => boolean) => world.faults.calls.slice(from).filter(target);
  const end = world.faults.inject(fault, ({ target }) => target === 'kube');
  onTestFinished(end);
  world.faults.disconnect('kube');
  await west.put(world.unique(changed), '{"v":"second"}');
  // It is read before it is written, which no call of this outage gets beyond.
  const isTry = (call: Call): boolean => call.resource === 'secrets' && call.name === changed;
  await until('its write was tried again', WAIT, async () => {
    expect((await fetch(`http://${world.operator.address}/livez`)).status).toBe(200);
    return since(isTry).length >= 2;
  });
  expect(since(({ target }) => target === 'kube').length).toBeLessThanOrEqual((WATCHES + 3) * TRIES * SENT);
  for (const each of names) await world.expectSecret(each, { v: 'first' });

  end();
  const [returned, returnedAt] = [world.faults.calls.length, performance.now()];
  await world.expectSecret(changed, { v: 'second' });
  await expectRolled('deployments', changed, changed);
  expect((await live('deployments', changed)).metadata.generation).toBe(2);
  for (const each of others) await world.expectSecret(each, { v: 'first' });
  for (const each of names) await world.expectSynced(each);
  const asked = world.faults.calls.slice(returned).filter(({ target }) => target !== 'kube');
  const intervals = 1 + (performance.now() - returnedAt) / REFRESH_MS;
  expect(asked.length, 'AWS is asked as on any other day').toBeLessThanOrEqual(2 * COUNT * intervals);
  const { annotations = {} } = (await world.secret(changed))?.metadata ?? {};
  expect(JSON.parse(annotations['secrets-operator.io/history'] ?? '[]'), 'one change').toHaveLength(2);
  for (const each of names) await world.kube.remove(world.path('awssecrets', each));
});
