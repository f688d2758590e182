import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** One AwsSecret is deleted, another is deleted and made anew at once: nobody is restarted for a value that stays. */
export const scenario: Scenario = {
  name: 'delete',
  async given(stage) {
    await stage.store('db', { password: stage.value('first') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.applyAwsSecret('gone', { dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.operator.start();
  },
  async act(stage) {
    await stage.kube.remove(stage.path('awssecrets', 'gone'));
    await stage.kube.remove(stage.path('awssecrets', 'db'));
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
  },
  isReached: stage =>
    stage.holds('db', { password: stage.value('first') }) && stage.find('Secret', 'gone') === undefined,
};
