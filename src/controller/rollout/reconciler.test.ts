import { expect, test } from 'vitest';
import { aLog, anAwsSecret, anOwner, aSecret, aWorkload } from '../../../test/support/builders.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { AwsSecret } from '../../crds/aws-secret.ts';
import { type ContentChange, writeHistory } from '../../crds/content-history.ts';
import { OWNER_LABEL } from '../../crds/names.ts';
import type { SecretMetadata } from '../aws-secret/secret.ts';
import { fail, ok, type SyncError } from '../runtime/error.ts';
import { restartAnnotation } from './annotation.ts';
import { createRolloutReconciler } from './reconciler.ts';
import type { Workload } from './workload.ts';

const KEY = 'shop/payments';
const START = Date.parse('2030-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(START + ms).toISOString();
const annotation = restartAnnotation('payments');

/** The Secret changed at the start of time; `old` pods started an hour before. */
const history: readonly ContentChange[] = [
  { content: 'k.b', time: at(0) },
  { content: 'k.a', time: at(-7_200_000) },
];
const secret = aSecret({ annotations: writeHistory(history) });

function world(over: { secret?: SecretMetadata; workloads?: readonly Workload[]; awsSecret?: AwsSecret } = {}) {
  const clock = createFakeClock(START);
  const state = {
    awsSecret: (over.awsSecret ?? anAwsSecret()) as AwsSecret | undefined,
    secret: over.secret ?? secret,
    workloads: over.workloads ?? [aWorkload()],
    startedAt: START - 3_600_000,
    podError: undefined as SyncError | undefined,
    patchError: undefined as SyncError | undefined,
  };
  const calls: string[] = [];
  const counted: string[] = [];
  const { log, lines } = aLog();
  const fresh = new Map<string, ReadonlyMap<string, string>>();
  const reconcile = createRolloutReconciler({
    awsSecrets: { get: () => state.awsSecret, hasUid: () => true },
    secrets: { get: () => state.secret },
    workloads: { usingSecret: () => state.workloads },
    pods: {
      async startedContainers({ metadata }) {
        calls.push(`pods of ${metadata.name}`);
        if (state.podError) return { ok: false, error: state.podError };
        return ok([{ pod: 'p', container: 'main', startedAt: state.startedAt }]);
      },
    },
    restarter: {
      async restart({ metadata }, annotations) {
        calls.push(`restart ${metadata.name} ${JSON.stringify(annotations)}`);
        return state.patchError ? { ok: false, error: state.patchError } : ok(undefined);
      },
    },
    status: {
      async write(_key, _uid, next) {
        const status = state.awsSecret && next(state.awsSecret);
        if (status === undefined || state.awsSecret === undefined) return ok(undefined);
        calls.push('status');
        state.awsSecret = { ...state.awsSecret, status };
        return ok(undefined);
      },
    },
    fresh,
    clock,
    metrics: { restarted: (kind, result) => counted.push(`${kind} ${result}`) },
  });
  const run = async () => {
    calls.length = 0;
    const outcome = await reconcile(KEY, log);
    return { outcome, calls: [...calls] };
  };
  const rolledOut = () => state.awsSecret?.status?.conditions?.find(({ type }) => type === 'RolledOut');
  return { clock, state, counted, lines, fresh, run, rolledOut };
}

const restart = `restart app {"${annotation}":"k.b"}`;

test('in the first two seconds it waits, and says so: a kubelet may still hand out the old content', async () => {
  const w = world();
  w.clock.advance(500);
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 1_500 }, calls: ['status'] });
  expect(w.rolledOut(), 'nobody who waits for the rollout is told that it is over').toMatchObject({ status: 'False' });
});

test('then it restarts who runs with the old content, and tells', async () => {
  const w = world();
  w.clock.advance(2_000);
  expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: ['pods of app', restart, 'status'] });
  expect(w.rolledOut()).toMatchObject({ status: 'False', reason: 'RollingOut' });
  expect(w.counted).toEqual(['Deployment success']);
  expect(w.lines).toEqual([
    { level: 'info', event: 'workload restarted', workload: 'Deployment/app', secret: 'payments' },
  ]);
});

test('a workload that carries the annotation is left alone, without a look at its pods', async () => {
  const w = world({ workloads: [aWorkload({ templateAnnotations: { [annotation]: 'k.b' } })] });
  w.clock.advance(2_000);
  expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: ['status'] });
  expect(w.rolledOut()).toMatchObject({ status: 'True', reason: 'UpToDate' });
});

