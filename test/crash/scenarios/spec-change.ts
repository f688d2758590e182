import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** The spec asks for other keys in a Secret of another name: the former one goes, since nobody uses it any more. */
export const scenario: Scenario = {
  name: 'spec-change',
  async given(stage) {
    await stage.store('db', { password: stage.value('first'), user: stage.value('user') });
    await stage.deploy('deployments', 'web', uses('db-new')['env-from']);
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.operator.start();
  },
  async act(stage) {
    const data = [{ key: 'PASSWORD', secretId: stage.secretId('db'), property: 'password' }];
    const spec = { data, dataFrom: null, target: { name: 'db-new', metadata: { labels: { tier: 'db' } } } };
    await stage.kube.patch(stage.path('awssecrets', 'db'), { spec });
  },
  isReached: stage =>
    stage.holds('db-new', { PASSWORD: stage.value('first') }) && stage.find('Secret', 'db') === undefined,
};
