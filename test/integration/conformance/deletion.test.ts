import { describe, expect, it } from 'vitest';
import { until } from '../../support/poll.ts';
import { createLeapingClock } from '../leaping-clock.ts';
import { useWorld } from '../world.ts';

const MINUTE = 60_000;

describe('DeletionPolicyDelete of External Secrets’ e2e suite', () => {
  const clock = createLeapingClock();
  const world = useWorld([], clock);
  const west = () => world.aws['eu-west-1'];
  const names = ['one', 'other'];
  const begin = async (name: string, sourceDeletionPolicy: 'Delete' | 'Retain') => {
    const idOf = (key: string): string => world.unique(`${name}/${key}`);
    for (const key of names) await west().create(idOf(key), 'bazz');
    await world.applyAwsSecret(name, {
      data: names.map(key => ({ key, secretId: idOf(key) })),
      target: { sourceDeletionPolicy },
    });
    await world.expectSecret(name, { one: 'bazz', other: 'bazz' });
    return idOf;
  };
  /** Lets so many minutes pass, in each of which it is tried in vain. */
  const pass = async (name: string, minutes: number): Promise<void> => {
    const failures = (): number =>
      world.lines.filter(line => line.includes('"sync failed"') && line.includes(`"${name}"`)).length;
    for (let minute = 0; minute < minutes; minute += 1) {
      await calm();
      const before = failures();
      clock.leap(MINUTE);
      await until('it is tried', { timeoutMs: 20_000 }, () => failures() > before);
    }
  };
  /** Waits until no call is under way, which the leap would be the end of. */
  const calm = async (): Promise<void> => {
    let looks = 0;
    await until('all calls are answered', { timeoutMs: 20_000, intervalMs: 20 }, () => {
      const isCalm = world.faults.calls.every(({ verb, outcome }) => verb === 'watch' || outcome !== undefined);
      looks = isCalm ? looks + 1 : 0;
      return looks > 3;
    });
  };
  const rows = [
    { why: 'ten minutes after the last of its sources', policy: 'Delete', deletes: names, isGone: true },
    { why: 'not while one of them is there', policy: 'Delete', deletes: ['one'], isGone: false },
    { why: 'not where nobody asks for it', policy: 'Retain', deletes: names, isGone: false },
  ] as const;

  it.each(rows.map((row, i) => ({ ...row, name: `deletion-${i}` })))(
    'the Secret goes $why',
    async ({ name, policy, deletes, isGone }) => {
      const idOf = await begin(name, policy);
      for (const key of deletes) await west().scheduleDeletion(idOf(key));
      await pass(name, 9);
      expect(await world.secret(name), 'not yet').toBeDefined();
      await pass(name, 3);
      if (isGone) {
        await world.expectCondition(name, 'Ready', 'False', 'SourceDeleted');
        expect(await world.secret(name)).toBeUndefined();
      } else {
        await world.expectCondition(name, 'Ready', 'False', 'SecretNotFound');
        await world.expectSecret(name, { one: 'bazz', other: 'bazz' });
      }
    },
  );
});
