import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reduceAwsSecret } from '../../src/kube/aws-secrets.ts';
import { watchEvents } from '../../src/kube/watch/watch-stream.ts';
import { findBinary } from '../support/binaries.ts';
import { awsError, delay, reset } from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { conditionDefects, type Kstatus, kstatus } from '../support/kstatus.ts';
import { connectTransport, type KubeObject } from '../support/kube-admin.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';
import { until } from '../support/poll.ts';
import type { LiveAwsSecret } from './objects.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const HOUR = 3_600_000;
const INTERVAL = '10s';

describe('what tools read from the conditions', () => {
  const world = useWorld();
  const history = useHistory(() => world.namespace);
  const { deploy, run, expectRolled } = workloadsOf(world);
  let kubectl: Kubectl;
  beforeAll(async () => {
    kubectl = createKubectl(await findBinary('kubectl'), inject('kube').kubeconfig);
  });

  const source = async (name: string, content: string): Promise<string> => {
    const secretId = world.unique(name);
    await world.aws['eu-west-1'].create(secretId, content);
    return secretId;
  };
  /** `fault` meets every call to AWS that names `secretId`. */
  const meet = (fault: Fault, secretId: string) =>
    world.faults.inject(fault, call => call.target !== 'kube' && call.ids.includes(secretId));
  /** No answer comes from AWS, whatever is asked. */
  const loseAws = () => world.faults.inject(reset(), call => call.target !== 'kube');
  /** As `kubectl wait` does it for people and scripts; rejects when the time is over. */
  const wait = (name: string, condition: string, timeout = '20s') =>
    kubectl.run('wait', '-n', world.namespace, `awss/${name}`, `--for=condition=${condition}`, `--timeout=${timeout}`);
  const reads = async (name: string): Promise<Kstatus> => kstatus(await world.awsSecret(name));
  const types = ({ status }: LiveAwsSecret) => status?.conditions?.map(({ type, status: is }) => `${type}=${is}`);
  const set = (name: string, spec: object) => world.kube.patch(world.path('awssecrets', name), { spec });

  it('nobody has seen it yet: in progress, and nobody who waits for it goes on', async () => {
    const secretId = await source('unseen', '{"a":"1"}');
    await world.stopOperator();
    await world.applyAwsSecret('unseen', { dataFrom: [{ secretId }] });
    expect(await reads('unseen')).toBe('InProgress');
    await expect(wait('unseen', 'Ready', '1s')).rejects.toThrow('timed out');
    await world.restartOperator();
    await wait('unseen', 'Ready');
    expect(await reads('unseen')).toBe('Current');
    await world.expectSecret('unseen', { a: '1' });
  });

  it('denied: not ready, in progress, the last good Secret stays, and it goes on by itself', async () => {
    const secretId = await source('denied', '{"a":"1"}');
    await world.applyAwsSecret('denied', { refreshInterval: INTERVAL, dataFrom: [{ secretId }] });
    await wait('denied', 'Ready');
    const heal = meet(awsError('AccessDeniedException'), secretId);
    await wait('denied', 'Ready=False');
    await wait('denied', 'Reconciling');
    expect(await reads('denied')).toBe('InProgress');
    await world.expectSecret('denied', { a: '1' });
    heal();
    await wait('denied', 'Ready');
    expect(types(await world.awsSecret('denied'))).toEqual(['Ready=True']);
  });

  it('not there yet: not ready, and ready once it is', async () => {
    const secretId = world.unique('later');
    await world.applyAwsSecret('later', { refreshInterval: INTERVAL, dataFrom: [{ secretId }] });
    await wait('later', 'Ready=False');
    await world.aws['eu-west-1'].create(secretId, '{"a":"1"}');
    await wait('later', 'Ready', '30s');
    await world.expectSecret('later', { a: '1' });
  });

  it('a target in the way: failed, until the target changes', async () => {
    const secretId = await source('blocked', '{"a":"1"}');
    await world.kube.create(world.path('secrets', '').slice(0, -1), { metadata: { name: 'blocked' } });
    await world.applyAwsSecret('blocked', { dataFrom: [{ secretId }], target: { name: 'blocked' } });
    await wait('blocked', 'Stalled');
    expect(await reads('blocked')).toBe('Failed');
    await expect(wait('blocked', 'Ready', '1s')).rejects.toThrow('timed out');
    await set('blocked', { target: { name: 'blocked-2' } });
    await wait('blocked', 'Ready');
    expect(await reads('blocked')).toBe('Current');
  });

  it('nobody who waits after a spec change is told of the spec before it', async () => {
    const [one, two] = [await source('change-1', '{"a":"1"}'), await source('change-2', '{"a":"2"}')];
    await deploy('deployments', 'change', uses('change')['env-from']);
    await run('change', LONG_AGO);
    await world.applyAwsSecret('change', { dataFrom: [{ secretId: one }] });
    await wait('change', 'Ready');
    await wait('change', 'RolledOut');
    const asked = Promise.withResolvers<void>();
    const heal = meet(delay(asked.promise), two);
    await set('change', { dataFrom: [{ secretId: two }] });
    let hasReturned = false;
    const waiting = wait('change', 'Ready').then(() => {
      hasReturned = true;
    });
    await until('AWS is asked', { timeoutMs: 10_000 }, () => world.faults.calls.some(({ ids }) => ids.includes(two)));
    expect(await reads('change')).toBe('InProgress');
    await expect(wait('change', 'Ready', '1s')).rejects.toThrow('timed out');
    expect(hasReturned).toBe(false);
    heal();
    asked.resolve();
    await waiting;
    expect((await world.secret('change'))?.data).toEqual({ a: Buffer.from('2').toString('base64') });
    await expectRolled('deployments', 'change', 'change');
    await wait('change', 'RolledOut=False');
    expect(await reads('change'), 'a restart that is under way').toBe('Current');
  });

  it('a spec that is mended while it fails', async () => {
    const [bad, good] = [world.unique('mend-bad'), await source('mend-good', '{"a":"1"}')];
    await world.applyAwsSecret('mend', { dataFrom: [{ secretId: bad }] });
    await wait('mend', 'Ready=False');
    await set('mend', { dataFrom: [{ secretId: good }] });
    await wait('mend', 'Ready');
    expect(types(await world.awsSecret('mend'))).toEqual(['Ready=True']);
  });

  it('away at a first sync and after a spec change: unknown, and in progress', async () => {
    const secretId = await source('away', '{"a":"1"}');
    const other = await source('away-2', '{"a":"1"}');
    let heal = meet(reset(), secretId);
    await world.applyAwsSecret('away', { dataFrom: [{ secretId }] });
    await world.expectCondition('away', 'Ready', 'Unknown', 'Unavailable');
    await wait('away', 'Reconciling');
    heal();
    await wait('away', 'Ready', '30s');
    heal = meet(reset(), other);
    await set('away', { data: [{ key: 'b', secretId: other, property: 'a' }] });
    await world.expectCondition('away', 'Ready', 'Unknown', 'Unavailable');
    expect(await reads('away')).toBe('InProgress');
    await world.expectSecret('away', { a: '1' });
    heal();
    await wait('away', 'Ready', '30s');
  });

  it.each([
    { name: 'stale', hours: 3, says: ['Ready=True', 'Stale=True'], is: 'Current' },
    { name: 'expired', hours: 30, says: ['Ready=False', 'Reconciling=True', 'Stale=True'], is: 'InProgress' },
  ] as const)('AWS is away for $hours hours: $name', async ({ name, hours, says, is }) => {
    const secretId = await source(name, '{"a":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: INTERVAL, dataFrom: [{ secretId }] });
    await wait(name, 'Ready');
    await world.stopOperator();
    const lastVerifiedTime = new Date(Date.now() - hours * HOUR).toISOString();
    await world.kube.patch(`${world.path('awssecrets', name)}/status`, { status: { lastVerifiedTime } });
    const heal = loseAws();
    await world.restartOperator();
    await wait(name, 'Stale');
    expect(types(await world.awsSecret(name))).toEqual(says);
    expect(await reads(name)).toBe(is);
    await world.expectSecret(name, { a: '1' });
    heal();
    await until('it is over', { timeoutMs: 30_000 }, async () => {
      const now = types(await world.awsSecret(name));
      return now?.join() === 'Ready=True';
    });
  });

  it('suspended: as it was, and not waited for', async () => {
    const secretId = await source('suspended', '{"a":"1"}');
    await deploy('deployments', 'suspended', uses('suspended')['env-from']);
    await world.applyAwsSecret('suspended', { dataFrom: [{ secretId }] });
    await wait('suspended', 'Ready');
    await wait('suspended', 'RolledOut');
    await set('suspended', { suspend: true });
    await world.expectCondition('suspended', 'Ready', 'True', 'Suspended');
    expect(await reads('suspended')).toBe('Current');
    await set('suspended', { suspend: false });
    await world.expectCondition('suspended', 'Ready', 'True', 'Synced');
  });

  it('no version of any status on the way was unsound, and no time moved without its status', async () => {
    const list = await world.kube.get<KubeObject & { items: readonly LiveAwsSecret[] }>(
      world.path('awssecrets', '').slice(0, -1),
    );
    const live = Object.fromEntries(list?.items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]) ?? []);
    expect(Object.keys(live).length).toBeGreaterThan(8);
    let seen: unknown;
    await until('it was followed to the end', { timeoutMs: 10_000 }, () => {
      seen = history.versions();
      return isDeepStrictEqual(seen, live);
    }).catch(() => expect(seen).toEqual(live));
    expect(history.defects()).toEqual([]);
    for (const said of ['Ready=True', 'Ready=False', 'Stale=True', 'RolledOut=True', 'RolledOut=False']) {
      expect(history.said()).toContain(said);
    }
  });
});