test('fresh pods are looked at once more when ten seconds have passed, and never again for this content', async () => {
  const w = world();
  w.state.startedAt = START + 60_000;
  w.clock.advance(2_000);
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 8_000 }, calls: ['pods of app', 'status'] });
  w.clock.advance(8_000);
  expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: ['pods of app'] });
  expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: [] });
});

test('what is known of fresh pods ends with their content', async () => {
  const w = world();
  w.state.startedAt = START + 60_000;
  w.clock.advance(20_000);
  await w.run();
  const next = [{ content: 'k.c', time: at(3_600_000) }, ...history];
  w.state.secret = aSecret({ annotations: writeHistory(next) });
  w.clock.advance(7_200_000);
  expect((await w.run()).calls).toContain(`restart app {"${annotation}":"k.c"}`);
});

const silent: readonly { readonly why: string; readonly over: NonNullable<Parameters<typeof world>[0]> }[] = [
  { why: 'the AwsSecret is suspended', over: { awsSecret: anAwsSecret({ spec: { suspend: true } }) } },
  { why: 'the Secret tells no content', over: { secret: aSecret() } },
  {
    why: 'the Secret belongs to another: its content may restart nobody',
    over: { secret: { ...secret, ownerReferences: [anOwner({ uid: 'uid-2' })] } },
  },
  { why: 'nobody uses the Secret', over: { workloads: [] } },
];

for (const { why, over } of silent) {
  test(`nothing happens: ${why}`, async () => {
    const w = world(over);
    w.clock.advance(20_000);
    expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: [] });
  });
}

test('an adopted Secret restarts its consumers too: the label tells whose it is', async () => {
  const w = world({ secret: { ...secret, ownerReferences: [], labels: { [OWNER_LABEL]: 'uid-1' } } });
  w.clock.advance(2_000);
  expect((await w.run()).calls).toContain(restart);
});

test('an AwsSecret that is gone is forgotten', async () => {
  const w = world();
  w.fresh.set(KEY, new Map());
  w.state.awsSecret = undefined;
  expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: [] });
  expect(w.fresh.size).toBe(0);
});

const failures = [
  {
    why: 'the pods cannot be listed',
    set: 'podError',
    error: fail('WriteRefused', 'content', 'no rights').error,
    calls: ['pods of app', 'status'],
    counted: [],
  },
  {
    why: 'the patch is refused',
    set: 'patchError',
    error: fail('WriteRefused', 'content', 'no rights').error,
    calls: ['pods of app', restart, 'status'],
    counted: ['Deployment error'],
  },
  {
    why: 'somebody else wrote the workload',
    set: 'patchError',
    error: fail('Progressing', 'conflict', 'lost').error,
    calls: ['pods of app', restart],
    counted: [],
  },
] as const;

for (const { why, set, error, calls, counted } of failures) {
  test(`it is tried again when ${why}`, async () => {
    const w = world();
    w.state[set] = error;
    w.clock.advance(2_000);
    const ran = await w.run();
    expect(ran.outcome).toEqual({ kind: 'retry', error });
    expect(ran.calls.slice(0, calls.length)).toEqual(calls);
    expect(w.counted).toEqual(counted);
  });
}

test('a failure is told in the status, with the workload’s name', async () => {
  const w = world();
  w.state.patchError = fail('WriteRefused', 'content', 'no rights').error;
  w.clock.advance(2_000);
  await w.run();
  expect(w.rolledOut()).toMatchObject({
    status: 'False',
    reason: 'RestartFailed',
    message: 'Deployment app: no rights',
  });
});

test('one workload that fails does not hold up the others', async () => {
  const w = world({ workloads: [aWorkload(), aWorkload({ metadata: { name: 'b', uid: 'b-uid' } })] });
  w.state.patchError = fail('WriteRefused', 'content', 'no rights').error;
  w.clock.advance(2_000);
  expect((await w.run()).calls.filter(call => call.startsWith('restart'))).toHaveLength(2);
});

test('a change that lies in the future, because a clock was set back, is acted upon now', async () => {
  const w = world();
  w.clock.setWall(START - 3_600_000);
  w.state.startedAt = START - 7_200_000;
  expect((await w.run()).calls).toContain(restart);
});

test('a restart that was done before the operator died is not done again', async () => {
  const w = world();
  w.clock.advance(2_000);
  await w.run();
  const patched = aWorkload({ templateAnnotations: { [annotation]: 'k.b' } });
  const successor = world({ workloads: [patched] });
  successor.clock.advance(3_000);
  expect((await successor.run()).calls).toEqual(['status']);
});
