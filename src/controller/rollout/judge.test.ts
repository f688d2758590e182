import { describe, expect, test } from 'vitest';
import { aContainer, aHistory, anOwner, aUse, aWorkload } from '../../../test/support/builders.ts';
import { aKept, rolloutWorld, START } from '../../../test/support/rollout-world.ts';
import { fail, ok } from '../runtime/error.ts';
import { restartAnnotation } from './annotation.ts';
import type { Workload } from './workload.ts';

const HOUR = 3_600_000;
const done = { kind: 'done' };
const annotation = restartAnnotation('payments');
const restart = `restart app {"${annotation}":"k.b"}`;

/** The world, two seconds after the operator has seen the change. */
async function rested(initial?: Parameters<typeof rolloutWorld>[0]) {
  const w = rolloutWorld(initial);
  for (const { metadata } of w.state.awsSecrets) await w.run(metadata.name);
  w.clock.advance(2_000);
  return w;
}

describe('OnDelete', () => {
  const statefulSet = aWorkload({ kind: 'StatefulSet', replacement: 'onDelete' });

  test('its template is left alone: nobody knows when it would be rolled out', async () => {
    const w = await rested({ workloads: [statefulSet] });
    expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 30_000 }, calls: ['pods of app', 'status'] });
    expect(w.first()).toMatchObject({ kind: 'StatefulSet', state: 'Pending', reason: 'OnDelete' });
    expect(w.first()?.message).toContain('delete its pods');
    expect(w.rolledOut()).toMatchObject({ status: 'False', reason: 'RollingOut' });
  });

  test('it is up to date when somebody has deleted its pods', async () => {
    const w = await rested({ workloads: [statefulSet] });
    await w.run();
    w.clock.advance(HOUR);
    w.state.containers = [aContainer(w.clock.now())];
    expect(await w.run()).toEqual({ outcome: done, calls: ['pods of app', 'status'] });
    expect(w.first()).toMatchObject({ state: 'UpToDate' });
  });
});

describe('a restart that is taken back', () => {
  const takenBack = async () => {
    const w = await rested();
    for (let restarts = 1; restarts <= 2; restarts += 1) expect((await w.run()).calls).toContain(restart);
    return w;
  };

  test('is done once more, and then no longer: it would be a fight', async () => {
    const w = await takenBack();
    const calls = ['pods of app', 'event RestartReverted app', 'status'];
    expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 30_000 }, calls });
    expect(w.rolledOut()).toMatchObject({ status: 'False', reason: 'RestartReverted' });
    expect(w.first()).toMatchObject({ state: 'Failed', reason: 'RestartReverted' });
    expect(w.first()?.message).toContain('taken back 2 times');
    w.touch();
    expect((await w.run()).calls, 'and is told once').toEqual(['pods of app']);
  });

  test('is tried again for the next content', async () => {
    const w = await takenBack();
    await w.run();
    w.clock.advance(HOUR);
    const next = aHistory(['k.c', START + HOUR], ['k.b', START], ['k.a', START - HOUR]);
    w.state.secrets = [aKept('payments', next).secret];
    await w.run();
    w.clock.advance(2_000);
    expect((await w.run()).calls).toContain(`restart app {"${annotation}":"k.c"}`);
  });

  test('is forgiven when its pods are fresh in the end: the content is what counts', async () => {
    const w = await takenBack();
    await w.run();
    w.clock.advance(HOUR);
    w.state.containers = [aContainer(w.clock.now())];
    await w.run();
    expect(w.rolledOut()).toMatchObject({ status: 'True', reason: 'UpToDate' });
  });

  test('does not count where it failed', async () => {
    const w = await rested({ patchErrors: { app: fail('WriteRefused', 'content', 'no rights').error } });
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await w.run()).calls).toContain(restart);
      w.touch();
    }
  });
});

test('pods that roll under way are waited for, by the progress of the workload', async () => {
  const w = await rested();
  await w.run();
  expect(w.first(), 'the cached progress is that of the old template').toMatchObject({
    message: '0 of 2 pods updated',
  });
  w.deliver();
  await w.run();
  expect(w.first()).toMatchObject({ state: 'UpToDate' });
});

test('a CronJob is told as one that takes the content with its next run', async () => {
  const cronJob = aWorkload({ kind: 'CronJob', replacement: 'nextRun', podSelector: '' });
  const w = await rested({ workloads: [cronJob] });
  expect((await w.run()).calls, 'all pods of the namespace would match').toEqual([]);
  expect(w.first()).toMatchObject({ kind: 'CronJob', state: 'Exempt', reason: 'NextRun' });
  expect(w.rolledOut()).toMatchObject({ status: 'True' });
});

