import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** Everything happens while nobody is at work: the operator that comes back makes up for it. */
export const scenario: Scenario = {
  name: 'while-away',
  async given(stage) {
    await stage.store('db', { password: stage.value('first') });
    await stage.store('mail', { token: stage.value('token') });
    await stage.store('cache', { url: stage.value('url') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.deploy('statefulsets', 'worker', uses('mail').env);
    for (const name of ['db', 'mail', 'cache'])
      await stage.applyAwsSecret(name, { dataFrom: [{ secretId: stage.secretId(name) }] });
    await stage.operator.start();
    await stage.time.until('all is calm', () => stage.isCalm() && stage.find('Secret', 'cache') !== undefined);
    await stage.operator.stop();
    await stage.store('db', { password: stage.value('second') });
    await stage.kube.patch(stage.path('secrets', 'mail'), { data: { token: btoa('edited by hand') } });
    await stage.kube.remove(stage.path('secrets', 'cache'));
  },
  act: stage => stage.operator.start(),
  isReached: stage =>
    stage.holds('db', { password: stage.value('second') }) &&
    stage.holds('mail', { token: stage.value('token') }) &&
    stage.holds('cache', { url: stage.value('url') }),
};
