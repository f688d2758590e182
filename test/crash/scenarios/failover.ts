import type { AwsSecretStatus } from '../../../src/crds/aws-secret.ts';
import type { Scenario } from '../scenario.ts';
import { uses } from '../stage.ts';

/**
 * The primary region answers nothing while a value changes: it comes from the secondary. Once the primary is back it is
 * asked again, which changes nothing but the region that the status names.
 */
export const scenario: Scenario = {
  name: 'failover',
  async given(stage) {
    await stage.store('db', { password: stage.value('first') });
    await stage.deploy('deployments', 'web', uses('db')['env-from']);
    await stage.applyAwsSecret('db', { refreshInterval: '10s', dataFrom: [{ secretId: stage.secretId('db') }] });
    await stage.operator.start();
  },
  async act(stage) {
    const heal = stage.loseRegion('eu-west-1');
    await stage.store('db', { password: stage.value('second') });
    await stage.refresh('db', 'now');
    await stage.time.until('the value comes from the secondary', () =>
      stage.holds('db', { password: stage.value('second') }),
    );
    heal();
    await stage.refresh('db', 'again');
  },
  isReached: stage => stage.holds('db', { password: stage.value('second') }) && regionOf(stage) === 'eu-west-1',
};

function regionOf(stage: Parameters<Scenario['isReached']>[0]): string | undefined {
  const { sources } = (stage.find('AwsSecret', 'db')?.['status'] ?? {}) as AwsSecretStatus;
  return sources?.[0]?.region;
}
