import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../test/support/builders.ts';
import { syncWorld } from '../../../test/support/sync-world.ts';

const rows = [
  { why: 'it was deleted', now: undefined },
  { why: 'it is being deleted', now: anAwsSecret({ metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }) },
  { why: 'it was deleted and made again', now: anAwsSecret({ metadata: { uid: 'another' } }) },
  { why: 'its spec changed', now: anAwsSecret({ metadata: { generation: 2 } }) },
];

for (const { why, now } of rows) {
  test(`nothing is written, and no verdict told, when ${why} while AWS was asked`, async () => {
    const w = syncWorld();
    w.aws.meanwhile = () => {
      w.state.awsSecret = now;
    };
    expect(await w.run()).toMatchObject({ outcome: { kind: 'retry', error: { retry: 'conflict' } }, calls: ['value'] });
    expect(w.writes).toEqual([]);
    expect(w.records.size).toBe(0);
    expect(w.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
}

test('a status or an annotation that is written meanwhile supersedes nothing', async () => {
  const w = syncWorld();
  w.aws.meanwhile = () => {
    w.state.awsSecret = anAwsSecret({ metadata: { resourceVersion: '99', annotations: { a: 'b' } } });
  };
  expect((await w.run()).outcome).toMatchObject({ kind: 'after' });
  expect(w.writes).toHaveLength(1);
});

test('after a restart a status is not told from an older one that a list has brought', async () => {
  const w = syncWorld();
  await w.run();
  const old = { awsSecret: w.state.awsSecret, secret: w.state.secret };
  w.state.secret = undefined;
  w.clock.advance(10_000);
  await w.run();
  const present = { awsSecret: w.state.awsSecret, secret: w.state.secret };
  expect(present.awsSecret?.status?.target).not.toEqual(old.awsSecret?.status?.target);

  w.records.clear();
  Object.assign(w.state, old);
  // The guard of a status write meets what is stored.
  w.aws.meanwhile = () => Object.assign(w.state, { awsSecret: present.awsSecret });
  w.clock.advance(60_000);
  expect((await w.run()).calls, 'AWS still agrees, and nothing is told').toEqual(['version']);
  expect(w.state.awsSecret).toEqual(present.awsSecret);

  w.state.secret = present.secret;
  expect((await w.run()).calls, 'the record follows, and no value is read').toEqual(['version']);
  expect(w.writes).toHaveLength(2);
});
