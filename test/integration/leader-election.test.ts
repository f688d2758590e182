import { describe, expect, inject, test } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { delay, hang, kubeError } from '../support/fault-proxy/fault.ts';
import type { FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { REGION, type Replica, startReplica } from './replica.ts';

interface LiveLease extends KubeObject {
  readonly spec: { readonly holderIdentity: string; readonly leaseTransitions: number; readonly renewTime: string };
}

interface ElectedReplica extends Replica {
  /** Whether it leads, as its metrics tell: 1 or 0. */
  metric(): Promise<string | undefined>;
}

const WAIT = { timeoutMs: 20_000 } as const;
const LEASE_MS = 4_000;
const RETRY_MS = 500;
/** The longest between two looks of who stands by. */
const LOOK_MS = RETRY_MS * 2.2;
/** For answers and the runner's own steps on a busy machine; together with a look still shorter than the lease. */
const SLACK_MS = 2_000;
const TIMES = [
  `--leader-election-lease-duration=${LEASE_MS}ms`,
  '--leader-election-renew-deadline=2500ms',
  `--leader-election-retry-period=${RETRY_MS}ms`,
];

const kube = createKubeAdmin(inject('kube'));
const aws = createAwsAdmin(inject('moto')[REGION], REGION);
const isOwnLease = (call: Call): boolean => call.resource === 'leases';
const writes = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(call => call.target === 'kube' && call.isWrite && !isOwnLease(call));
const awsCalls = (calls: readonly Call[]): readonly Call[] => calls.filter(call => call.target !== 'kube');

/** A namespace with its operators; each test has one of its own, because a lease is for a namespace. */
async function createScene(namespace: string) {
  await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const replicas: ElectedReplica[] = [];
  const leasePath = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/rel`;
  const secretPath = (name: string): string => `/api/v1/namespaces/${namespace}/secrets/${name}`;

  const start = async (meet?: (proxy: FaultProxy) => unknown): Promise<ElectedReplica> => {
    // Two regions that hang take longer than an operator that is told to go waits.
    const env = { SECRETS_OPERATOR_REGIONS: `${REGION},eu-central-1` };
    const args = ['--leader-elect=true', '--leader-election-lease-name=rel', ...TIMES, '--log-level=debug'];
    const started = await startReplica({ namespace, args, env, meet });
    const metric = async (): Promise<string | undefined> => {
      const text = await (await fetch(`${await started.url()}/metrics`)).text();
      return /^leader_election_master_status\{name="rel"\} (\d)$/m.exec(text)?.[1];
    };
    const replica = { ...started, metric };
    replicas.push(replica);
    await replica.expectOutput(meet === undefined ? '"msg":"ready"' : '"msg":"starting"');
    return replica;
  };

  return {
    start,
    lease: async () => (await kube.get<LiveLease>(leasePath))?.spec,
    secretPath,
    /** A leader, and then another who stands by. */
    async startTwo(): Promise<readonly [leader: ElectedReplica, standby: ElectedReplica]> {
      const leader = await start();
      await leader.expectOutput('"msg":"leading"');
      return [leader, await start()];
    },
    async addSecret(name: string): Promise<void> {
      await aws.create(`${namespace}/${name}`, JSON.stringify({ password: name }));
      await kube.create(`/apis/secrets-operator.io/v1alpha1/namespaces/${namespace}/awssecrets`, {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        metadata: { name },
        spec: { dataFrom: [{ secretId: `${namespace}/${name}` }] },
      });
    },
    expectSynced: (name: string) =>
      until(`AwsSecret ${name} is synced`, WAIT, async () => {
        const found = await kube.get<KubeObject & { status?: { conditions?: { type: string; status: string }[] } }>(
          `/apis/secrets-operator.io/v1alpha1/namespaces/${namespace}/awssecrets/${name}`,
        );
        return found?.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True');
      }),
    /** Whether a worker is at a key, as the metrics tell. */
    async isAtWork(replica: Replica): Promise<boolean> {
      const text = await (await fetch(`${await replica.url()}/metrics`)).text();
      return text.includes('controller_runtime_active_workers{controller="awssecret"} 1');
    },
    /** How often each Secret was written with content, and each value was read, by all operators together. */
    work(name: string) {
      const calls = replicas.flatMap(({ proxy }) => proxy.calls);
      return {
        creates: calls.filter(c => c.verb === 'create' && c.resource === 'secrets' && c.name === name).length,
        reads: calls.filter(c => READS.has(c.verb) && c.ids.includes(`${namespace}/${name}`)).length,
      };
    },
  };
}

const ONCE = { creates: 1, reads: 1 };
/** Calls that give values. */
const READS: ReadonlySet<string> = new Set(['GetSecretValue', 'BatchGetSecretValue']);

describe('two operators with one lease', () => {
  test('one works; the other is ready, writes nothing, asks AWS nothing, and takes over when the first is told to go', async () => {
    const scene = await createScene('lease-release');
    const [leader, standby] = await scene.startTwo();
    const names = ['a', 'b', 'c'];
    for (const name of names) await scene.addSecret(name);
    for (const name of names) await scene.expectSynced(name);
    expect(await Promise.all([leader.metric(), standby.metric()])).toEqual(['1', '0']);
    expect((await fetch(`${await standby.url()}/readyz`)).status).toBe(200);
    expect(writes(standby.proxy.calls)).toEqual([]);
    expect(awsCalls(standby.proxy.calls)).toEqual([]);
    expect(standby.proxy.calls.filter(call => isOwnLease(call) && call.isWrite)).toEqual([]);
    const first = await scene.lease();
    expect(first?.holderIdentity).toContain('_');
    expect(first?.renewTime).toMatch(/\.\d{6}Z$/);

    leader.child.kill('SIGTERM');
    expect(await leader.exited).toEqual([0, null]);
    expect(leader.output()).toContain('"msg":"lease released"');
    await standby.expectOutput('"msg":"leading"', LOOK_MS + SLACK_MS);
    expect((await scene.lease())?.leaseTransitions).toBe(1);
    await scene.addSecret('d');
    await scene.expectSynced('d');
    for (const name of [...names, 'd']) expect(scene.work(name), name).toEqual(ONCE);
    expect(await standby.metric()).toBe('1');
  });

  test('the other takes over when the first is killed, once its lease is over, and does its work', async () => {
    const scene = await createScene('lease-kill');
    const [leader, standby] = await scene.startTwo();
    await scene.addSecret('a');
    await scene.expectSynced('a');
    leader.child.kill('SIGKILL');
    await leader.exited;
    await standby.expectOutput('"msg":"leading"', LEASE_MS + LOOK_MS + SLACK_MS);
    await scene.addSecret('b');
    await scene.expectSynced('b');
    expect([scene.work('a'), scene.work('b')]).toEqual([ONCE, ONCE]);
  });

  test('a leader that loses the API server ends with code 1, before another leads', async () => {
    const scene = await createScene('lease-cut');
    const [leader, standby] = await scene.startTwo();
    await scene.addSecret('a');
    await scene.expectSynced('a');
    leader.proxy.blackhole('kube');
    expect(await leader.exited).toEqual([1, null]);
    expect(leader.output()).toContain('"msg":"leadership lost"');
    expect(standby.output()).not.toContain('"msg":"leading"');
    await standby.expectOutput('"msg":"leading"', LEASE_MS + LOOK_MS + SLACK_MS);
    await scene.addSecret('b');
    await scene.expectSynced('b');
    expect([scene.work('a'), scene.work('b')]).toEqual([ONCE, ONCE]);
  });

  test('a leader that slept through the end of its lease writes nothing when it wakes', async () => {
    const scene = await createScene('lease-sleep');
    const [leader, standby] = await scene.startTwo();
    const awake = Promise.withResolvers<void>();
    leader.proxy.inject(delay(awake.promise), call => READS.has(call.verb));
    await scene.addSecret('a');
    await until('it reads the value', WAIT, () => leader.proxy.calls.some(call => READS.has(call.verb)));
    leader.child.kill('SIGSTOP');
    await standby.expectOutput('"msg":"leading"', LEASE_MS + LOOK_MS + SLACK_MS);
    await scene.expectSynced('a');
    const before = await kube.get(scene.secretPath('a'));

    // The value is there as soon as it wakes: nothing but its own clock keeps it from writing.
    const asked = leader.proxy.calls.find(call => READS.has(call.verb));
    awake.resolve();
    await until('the answer has been sent', WAIT, () => asked?.outcome?.status === 200);
    const sent = leader.proxy.calls.length;
    leader.child.kill('SIGCONT');
    expect(await leader.exited).toEqual([1, null]);
    expect(leader.output()).toContain('"msg":"leadership lost"');
    expect(leader.proxy.calls.slice(sent).filter(call => call.isWrite)).toEqual([]);
    expect(await kube.get(scene.secretPath('a'))).toEqual(before);
  });
});

describe('an operator that is told to go', () => {
  const patience = kubeError(429, undefined, { retryAfter: 10 });
  const isKey = (call: Call): boolean => call.name === 'secrets-operator-key';
  const secretWrite = (call: Call): boolean => call.resource === 'secrets' && call.isWrite && !isKey(call);
  type Hang = (proxy: FaultProxy) => unknown;
  const hanging: readonly { readonly why: string; readonly begin: Hang; readonly says: string }[] = [
    {
      why: 'every region of AWS hangs',
      begin: proxy => proxy.blackhole(`aws/${REGION}`),
      says: 'work that is under way is cut off',
    },
    { why: 'a write hangs', begin: proxy => proxy.inject(hang(), secretWrite), says: 'draining' },
    {
      why: 'the API server asks for patience',
      begin: proxy => proxy.inject(patience, secretWrite),
      says: 'draining',
    },
  ];

  for (const [i, { why, begin, says }] of hanging.entries()) {
    test(`is gone within 10 seconds, and its lease is free, when ${why}`, async () => {
      const scene = await createScene(`lease-hang-${i}`);
      const replica = await scene.start();
      await replica.expectOutput('"msg":"leading"');
      begin(replica.proxy);
      await scene.addSecret('a');
      await until('it is at work', WAIT, () => scene.isAtWork(replica));
      const toldAt = performance.now();
      replica.child.kill('SIGTERM');
      expect(await replica.exited).toEqual([0, null]);
      expect(performance.now() - toldAt).toBeLessThan(10_000);
      expect((await scene.lease())?.holderIdentity).toBe('');
      expect(replica.output()).toContain(says);
    });
  }

  const keyless: readonly { readonly why: string; readonly begin: Hang }[] = [
    { why: 'the key of the hashes cannot be had', begin: proxy => proxy.inject(hang(), isKey) },
    { why: 'the API server asks for patience with it', begin: proxy => proxy.inject(patience, isKey) },
  ];

  for (const [i, { why, begin }] of keyless.entries()) {
    test(`is gone within 10 seconds, and has not led, when ${why}`, async () => {
      const scene = await createScene(`lease-key-${i}`);
      const replica = await scene.start(begin);
      await until('it asks for the key', WAIT, () => replica.proxy.calls.some(isKey));
      const toldAt = performance.now();
      replica.child.kill('SIGTERM');
      expect(await replica.exited).toEqual([0, null]);
      expect(performance.now() - toldAt).toBeLessThan(10_000);
      expect(await scene.lease()).toBeUndefined();
    });
  }

  test('is gone within 10 seconds when the API server answers nothing', async () => {
    const scene = await createScene('lease-hang-all');
    const replica = await scene.start();
    await scene.addSecret('a');
    await scene.expectSynced('a');
    await until('nothing is under way', WAIT, async () => !(await scene.isAtWork(replica)));
    replica.proxy.blackhole('kube');
    const toldAt = performance.now();
    replica.child.kill('SIGTERM');
    expect(await replica.exited).toEqual([0, null]);
    expect(performance.now() - toldAt).toBeLessThan(10_000);
    expect(replica.output()).toContain('lease not released');
  });
});
