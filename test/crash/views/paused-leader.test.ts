import { beforeAll, describe, expect, test } from 'vitest';
import { inParallel } from '../../../src/controller/runtime/in-parallel.ts';
import { type Call, formatCall } from '../../support/fault-proxy/call.ts';
import { delay, lateAnswer } from '../../support/fault-proxy/fault.ts';
import { type BundleIncarnation, bundleTroupe } from '../bundle/troupe.ts';
import { defectsOf } from '../oracles/verdict.ts';
import type { Run } from '../run.ts';
import { expectSound } from '../sound.ts';
import { uses } from '../stage.ts';
import { openTheatre } from '../theatre.ts';
import type { TroupeMaker } from '../troupe.ts';
import { createScene } from './scene.ts';

/** Processes of Node, two for each: more would be late for their leases. */
const AT_ONCE = 3;
/** Who leads at first has to do so until it is paused, also where it gets little of the machine. */
const LEASE = { duration: 15, deadline: 12 } as const;

interface Pause {
  readonly why: string;
  /** The write that the leader is at when it is paused. */
  readonly isMoment: (call: Call) => boolean;
  /** Whether the write arrives only when another has led for long; else its answer does. */
  readonly isDelayed: boolean;
}

const is =
  (verb: string, resource: string) =>
  (call: Call): boolean =>
    call.verb === verb && call.resource === resource && call.name !== 'secrets-operator-key';
const MOMENTS = [
  { why: 'makes a Secret', isMoment: is('create', 'secrets') },
  { why: 'writes a Secret', isMoment: is('patch', 'secrets') },
  { why: 'writes a status', isMoment: is('patch', 'awssecrets/status') },
  { why: 'restarts a workload', isMoment: is('patch', 'deployments') },
] as const;
const PAUSES: readonly Pause[] = MOMENTS.flatMap(({ why, isMoment }) => [
  { why: `${why}, which is done later`, isMoment, isDelayed: true },
  { why: `${why}, which is done`, isMoment, isDelayed: false },
]);

interface Played {
  readonly run: Run;
  /** How the leader ended, and which of its writes were done once it was awake. */
  readonly exitCode: number | null;
  readonly writes: readonly string[];
}

const theatre = await openTheatre();

/** A value changes and another AwsSecret comes while the leader is paused, and the standby has to take over. */
async function play(reference?: Run, pause?: Pause): Promise<Played> {
  const processes: BundleIncarnation[] = [];
  const troupe: TroupeMaker = options => {
    const { start, ...others } = bundleTroupe(theatre, LEASE)(options);
    return {
      ...others,
      async start(onStart) {
        const process = await start(onStart);
        processes.push(process);
        return process;
      },
    };
  };
  const scene = await createScene(theatre, troupe);
  const { stage } = scene;
  const isReached = (): boolean =>
    stage.holds('db', { password: stage.value('second') }) && stage.holds('mail', { token: stage.value('token') });
  const released = Promise.withResolvers<void>();
  let call: Call | undefined;
  try {
    await stage.store('db', { password: stage.value('first') });
    await stage.store('mail', { token: stage.value('token') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.operator.start();
    await scene.calm();
    await stage.operator.start();
    const [leader] = processes;
    if (leader === undefined) throw new Error('nobody leads');
    if (pause !== undefined) {
      const fault = pause.isDelayed ? delay(released.promise) : lateAnswer(released.promise);
      leader.faults.inject(fault, pause.isMoment, 1);
    }
    const run = await scene.record(
      async () => {
        const sent = leader.faults.calls.length;
        await stage.store('db', { password: stage.value('second') });
        await stage.refresh('db', 'now');
        await stage.applyAwsSecret('mail', { dataFrom: [{ secretId: stage.secretId('mail') }] });
        if (pause === undefined) return;
        await stage.time.until('it is at the write', () => {
          call = leader.faults.calls.slice(sent).find(pause.isMoment);
          return call !== undefined;
        });
        leader.child.kill('SIGSTOP');
        await stage.time.until('the other has done all', () => isReached() && stage.isCalm());
        released.resolve();
        await stage.time.until('the write has an end', () => call?.outcome !== undefined);
      },
      end => (reference === undefined ? isReached() : end === reference.end),
    );
    const awake = leader.faults.calls.length;
    leader.child.kill('SIGCONT');
    if (pause !== undefined) await leader.gone;
    // What it was in the midst of sending is refused, because it says for which version it was meant.
    const isDone = ({ isWrite, outcome }: Call): boolean =>
      isWrite && outcome?.upstream.some(status => status < 300) === true;
    const writes = leader.faults.calls.slice(awake).filter(isDone).map(formatCall);
    return { run, exitCode: leader.child.exitCode, writes };
  } finally {
    for (const { child } of processes) child.kill('SIGCONT');
    await scene.close();
  }
}

describe('a leader is paused until another has led for long', () => {
  const played = new Map<Pause, Played>();
  let reference: Run;
  beforeAll(async () => {
    ({ run: reference } = await play());
    await inParallel(PAUSES, AT_ONCE, async pause => {
      played.set(pause, await play(reference, pause));
    });
  }, 600_000);

  test.each(PAUSES)('while it $why', pause => {
    const { run, exitCode, writes } = played.get(pause) ?? {};
    if (run === undefined) throw new Error('it was not played');
    expectSound(run, defectsOf(run, reference));
    expect({ exitCode, writes }, 'it writes nothing when it wakes, and ends').toEqual({ exitCode: 1, writes: [] });
  });
});
