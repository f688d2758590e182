import type { Scenario } from '../scenario.ts';
import { type Stage, uses } from '../stage.ts';

/** A Secret, its consumer, and an operator that has done its work. */
async function settled(stage: Stage): Promise<void> {
  await stage.store('db', { password: stage.value('first') });
  await stage.deploy('deployments', 'web', uses('db')['env-from']);
  await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
  await stage.operator.start();
}

async function rotate(stage: Stage): Promise<void> {
  await stage.store('db', { password: stage.value('second') });
  await stage.refresh('db', 'now');
}

const isRotated = (stage: Stage): boolean => stage.holds('db', { password: stage.value('second') });

/** What people do to the objects that an operator looks at, while it is at work. */
export const STORIES: readonly Scenario[] = [
  {
    name: 'edited-meanwhile',
    given: settled,
    async act(stage) {
      // First, so that whoever reads because of the edit finds the same in each run.
      await stage.store('db', { password: stage.value('second') });
      await stage.kube.patch(stage.path('secrets', 'db'), { data: { password: 'ZWRpdGVk', more: 'bW9yZQ==' } });
      await stage.refresh('db', 'now');
    },
    isReached: isRotated,
  },
  {
    name: 'rolled-meanwhile',
    given: settled,
    async act(stage) {
      await rotate(stage);
      const annotations = { 'example.org/rolled': 'by hand' };
      await stage.kube.patch(stage.path('deployments', 'web'), { spec: { template: { metadata: { annotations } } } });
    },
    isReached: isRotated,
  },
  {
    name: 'workload-anew',
    given: settled,
    async act(stage) {
      await rotate(stage);
      await stage.kube.remove(stage.path('deployments', 'web'));
      await stage.deploy('deployments', 'web', uses('db')['env-from']);
    },
    isReached: isRotated,
  },
];
