import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** A value changes in AWS: the Secret follows, and each workload that uses it is restarted once. */
export const scenario: Scenario = {
  name: 'rotation',
  async given(stage) {
    await stage.store('db', { password: stage.value('first') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.deploy('statefulsets', 'worker', uses('db').volume);
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.operator.start();
  },
  async act(stage) {
    await stage.store('db', { password: stage.value('second') });
    await stage.refresh('db', 'now');
  },
  isReached: stage => stage.holds('db', { password: stage.value('second') }),
};
