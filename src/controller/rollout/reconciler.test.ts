import { expect, test } from 'vitest';
import {
  aContainer,
  aHistory,
  anAwsSecret,
  anOwner,
  aSecret,
  aUse,
  aWorkload,
} from '../../../test/support/builders.ts';
import { aKept, rolloutWorld, START } from '../../../test/support/rollout-world.ts';
import { writeHistory } from '../../crds/content-history.ts';
import { OWNER_LABEL } from '../../crds/names.ts';
import { fail } from '../runtime/error.ts';
import { restartAnnotation } from './annotation.ts';

const HOUR = 3_600_000;
const done = { kind: 'done' };
const annotation = restartAnnotation('payments');
const restart = `restart app {"${annotation}":"k.b"}`;
const history = aHistory(['k.b', START], ['k.a', START - 2 * HOUR]);
const secret = aSecret({ annotations: writeHistory(history) });

/** The world, two seconds after the operator has seen the change. */
async function rested(initial?: Parameters<typeof rolloutWorld>[0]) {
  const w = rolloutWorld(initial);
  await w.run();
  w.clock.advance(2_000);
  return w;
}

test('in the first two seconds it waits, and says so: a kubelet may still hand out the old content', async () => {
  const w = rolloutWorld();
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 2_000 }, calls: ['status'] });
  w.clock.advance(500);
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 1_500 }, calls: [] });
  expect(w.rolledOut(), 'nobody who waits for the rollout is told that it is over').toMatchObject({ status: 'False' });
});

test('two seconds since the Secret was seen: it may have been written long after the time that it tells', async () => {
  const w = rolloutWorld();
  w.clock.advance(4_500);
  expect((await w.run()).outcome).toEqual({ kind: 'after', ms: 2_000 });
});

test('then it restarts who runs with the old content, and tells', async () => {
  const w = await rested();
  expect(await w.run()).toEqual({
    outcome: done,
    calls: ['pods of app', 'get payments', restart, 'event WorkloadRestarted app', 'status'],
  });
  expect(w.rolledOut()).toMatchObject({ status: 'False', reason: 'RollingOut' });
  expect(w.counted).toEqual(['Deployment success']);
  expect(w.lines).toEqual([
    { level: 'info', event: 'workload restarted', workload: 'Deployment/app', secret: 'payments' },
  ]);
});

test('a change that settled while nobody looked is acted upon at once', async () => {
  const w = rolloutWorld();
  w.clock.advance(10_000);
  expect((await w.run()).calls).toContain(restart);
});

test('a workload that carries the annotation is left alone, without a look at its pods', async () => {
  const w = rolloutWorld({ workloads: [aWorkload({ templateAnnotations: { [annotation]: 'k.b' } })] });
  w.clock.advance(2_000);
  expect(await w.run()).toEqual({ outcome: done, calls: ['status'] });
  expect(w.rolledOut()).toMatchObject({ status: 'True', reason: 'UpToDate' });
});

test('fresh pods are looked at once more when ten seconds have passed, and never again for this change', async () => {
  const w = await rested({ containers: [aContainer(START + 60_000)] });
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 8_000 }, calls: ['pods of app', 'status'] });
  w.clock.advance(8_000);
  expect(await w.run()).toEqual({ outcome: done, calls: ['pods of app'] });
  expect(await w.run()).toEqual({ outcome: done, calls: [] });
});

test('what is known of fresh pods ends with their content', async () => {
  const w = await rested({ containers: [aContainer(START + 60_000)] });
  w.clock.advance(18_000);
  await w.run();
  const next = aHistory(['k.c', START + HOUR], ['k.b', START], ['k.a', START - 2 * HOUR]);
  w.state.secrets = [aKept('payments', next).secret];
  w.clock.advance(2 * HOUR);
  expect((await w.run()).calls).toContain(`restart app {"${annotation}":"k.c"}`);
});

test('what is known of fresh pods ends when the content went and came back, though nobody saw it go', async () => {
  const w = await rested({ containers: [aContainer(START + 60_000)] });
  w.clock.advance(18_000);
  await w.run();
  const back = aHistory(['k.b', START + HOUR + 5_000], ['k.c', START + HOUR], ['k.b', START]);
  w.state.secrets = [aKept('payments', back).secret];
  w.state.containers = [aContainer(START + HOUR + 3_000)];
  w.clock.advance(2 * HOUR);
  expect((await w.run()).calls, 'the container holds k.c').toContain(restart);
});

const silent: readonly { readonly why: string; readonly initial: NonNullable<Parameters<typeof rolloutWorld>[0]> }[] = [
  {
    why: 'the AwsSecret is suspended',
    initial: { awsSecrets: [aKept('payments', history, { spec: { suspend: true } }).awsSecret] },
  },
  { why: 'the Secret tells no content', initial: { secrets: [aSecret()] } },
  {
    why: 'the Secret belongs to another: its content may restart nobody',
    initial: { secrets: [{ ...secret, ownerReferences: [anOwner({ uid: 'uid-2' })] }] },
  },
  { why: 'nobody uses the Secret', initial: { workloads: [] } },
];

