import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/** A secret comes under a search, then the value of another changes: the Secret gets the key, then the value. */
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
    await stage.refresh('app', 'key');
    await stage.time.until('the key is there', () => stage.holds('app', contentsOf(stage, 'a')) && stage.isCalm());
    await stage.store('app/a', { of: stage.value('other') });
    await stage.refresh('app', 'value');
  },
  isReached: stage => stage.holds('app', contentsOf(stage, 'other')),
};

function contentsOf({ value }: Parameters<Scenario['isReached']>[0], a: string): Readonly<Record<string, string>> {
  return {
    a: JSON.stringify({ of: value(a) }),
    b: JSON.stringify({ of: value('b') }),
    c: JSON.stringify({ of: value('c') }),
  };
}
