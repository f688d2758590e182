import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** Somebody edits one Secret and deletes another: both are put right, and nothing is restarted. */
export const scenario: Scenario = {
  name: 'drift',
  async given(stage) {
    await stage.store('db', { password: stage.value('first') });
    await stage.store('mail', { token: stage.value('token') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.deploy('statefulsets', 'worker', uses('mail').env);
    for (const name of ['db', 'mail'])
      await stage.applyAwsSecret(name, { dataFrom: [{ secretId: stage.secretId(name) }] });
    await stage.operator.start();
  },
  async act(stage) {
    await stage.kube.patch(stage.path('secrets', 'db'), { data: { password: btoa('edited by hand'), more: '' } });
    await stage.kube.remove(stage.path('secrets', 'mail'));
  },
  isReached: stage =>
    stage.holds('db', { password: stage.value('first') }) && stage.holds('mail', { token: stage.value('token') }),
};
