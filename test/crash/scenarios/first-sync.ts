import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** The operator begins where everything waits for it: a whole document, and single keys of which one is not there. */
export const scenario: Scenario = {
  name: 'first-sync',
  async given(stage) {
    await stage.store('db', { password: stage.value('first'), user: stage.value('user') });
    await stage.store('mail', { token: stage.value('token') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.applyAwsSecret('db', { dataFrom: [{ secretId: stage.secretId('db') }] });
    const secretId = stage.secretId('mail');
    await stage.applyAwsSecret('mail', {
      data: [
        { key: 'TOKEN', secretId, property: 'token' },
        { key: 'SPARE', secretId, property: 'spare', optional: true },
      ],
    });
  },
  act: stage => stage.operator.start(),
  isReached: stage =>
    stage.holds('db', { password: stage.value('first'), user: stage.value('user') }) &&
    stage.holds('mail', { TOKEN: stage.value('token') }),
};
