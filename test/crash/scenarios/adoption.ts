import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** A Secret that somebody made by hand is taken over: what AWS does not hold goes, and what uses it is restarted. */
export const scenario: Scenario = {
  name: 'adoption',
  async given(stage) {
    await stage.store('db', { password: stage.value('second') });
    await stage.kube.create(stage.path('secrets', '').slice(0, -1), {
      metadata: { name: 'db', labels: { team: 'shop' } },
      stringData: { password: stage.value('first'), leftover: stage.value('leftover') },
    });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.operator.start();
  },
  async act(stage) {
    const target = { creationPolicy: 'Adopt' };
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }], target });
  },
  isReached: stage => stage.holds('db', { password: stage.value('second') }),
};