describe('two Secrets of one workload', () => {
  const history = (name: string, at: number) => aHistory([`${name}.2`, at], [`${name}.1`, START - 2 * HOUR]);
  const workload = aWorkload({ uses: [aUse(), aUse({ secretName: 'tls' })] });
  const two = (tlsAt: number, spec: Parameters<typeof aKept>[2] = {}) => {
    const kept = [aKept('payments', history('payments', START)), aKept('tls', history('tls', tlsAt), spec)];
    return {
      awsSecrets: kept.map(({ awsSecret }) => awsSecret),
      secrets: kept.map(({ secret }) => secret),
      workloads: [workload],
    };
  };
  const stamps = (...names: readonly string[]) =>
    `restart app ${JSON.stringify(Object.fromEntries(names.map(name => [restartAnnotation(name), `${name}.2`])))}`;

  test('that change together restart it once, and each AwsSecret finds it so', async () => {
    const w = await rested(two(START));
    expect((await w.run('payments')).calls).toContain(stamps('payments', 'tls'));
    w.deliver();
    expect((await w.run('tls')).calls).toEqual(['status']);
    expect((await w.run('payments')).calls).toEqual(['status']);
    expect(w.counted).toEqual(['Deployment success']);
    for (const name of ['payments', 'tls']) expect(w.rolledOut(name)).toMatchObject({ status: 'True' });
  });

  test('the log of that restart names both', async () => {
    const w = await rested(two(START));
    await w.run('payments');
    expect(w.lines[0]).toMatchObject({ event: 'workload restarted', secret: 'payments,tls' });
  });

  test('both at once: the second patch is guarded by the resourceVersion, and decides again', async () => {
    const outrun = fail('Progressing', 'conflict', 'lost').error;
    const w = await rested(two(START));
    await w.run('payments');
    w.state.patchErrors = { app: outrun };
    expect((await w.run('tls')).outcome).toEqual({ kind: 'retry', error: outrun });
    w.deliver();
    expect((await w.run('tls')).calls).toEqual(['status']);
  });

  test('the younger one is waited for, by name', async () => {
    const w = rolloutWorld(two(START + 1_500));
    await w.run('payments');
    w.clock.advance(1_500);
    await w.run('tls');
    w.clock.advance(500);
    expect((await w.run('payments')).outcome).toEqual({ kind: 'after', ms: 1_500 });
    expect(w.first('payments')?.message).toContain('waits for Secret tls');
    w.clock.advance(1_500);
    expect((await w.run('payments')).calls).toContain(stamps('payments', 'tls'));
  });

  test('one whose AwsSecret wants nobody restarted is left out', async () => {
    const w = await rested(two(START, { spec: { rollout: { restart: 'None' } } }));
    expect((await w.run('payments')).calls).toContain(stamps('payments'));
  });

  test('one whose AwsSecret is suspended is left out', async () => {
    const w = await rested(two(START, { spec: { suspend: true } }));
    expect((await w.run('payments')).calls).toContain(stamps('payments'));
  });

  test('one that several AwsSecrets claim counts once: for the one that owns it', async () => {
    const { awsSecrets, ...world } = two(START);
    const rival = aKept('rival', [], { spec: { target: { name: 'tls' } } }).awsSecret;
    const w = await rested({ ...world, awsSecrets: [...awsSecrets, rival] });
    expect((await w.run('payments')).calls).toContain(stamps('payments', 'tls'));
  });
});

