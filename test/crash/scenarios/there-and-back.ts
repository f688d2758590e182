import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** A value changes, and changes back before everybody has been restarted: who took the one in between is replaced. */
export const scenario: Scenario = {
  name: 'there-and-back',
  async given(stage) {
    await stage.store('db', { password: stage.value('first') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.operator.start();
  },
  async act(stage) {
    await stage.store('db', { password: stage.value('second') });
    await stage.refresh('db', 'there');
    await stage.time.until(
      'it is there',
      () => stage.holds('db', { password: stage.value('second') }) && stage.isCalm(),
    );
    await stage.store('db', { password: stage.value('first') });
    await stage.refresh('db', 'back');
  },
  isReached: stage => stage.holds('db', { password: stage.value('first') }),
};
