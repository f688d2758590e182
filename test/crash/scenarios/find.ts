import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** A secret comes under a search, and the value of another changes: the Secret gets both at once, and one restart follows. */
export const scenario: Scenario = {
  name: 'find',
  async given(stage) {
    for (const name of ['a', 'b']) await stage.store(`app/${name}`, { of: stage.value(name) });
    await stage.deploy('deployments', 'web', uses('app')['env-from']);
    await stage.applyAwsSecret('app', { dataFrom: [{ find: { namePattern: stage.secretId('app/*') } }] });
    await stage.operator.start();
  },
  async act(stage) {
    await stage.store('app/c', { of: stage.value('c') });
    await stage.store('app/a', { of: stage.value('other') });
    await stage.refresh('app', 'now');
  },
  isReached: stage =>
    stage.holds('app', {
      a: JSON.stringify({ of: stage.value('other') }),
      b: JSON.stringify({ of: stage.value('b') }),
      c: JSON.stringify({ of: stage.value('c') }),
    }),
};