/** Every version of every AwsSecret of a namespace, as the API server tells them one after the other. */
function useHistory(namespace: () => string) {
  const end = new AbortController();
  const last = new Map<string, LiveAwsSecret>();
  const defects: string[] = [];
  const said = new Set<string>();
  let followed: Promise<void>;

  beforeAll(async () => {
    const transport = await connectTransport(inject('kube'));
    const path = `/apis/secrets-operator.io/v1alpha1/namespaces/${namespace()}/awssecrets`;
    const stream = await transport.stream({ method: 'GET', path, query: { watch: 'true' } }, 600_000, end.signal);
    if (!stream.ok) throw new Error(`the watch was refused: ${stream.error.reason}`);
    followed = (async () => {
      for await (const { object } of watchEvents(stream.value)) {
        const after = reduceAwsSecret(object);
        const before = last.get(after.metadata.uid);
        const found = conditionDefects(after, before);
        if (found.length > 0)
          defects.push(`${after.metadata.name}: ${found.join('; ')}: ${JSON.stringify(after.status)}`);
        for (const { type, status } of after.status?.conditions ?? []) said.add(`${type}=${status}`);
        last.set(after.metadata.uid, after as LiveAwsSecret);
      }
      await transport.close();
    })();
  });
  afterAll(async () => {
    end.abort();
    await followed;
  });
  return {
    defects: () => defects,
    /** Every condition that was ever seen, as `<type>=<status>`. */
    said: () => said,
    /** The last version that was seen of each object, by its name. */
    versions: () => Object.fromEntries([...last.values()].map(({ metadata: m }) => [m.name, m.resourceVersion])),
  };
}