describe('a content that has come back', () => {
  const MINUTE = 60_000;
  /** `k.a`, for the last minute `k.b`, and at START `k.a` again. */
  const { secret } = aKept('payments', aHistory(['k.a', START], ['k.b', START - MINUTE], ['k.a', START - HOUR]));
  const progress = { isComplete: true, isPaused: false, isStuck: false, updated: 3, desired: 3 };
  const rolled = (over: Parameters<typeof aWorkload>[0] = {}): Workload =>
    aWorkload({ templateAnnotations: { [annotation]: 'k.a' }, progress, ...over });
  const before = aContainer(START - HOUR / 2, 'before');
  const strays = [aContainer(START - 50_000, 'one'), aContainer(START - 40_000, 'two')];
  const world = (over: Parameters<typeof rolloutWorld>[0] = {}) =>
    rolloutWorld({ secrets: [secret], workloads: [rolled()], containers: [before, ...strays], ...over });
  const settled = (over?: Parameters<typeof rolloutWorld>[0]) => {
    const w = world(over);
    w.clock.advance(10_000);
    return w;
  };

  test('the pods that came in between are evicted one at a time, when it has settled', async () => {
    const w = world();
    expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 10_000 }, calls: ['status'] });
    w.clock.advance(10_000);
    expect(await w.run()).toEqual({
      outcome: { kind: 'after', ms: 30_000 },
      calls: ['pods of app', 'get payments', 'evict one', 'event PodEvicted app', 'status'],
    });
    expect(w.first()).toMatchObject({
      state: 'RollingOut',
      reason: 'RollingOut',
      message: 'pod one is being replaced',
    });
    expect(w.lines).toEqual([{ level: 'info', event: 'pod evicted', workload: 'Deployment/app', name: 'one' }]);

    w.state.containers = [before, aContainer(START - 40_000, 'two'), aContainer(START + 12_000, 'new-one')];
    expect((await w.run()).calls).toEqual([
      'pods of app',
      'get payments',
      'evict two',
      'event PodEvicted app',
      'status',
    ]);
    w.state.containers = [before, aContainer(START + 12_000, 'new-one'), aContainer(START + 15_000, 'new-two')];
    expect(await w.run()).toEqual({ outcome: done, calls: ['pods of app', 'status'] });
    expect(w.rolledOut()).toMatchObject({ status: 'True' });
    expect((await w.run()).calls, 'and never looked at again').toEqual([]);
  });

  test('none while another is being replaced, though the cached workload says that all is well', async () => {
    const w = settled();
    await w.run();
    w.state.containers = [before, aContainer(START - 40_000, 'two')];
    expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 30_000 }, calls: ['pods of app', 'status'] });
    expect(w.first()?.message).toBe('2 of 3 pods run');
  });

  test('a pod whose image is still being pulled is one that is being replaced', async () => {
    const pulling = aContainer(Number.POSITIVE_INFINITY, 'pulling', 'main', START + 5_000);
    const w = settled({ containers: [before, aContainer(START - 40_000, 'two'), pulling] });
    await w.run();
    expect(w.first()?.message).toBe('2 of 3 pods run');
  });

  test('the pods that hold it are none of them', async () => {
    const w = settled({ containers: [before] });
    expect((await w.run()).calls).toEqual(['pods of app', 'status']);
  });

  test('a budget that forbids it is asked again, and told as what it is', async () => {
    const w = settled({ eviction: ok('forbidden') });
    expect(await w.run()).toEqual({
      outcome: { kind: 'after', ms: 30_000 },
      calls: ['pods of app', 'get payments', 'evict one', 'status'],
    });
    expect(w.first()).toMatchObject({ state: 'RollingOut', reason: 'RollingOut' });
    expect(w.first()?.message).toContain('pod one is to be replaced, but its PodDisruptionBudget');
    expect((await w.run()).calls, 'not at every event').toEqual([]);
    w.clock.advance(30_000);
    expect((await w.run()).calls).toEqual(['pods of app', 'get payments', 'evict one']);
  });

  const failures = [
    { why: 'RBAC does not allow it', error: fail('WriteRefused', 'content', 'no rights').error, maxDelayMs: 30_000 },
    { why: 'no answer', error: fail('ApiServerUnavailable', 'transient', 'no answer').error, maxDelayMs: 1_000 },
    { why: 'the pod has gone by itself', error: fail('Progressing', 'conflict', 'gone').error },
  ];
  for (const { why, error, maxDelayMs } of failures) {
    const isTold = maxDelayMs !== undefined;
    test(`an eviction that failed is tried again, and ${isTold ? 'told' : 'no failure'}: ${why}`, async () => {
      const w = settled({ eviction: { ok: false, error } });
      const told = isTold ? ['event RestartFailed app'] : [];
      const calls = ['pods of app', 'get payments', 'evict one', ...told, 'status'];
      expect(await w.run()).toEqual({ outcome: { kind: 'retry', error, ...(isTold && { maxDelayMs }) }, calls });
      expect(w.first()?.state).toBe(isTold ? 'Failed' : 'Pending');
    });
  }

  test('clocks that make every new pod look old cost each pod one eviction', async () => {
    const w = settled();
    for (let evictions = 1; evictions <= 3; evictions += 1) expect((await w.run()).calls).toContain('evict one');
    expect(await w.run()).toEqual({ outcome: done, calls: ['status'] });
  });

  test('pods that cannot be listed are a failure', async () => {
    const error = fail('ApiServerUnavailable', 'transient', 'no answer').error;
    expect((await settled({ podError: error }).run()).outcome).toEqual({ kind: 'retry', error, maxDelayMs: 1_000 });
  });

  const spared: readonly { readonly why: string; readonly workload: Workload }[] = [
    { why: 'its own rollout is under way', workload: rolled({ progress: { ...progress, isComplete: false } }) },
    { why: 'its pods are replaced by hand', workload: rolled({ kind: 'DaemonSet', replacement: 'onDelete' }) },
    {
      why: 'it opted out',
      workload: rolled({ metadata: { annotations: { 'secrets-operator.io/restart': 'ignore' } } }),
    },
    {
      why: 'another controller owns it',
      workload: rolled({ metadata: { ownerReferences: [anOwner({ kind: 'App', name: 'shop' })] } }),
    },
    { why: 'it has no pods', workload: rolled({ progress: { ...progress, updated: 0, desired: 0 } }) },
  ];
  for (const { why, workload } of spared) {
    test(`no pod is evicted, nor even listed: ${why}`, async () => {
      expect((await settled({ workloads: [workload] }).run()).calls).toEqual(['status']);
    });
  }

  test('a workload that was not rolled for it is restarted, three seconds after it was seen', async () => {
    const w = world({ workloads: [aWorkload({ templateAnnotations: { [annotation]: 'k.b' }, progress })] });
    expect((await w.run()).outcome).toEqual({ kind: 'after', ms: 3_000 });
    w.clock.advance(3_000);
    expect((await w.run()).calls).toContain(`restart app {"${annotation}":"k.a"}`);
  });
});