for (const { why, initial } of silent) {
  test(`nothing happens: ${why}`, async () => {
    const w = rolloutWorld(initial);
    w.clock.advance(20_000);
    expect(await w.run()).toEqual({ outcome: done, calls: [] });
  });
}

test('an adopted Secret restarts its consumers too: the label tells whose it is', async () => {
  const adopted = { ...secret, ownerReferences: [], labels: { [OWNER_LABEL]: 'uid-1' } };
  const w = await rested({ awsSecrets: [anAwsSecret()], secrets: [adopted] });
  expect((await w.run()).calls).toContain(restart);
});

test('an AwsSecret that is gone is forgotten', async () => {
  const w = await rested({ containers: [aContainer(START + 60_000)] });
  w.clock.advance(18_000);
  await w.run();
  const { awsSecrets } = w.state;
  w.state.awsSecrets = [];
  expect(await w.run()).toEqual({ outcome: done, calls: [] });
  w.state.awsSecrets = awsSecrets;
  expect((await w.run()).calls, 'all has to be learned anew').toContain('pods of app');
});

const refused = fail('WriteRefused', 'content', 'no rights').error;
const outrun = fail('Progressing', 'conflict', 'lost').error;
const failures = [
  {
    why: 'the pods cannot be listed',
    set: { podError: refused },
    calls: ['pods of app', 'event RestartFailed app', 'status'],
    counted: [],
  },
  {
    why: 'the patch is refused',
    set: { patchErrors: { app: refused } },
    calls: ['pods of app', 'get payments', restart, 'event RestartFailed app', 'status'],
    counted: ['Deployment error'],
  },
  {
    why: 'somebody else wrote the workload, which is no failure',
    set: { patchErrors: { app: outrun } },
    calls: ['pods of app', 'get payments', restart, 'status'],
    counted: [],
  },
];

for (const { why, set, calls, counted } of failures) {
  test(`it is tried again when ${why}`, async () => {
    const w = await rested(set);
    const { outcome, calls: made } = await w.run();
    const error = why.startsWith('somebody') ? outrun : refused;
    expect(outcome).toEqual({ kind: 'retry', error, ...(error === refused && { maxDelayMs: 30_000 }) });
    expect(made).toEqual(calls);
    expect(w.counted).toEqual(counted);
    w.touch();
    expect((await w.run()).calls, 'the same is told once').toEqual(calls.filter(call => !/event|status/.test(call)));
  });
}

test('a failure is told in the status, with the workload’s name', async () => {
  const w = await rested({ patchErrors: { app: refused } });
  await w.run();
  const message = 'Deployment app: no rights';
  expect(w.rolledOut()).toMatchObject({ status: 'False', reason: 'RestartFailed', message });
});

const pair = [aWorkload(), aWorkload({ metadata: { name: 'b', uid: 'b-uid' } })];

test('one workload that fails does not hold up the others', async () => {
  const w = await rested({ workloads: pair, patchErrors: { app: refused } });
  expect((await w.run()).calls.filter(call => call.startsWith('restart'))).toHaveLength(2);
  expect(w.counted).toEqual(['Deployment error', 'Deployment success']);
});

test('a workload that fails is tried again no later than another is due to be looked at', async () => {
  const fresh = aWorkload({ metadata: { name: 'b', uid: 'b-uid' }, uses: [aUse({ container: 'proxy' })] });
  const w = await rested({ workloads: [aWorkload(), fresh], patchErrors: { app: refused } });
  expect((await w.run()).outcome).toEqual({ kind: 'retry', error: refused, maxDelayMs: 8_000 });
});

test('a status that could not be written is tried again, and nothing else is done twice', async () => {
  const error = fail('ApiServerUnavailable', 'transient', 'no answer').error;
  const w = await rested();
  w.state.statusError = error;
  expect((await w.run()).outcome).toEqual({ kind: 'retry', error });
  w.deliver();
  delete w.state.statusError;
  expect(await w.run()).toEqual({ outcome: done, calls: ['status'] });
});

test('a change that lies in the future, because a clock was set back, waits for nothing but the kubelets', async () => {
  const w = rolloutWorld();
  w.clock.setWall(START - HOUR);
  w.state.containers = [aContainer(START - 2 * HOUR)];
  expect((await w.run()).outcome).toEqual({ kind: 'after', ms: 2_000 });
  w.clock.advance(2_000);
  expect((await w.run()).calls).toContain(restart);
});

test('a restart that was done before the operator died is not done again', async () => {
  const w = await rested();
  await w.run();
  w.deliver();
  const successor = rolloutWorld({ workloads: w.state.workloads, containers: w.state.containers });
  successor.clock.advance(3_000);
  expect((await successor.run()).calls).toEqual(['status']);
});

test('a verdict about an older spec is not told of a newer one: its own reconcile is on the way', async () => {
  const w = await rested();
  const running = w.run();
  w.state.awsSecrets = w.state.awsSecrets.map(of => ({ ...of, metadata: { ...of.metadata, generation: 2 } }));
  expect((await running).calls).toEqual(['pods of app', 'get payments', restart, 'event WorkloadRestarted app']);
});
