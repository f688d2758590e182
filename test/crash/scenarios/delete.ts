import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** Two AwsSecrets go, and their Secrets with them; one is made anew: nobody is restarted for a value that stays. */
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
    await stage.time.until('the Secrets are collected', () =>
      ['gone', 'db'].every(name => stage.find('Secret', name) === undefined),
    );
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
  },
  isReached: stage =>
    stage.holds('db', { password: stage.value('first') }) && stage.find('Secret', 'gone') === undefined,
};