describe('a Secret whose last change the watch has not brought yet', () => {
  const known = aHistory(['k.b', START], ['k.a', START - 2 * HOUR]);
  const held = (...history: ReturnType<typeof aHistory>) => [aKept('payments', history).secret];
  const stamped = (content: string) => aWorkload({ templateAnnotations: { [annotation]: content } });
  const rows: readonly { readonly why: string; readonly world: Parameters<typeof rolloutWorld>[0] }[] = [
    {
      why: 'another leader has rolled the workload for it',
      world: { workloads: [stamped('k.c')], liveSecrets: held(...aHistory(['k.c', START + 1]), ...known) },
    },
    {
      why: 'it brought an older content back, for which the workload is rolled',
      world: { workloads: [stamped('k.a')], liveSecrets: held(...aHistory(['k.a', START + 1]), ...known) },
    },
    { why: 'it has gone through another content', world: { liveSecrets: held(...aHistory(['k.b', START + 1])) } },
    { why: 'it is gone', world: { liveSecrets: [] } },
  ];
  for (const { why, world } of rows) {
    test(`restarts nobody: ${why}`, async () => {
      const w = await rested(world);
      const calls = ['pods of app', 'get payments', 'status'];
      expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 30_000 }, calls });
      expect(w.first()).toMatchObject({ state: 'Pending', reason: 'RollingOut' });
      expect(w.first()?.message).toContain('payments');
    });
  }

  const told = (times: object) => [{ ...aKept('payments', known).awsSecret, status: times }];
  const later = new Date(START + 1).toISOString();
  const outrun = [
    { why: 'by who has written it', awsSecrets: told({ lastChangeTime: later }) },
    { why: 'by who has restarted for it', awsSecrets: told({ rollout: { changeTime: later } }) },
  ];
  for (const { why, awsSecrets } of outrun) {
    test(`nothing is told of the one before, once the later one has been told ${why}`, async () => {
      const w = await rested({ awsSecrets, liveSecrets: held(...aHistory(['k.c', START + 1]), ...known) });
      expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 30_000 }, calls: ['get payments'] });
    });

    test(`it is taken for what it is, told ${why}, when the API server has it so: somebody put it back`, async () => {
      const w = await rested({ awsSecrets });
      expect((await w.run()).calls).toContain(restart);
    });
  }

  test('restarts nobody as long as the API server does not tell', async () => {
    const w = await rested({ readError: fail('ApiServerUnavailable', 'transient', 'no answer').error });
    expect((await w.run()).calls.join()).not.toContain('restart');
    expect(w.first()).toMatchObject({ state: 'Failed', reason: 'ApiServerUnavailable' });
  });

  test('is asked for once, however many use it', async () => {
    const w = await rested({ workloads: ['a', 'b', 'c'].map(name => aWorkload({ metadata: { name, uid: name } })) });
    const { calls } = await w.run();
    expect(calls.filter(call => call === 'get payments')).toHaveLength(1);
    expect(calls.filter(call => call.startsWith('restart'))).toHaveLength(3);
  });
});
