import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aContainer, aWorkload } from '../../../test/support/builders.ts';
import { damaged } from '../../../test/support/hostile.ts';
import { rolloutWorld, START } from '../../../test/support/rollout-world.ts';
import { awsSecretStatusSchema } from '../../crds/aws-secret.ts';
import { Store } from '../watch/store.ts';
import { indexWorkload } from './cache.ts';
import { WORKLOAD_SOURCES } from './kinds.ts';
import { podContainers } from './pods.ts';

const named = { name: 'odd', namespace: 'shop', uid: 'odd-uid', resourceVersion: '9' };
const containers = [{ name: 'main', envFrom: [{ secretRef: { name: 'payments', optional: true } }] }];
/** Rolled for the present content, so that its progress is told. */
const template = { metadata: { annotations: { 'restart.secrets-operator.io/payments': 'k.b' } }, spec: { containers } };
const selector = { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] };
const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
const conditions = [{ type: 'Progressing', status: 'True', reason: 'x' }];
const replicas = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
const sound = {
  spec: { replicas: 2, paused: false, selector, template, updateStrategy, jobTemplate: { spec: { template } } },
  status: { observedGeneration: 1, ...replicas, phase: 'Healthy', conditions },
};

/** From which no text can be made. */
const unknownCount = {
  ...sound,
  status: { ...sound.status, updatedReplicas: { toString: null }, phase: 'Progressing' },
};

/** As the mirror does: one that cannot be read or held is left out. */
function heldOf(reduce: (object: object) => ReturnType<typeof aWorkload> | undefined, object: object) {
  try {
    const workload = reduce({ ...object, metadata: named });
    const store = new Store(indexWorkload);
    if (workload !== undefined) store.set(workload);
    return workload;
  } catch {
    return undefined;
  }
}

for (const [kind, { reduce }] of Object.entries(WORKLOAD_SOURCES)) {
  test(`whatever stands in a ${kind}, another consumer of the same Secret is restarted, and the status can be stored`, async () => {
    await fc.assert(
      fc.asyncProperty(damaged(sound), async object => {
        const odd = heldOf(reduce, object as object);
        const workloads = [...(odd === undefined ? [] : [odd]), aWorkload()];
        const w = rolloutWorld({ workloads, containers: [aContainer(START - 3_600_000)] });
        w.clock.advance(10_000);
        const { calls } = await w.run();
        expect(calls.filter(call => call.startsWith('restart app '))).toHaveLength(1);
        const status = w.state.awsSecrets[0]?.status;
        expect(awsSecretStatusSchema.safeParse(status).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 60, examples: [[unknownCount]] },
    );
  });
}

const startTime = '2030-01-01T00:00:00Z';
const running = { name: 'main', state: { running: { startedAt: startTime } }, lastState: {} };
const ended = { name: 'init', state: { terminated: { startedAt: startTime } } };
const pod = {
  metadata: { name: 'app-1', uid: 'u' },
  status: { phase: 'Running', startTime, initContainerStatuses: [ended], containerStatuses: [running] },
};

test('whatever is absent of a pod, its containers are read, and a time is known of each', () => {
  fc.assert(
    fc.property(damaged(pod, 'holes'), pod => {
      for (const { startedAt, mountedSince } of podContainers(pod as object, true)) {
        expect([startedAt, mountedSince].some(Number.isNaN)).toBe(false);
        expect(mountedSince).not.toBe(Number.POSITIVE_INFINITY);
      }
    }),
    { numRuns: 200 },
  );
});
