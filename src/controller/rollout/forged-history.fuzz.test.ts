import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aContainer, aWorkload } from '../../../test/support/builders.ts';
import { damaged, hostileTime, isDateTime, storedText } from '../../../test/support/hostile.ts';
import { rolloutWorld, START } from '../../../test/support/rollout-world.ts';
import { awsSecretStatusSchema } from '../../crds/aws-secret.ts';
import {
  CHANGED_AT_ANNOTATION,
  CONTENT_ANNOTATION,
  HISTORY_ANNOTATION,
  RESTART_ANNOTATION,
  RESTART_CONTENT_PREFIX,
} from '../../crds/names.ts';

const STAMP = `${RESTART_CONTENT_PREFIX}payments`;
const MINUTE = 60_000;

const content = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('k.a', 'k.b', 'j.a') }, storedText);
const time = fc.oneof(
  fc.integer({ min: -3, max: 30 }).map(minutes => new Date(START + minutes * MINUTE).toISOString()),
  hostileTime,
);
const change = fc.record(
  { content, time, was: fc.array(content, { maxLength: 2 }) },
  { requiredKeys: ['content', 'time'] },
);

/** Annotations of a Secret as somebody may have written them: consistent, or not. */
const annotations = fc
  .tuple(change, fc.array(change, { maxLength: 3 }), fc.nat(5), damaged([{ content: 'k.a', time: '2030' }]))
  .map(([newest, older, way, garbage]) => ({
    ...(way !== 0 && { [CONTENT_ANNOTATION]: newest.content }),
    ...(way !== 1 && { [CHANGED_AT_ANNOTATION]: newest.time }),
    ...(way !== 2 && { [HISTORY_ANNOTATION]: JSON.stringify(way === 3 ? garbage : [newest, ...older]) ?? '' }),
  }));

const step = fc.record({
  annotations,
  afterMs: fc.constantFrom(0, 1_000, 5_000, MINUTE, 40 * MINUTE),
  /** How old the only container is. Infinite: it has not started yet. */
  ageMs: fc.constantFrom(0, 1_000, MINUTE, 60 * MINUTE, Number.NEGATIVE_INFINITY),
});
const annotation = fc.oneof(fc.constant(undefined), fc.constantFrom('ignore', 'Ignore'), storedText);
const stamp = fc.option(content, { nil: undefined });
/** The API server bounds neither the kind nor the name of an owner. */
const owner = fc.record({
  ...{ apiVersion: fc.constant('v1'), uid: fc.constant('o'), controller: fc.boolean() },
  ...{ kind: fc.oneof(storedText, fc.constant('K'.repeat(40_000))), name: storedText },
});
const owners = fc.array(owner, { maxLength: 1 });
const workload = fc.record({ asks: annotation, stamp, owners });

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Consumer = typeof workload extends fc.Arbitrary<infer T> ? T : never;

/** A world with one consumer, and each restart of it: what it was stamped with before and after. */
function worldOf({ asks, stamp, owners }: Consumer) {
  const asked = asks === undefined ? {} : { annotations: { [RESTART_ANNOTATION]: asks } };
  const templateAnnotations = stamp === undefined ? {} : { [STAMP]: stamp };
  const consumer = aWorkload({ metadata: { ...asked, ownerReferences: owners }, templateAnnotations });
  const w = rolloutWorld({ workloads: [consumer] });
  const present = () => w.state.workloads[0]?.templateAnnotations[STAMP];
  const restarts: { readonly before: string | undefined; readonly after: string | undefined }[] = [];

  /** One reconcile, and all that the watch has to tell of it; milliseconds until the next. */
  const turn = async (): Promise<number> => {
    const before = present();
    const { outcome, calls } = await w.run();
    w.deliver();
    if (calls.some(call => call.startsWith('restart'))) restarts.push({ before, after: present() });
    return outcome.kind === 'after' ? outcome.ms : 0;
  };
  /** Until it rests: a change that is new is looked at again when the kubelets have had time to see it. */
  const play = async ({ annotations, afterMs, ageMs }: Step): Promise<void> => {
    w.clock.advance(afterMs);
    w.state.secrets = w.state.secrets.map(secret => ({ ...secret, annotations }));
    w.state.containers = [aContainer(w.clock.now() - ageMs)];
    for (let turns = 0; turns < 4; turns += 1) {
      const ms = await turn();
      expect([ms >= 0, Number.isFinite(ms)]).toEqual([true, true]);
      w.clock.advance(ms);
    }
  };
  return { play, restarts, status: () => w.state.awsSecrets[0]?.status ?? {} };
}

test('whatever history somebody writes, nobody is restarted for what it was last restarted for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), workload, async (steps, consumer) => {
      const { play, restarts, status } = worldOf(consumer);
      for (const step of steps) {
        const told = restarts.length;
        await play(step);
        for (const { before, after } of restarts.slice(told)) {
          expect(after).not.toBe(before);
          expect(after).toBe(step.annotations[CONTENT_ANNOTATION]);
        }
      }
      const isExempt = consumer.asks === 'ignore' || consumer.owners.some(({ controller }) => controller);
      if (isExempt) expect(restarts).toEqual([]);
      expect(awsSecretStatusSchema.safeParse(status()).error?.issues ?? []).toEqual([]);
      expect(isDateTime(status().rollout?.changeTime ?? '2030-01-01T00:00:00Z')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
