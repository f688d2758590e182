import { describe, expect, it, onTestFinished } from 'vitest';
import { findLeak, mark } from '../support/canary.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { KUBE_CANARY } from '../support/fault-proxy/fault.ts';
import type { KubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { type Denial, deny } from './admission.ts';
import type { LiveAwsSecret } from './objects.ts';
import { deployStray } from './strays.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 30_000 } as const;
/** What failed to be patched is not tried again before. */
const STEADY_MS = 30_000;
const LONG = { timeoutMs: 3 * STEADY_MS } as const;
/** The pauses between tries grow from half a second on. */
const FIRST_PAUSE_MS = 490;

/** In-tree policies; for webhooks see `quoting-webhook.test.ts`. Each says a text that must come out nowhere. */
describe('admission', () => {
  const world = useWorld();
  const { deploy, run, live, path, stamp, expectRolled, expectStates, refresh, expectServed } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const dryRun = (of: string): string => `${of}?dryRun=All`;
  const collection = world.path('secrets', '').slice(0, -1);

  const sync = async (name: string, value = '1'): Promise<void> => {
    await west().create(world.unique(name), JSON.stringify({ v: value }));
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
    await world.expectSynced(name);
  };
  const change = async (name: string, value: string): Promise<void> => {
    await west().put(world.unique(name), JSON.stringify({ v: value }));
    await refresh(name, value);
  };
  const calls = (verb: string, resource: string, name: string): readonly Call[] =>
    world.faults.calls.filter(call => call.verb === verb && call.resource === resource && call.name === name);
  const refusedWrites = (name: string): readonly Call[] =>
    world.faults.calls.filter(
      call => call.resource === 'secrets' && call.isWrite && call.name === name && (call.outcome?.status ?? 0) >= 400,
    );
  /** Waits for four tries of ever growing pauses, beginning with number `first`. */
  const expectPaced = async (tries: () => readonly Call[], first = (): number => 0): Promise<void> => {
    await until('it was tried four times', WAIT, () => tries().length >= first() + 4);
    const times = tries().map(({ atMs }) => atMs);
    const pauses = times.slice(first() + 1, first() + 4).map((at, index) => at - (times[first() + index] ?? 0));
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(FIRST_PAUSE_MS * 2 ** index);
  };
  const ready = ({ status }: LiveAwsSecret): string | undefined =>
    status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  /** Denies it for objects whose name begins with `name`. */
  const denial = (
    name: string,
    of: Pick<Denial, 'group' | 'resource' | 'operation'>,
    probe: (kube: KubeAdmin) => Promise<unknown>,
    says = `'${KUBE_CANARY}'`,
  ): Denial => ({ name, ...of, unless: `!object.metadata.name.startsWith('${name}')`, says, probe });
  const policy = (name: string): string => `ValidatingAdmissionPolicy "${world.namespace}-${name}"`;

  it.concurrent('denies that a Secret is made: it is named, what it quotes comes out nowhere, and it goes on once it is lifted', async () => {
    const value = mark().repeat(3);
    const of = { group: '', resource: 'secrets', operation: 'CREATE' } as const;
    const probe = (kube: KubeAdmin) => kube.create(dryRun(collection), { metadata: { name: 'made-probe' } });
    const says = `'bad: ' + (has(object.data) ? string(object.data['v']) : '') + '${KUBE_CANARY}'`;
    const lift = await deny(world, denial('made', of, probe, says));
    await west().create(world.unique('made'), JSON.stringify({ v: value }));
    await world.applyAwsSecret('made', { dataFrom: [{ secretId: world.unique('made') }] });
    const awsSecret = await world.expectCondition('made', 'Ready', 'False', 'WriteRefused');
    expect(ready(awsSecret)).toBe(
      `could not create secrets in namespace ${world.namespace}: ${policy('made')} does not allow it`,
    );
    await expectPaced(() => calls('create', 'secrets', 'made'));
    expect(
      (await world.events('made')).map(({ reason }) => reason),
      'told once',
    ).toEqual(['WriteRefused']);
    const metrics = await (await fetch(`http://${world.operator.address}/metrics`)).text();
    const outputs = { status: JSON.stringify(await world.awsSecret('made')), log: world.lines.join('\n'), metrics };
    expect(findLeak({ ...outputs, events: JSON.stringify(await world.events('made')) }, [value])).toBeUndefined();
    await lift();
    await world.expectSecret('made', { v: value });
    await world.expectSynced('made');
  });

  it.concurrent('denies that a Secret is changed: the last good value stays, and one restart follows once it is lifted', async () => {
    await sync('changed');
    await deploy('deployments', 'changed', uses('changed').env);
    await run('changed', LONG_AGO);
    await world.kube.create(collection, { metadata: { name: 'changed-probe' } });
    const of = { group: '', resource: 'secrets', operation: 'UPDATE' } as const;
    const probe = (kube: KubeAdmin) =>
      kube.patch(dryRun(world.path('secrets', 'changed-probe')), { stringData: { a: 'b' } });
    const lift = await deny(world, { ...denial('changed', of, probe), reason: 'RequestEntityTooLarge' });
    await change('changed', '2');
    const awsSecret = await world.expectCondition('changed', 'Ready', 'False', 'WriteRefused');
    expect(ready(awsSecret)).toContain(policy('changed'));
    await expectPaced(() => refusedWrites('changed'));
    await world.expectSecret('changed', { v: '1' });
    expect(await stamp('deployments', 'changed', 'changed')).toBeUndefined();
    await lift();
    await world.expectSecret('changed', { v: '2' });
    await world.expectSynced('changed');
    await expectRolled('deployments', 'changed', 'changed');
    expect((await live('deployments', 'changed')).metadata.generation).toBe(2);
  });

  it.concurrent('denies that a status is written: the Secret stays in step, the log tells, and the status follows', async () => {
    await sync('told');
    const of = { group: 'secrets-operator.io', resource: 'awssecrets/status', operation: 'UPDATE' } as const;
    const probe = (kube: KubeAdmin) =>
      kube.patch(dryRun(`${world.path('awssecrets', 'told')}/status`), { status: { sourceCount: 7 } });
    const lift = await deny(world, denial('told', of, probe));
    await change('told', '2');
    await world.expectSecret('told', { v: '2' });
    // Both controllers write it, each with words and pauses of its own.
    const denied = () =>
      calls('patch', 'awssecrets/status', 'told').filter(({ outcome }) => [403, 422].includes(outcome?.status ?? 0));
    const tries = () => denied().filter(({ body }) => body === denied()[0]?.body);
    // The watch may bring the Secret before the answer to its write: then it is looked at once more, at once.
    const echo = () => ((tries()[1]?.atMs ?? 0) - (tries()[0]?.atMs ?? 0) < FIRST_PAUSE_MS ? 1 : 0);
    await expectPaced(tries, echo);
    const line = world.lines.find(text => text.includes('status not written') && text.includes('"name":"told"'));
    expect(line).toContain(JSON.stringify(policy('told')).slice(1, -1));
    const [before, reads] = [await world.secret('told'), awsReads('told')];
    await lift();
    await expectServed('told', '2');
    await world.expectSynced('told');
    expect((await world.secret('told'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    expect(awsReads('told'), 'AWS is not asked again for the sake of a status').toBe(reads);
  });
  const awsReads = (name: string): number =>
    world.faults.calls.filter(call => call.verb === 'GetSecretValue' && call.ids.includes(world.unique(name))).length;

  it.concurrent('denies that a workload is patched: the workload is named, its restart waits, and comes once', async () => {
    await sync('patched');
    await deploy('deployments', 'patched', uses('patched').env);
    await run('patched', LONG_AGO);
    const of = { group: 'apps', resource: 'deployments', operation: 'UPDATE' } as const;
    const probe = (kube: KubeAdmin) =>
      kube.patch(dryRun(path('deployments', 'patched')), { metadata: { labels: { a: 'b' } } });
    const lift = await deny(world, denial('patched', of, probe));
    await change('patched', '2');
    await expectStates('patched', { 'Deployment/patched': 'Failed WriteRefused' });
    const { status } = await world.expectCondition('patched', 'RolledOut', 'False', 'RestartFailed');
    expect(status?.rollout?.workloads?.[0]?.message).toContain(policy('patched'));
    await world.expectSynced('patched');
    const tries = () => calls('patch', 'deployments', 'patched');
    await until('it was tried again', LONG, () => tries().length === 2);
    const [first, second] = tries();
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(STEADY_MS - 1_000);
    expect((await world.events('patched')).map(({ reason }) => reason)).toEqual(['SecretUpdated', 'RestartFailed']);
    await lift();
    // A change of the workload wakes the operator before the minute is over.
    await world.kube.patch(path('deployments', 'patched'), { metadata: { labels: { lifted: 'true' } } });
    await expectRolled('deployments', 'patched', 'patched');
    expect((await live('deployments', 'patched')).metadata.generation).toBe(2);
  }, 150_000);

  it.concurrent('denies that a pod is evicted: it stays, the workload says why, and it goes once it is lifted', async () => {
    await sync('evicted');
    await change('evicted', '2');
    await world.expectSecret('evicted', { v: '2' });
    await change('evicted', '1');
    await world.expectSecret('evicted', { v: '1' });
    const of = { group: '', resource: 'pods/eviction', operation: 'CREATE' } as const;
    const pod = await run('evicted-probe', LONG_AGO);
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod, namespace: world.namespace },
    };
    const probe = (kube: KubeAdmin) => kube.create(dryRun(`${path('pods', pod)}/eviction`), eviction);
    const lift = await deny(world, denial('evicted', of, probe));
    const { stray, good, isLeaving } = await deployStray(world, 'evicted');
    await expectStates('evicted', { 'Deployment/evicted': 'Failed WriteRefused' });
    const { status } = await world.awsSecret('evicted');
    expect(status?.rollout?.workloads?.[0]?.message).toContain(policy('evicted'));
    expect(calls('create', 'pods/eviction', stray)).toHaveLength(1);
    await lift();
    await until('the stray pod is evicted', LONG, () => isLeaving(stray));
    expect(await isLeaving(good)).toBe(false);
    expect(calls('create', 'pods/eviction', stray)).toHaveLength(2);
  }, 150_000);

  it('asks a webhook that does not answer: it is named, and it passes', async () => {
    const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const name = `${world.namespace}-silent`;
    await world.kube.create(webhooks, {
      metadata: { name },
      webhooks: [
        {
          name: 'silent.example.com',
          // Nobody listens there.
          clientConfig: { url: 'https://127.0.0.1:9/' },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } },
          matchConditions: [{ name: 'ours', expression: "object.metadata.name.startsWith('silent')" }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 5,
        },
      ],
    });
    onTestFinished(() => world.kube.remove(`${webhooks}/${name}`).catch(() => undefined));
    const isAsked = () =>
      world.kube.create(dryRun(collection), { metadata: { name: 'silent-probe' } }).then(
        () => false,
        error => String(error).includes('failed calling webhook'),
      );
    await until('the webhook is asked', WAIT, isAsked);
    await west().create(world.unique('silent'), '{"v":"1"}');
    await world.applyAwsSecret('silent', { dataFrom: [{ secretId: world.unique('silent') }] });
    const awsSecret = await world.expectCondition('silent', 'Ready', 'Unknown', 'ApiServerUnavailable');
    expect(ready(awsSecret)).toBe(
      `could not create secrets in namespace ${world.namespace}: admission webhook "silent.example.com" did not answer (InternalError)`,
    );
    await expectPaced(() => calls('create', 'secrets', 'silent'));
    await world.kube.remove(`${webhooks}/${name}`);
    await world.expectSecret('silent', { v: '1' });
    await world.expectSynced('silent');
  });
});
