import { describe, expect, it } from 'vitest';
import { until } from '../support/poll.ts';
import type { LiveAwsSecret, LiveSecret } from './objects.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

/** How long somebody else's change of a Secret may last. */
const REPAIR_MS = 5_000;
const PREFIX = 'secrets-operator.io';
const OURS = ['content', 'changed-at', 'history'].map(name => `${PREFIX}/${name}`);

interface Row {
  readonly why: string;
  readonly name: string;
  /** A merge patch of the Secret; undefined deletes it. */
  readonly edit: object | undefined;
}

const labels = (edit: object) => ({ metadata: { labels: edit } });
const annotations = (edit: object) => ({ metadata: { annotations: edit } });
const gone = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, null]));

const rows: readonly Row[] = [
  { why: 'a value that was edited', name: 'edited', edit: { data: { a: 'ZWRpdA==' } } },
  { why: 'a key that was taken away', name: 'key-gone', edit: { data: { b: null } } },
  { why: 'a key that was added', name: 'key-added', edit: { data: { c: 'ZXh0cmE=' } } },
  { why: 'all data', name: 'empty', edit: { data: null } },
  { why: 'a label of the spec', name: 'label', edit: labels({ team: 'other' }) },
  { why: 'a label of the spec that is gone', name: 'label-gone', edit: labels({ team: null }) },
  { why: 'an annotation of the spec that is gone', name: 'note-gone', edit: annotations({ note: null }) },
  {
    why: 'our label, without which the watch loses it',
    name: 'unlabelled',
    edit: labels({ [`${PREFIX}/owner`]: null }),
  },
  { why: 'our label, with another UID', name: 'relabelled', edit: labels({ [`${PREFIX}/owner`]: 'nobody' }) },
  { why: 'our owner reference', name: 'disowned', edit: { metadata: { ownerReferences: null } } },
  { why: 'the hash of the content', name: 'unhashed', edit: annotations(gone(OURS.slice(0, 1))) },
  { why: 'all of our annotations', name: 'bare', edit: annotations(gone(OURS)) },
  { why: 'a hash of another key', name: 'forged', edit: annotations({ [`${PREFIX}/content`]: 'aaaaaaaa.00' }) },
  {
    why: 'label and data at once, so that the watch does not see the edit',
    name: 'two-fold',
    edit: { data: { a: 'ZWRpdA==' }, ...labels({ [`${PREFIX}/owner`]: null }) },
  },
  { why: 'the Secret itself', name: 'deleted', edit: undefined },
];

describe('what somebody else did to a Secret is put right', () => {
  const world = useWorld();
  const { deploy, run, live, refresh, expectServed, expectRolled } = workloadsOf(world);
  const data = { a: Buffer.from('1').toString('base64'), b: Buffer.from('2').toString('base64') };

  /** What is not as it should be; empty when all is. `content` is the hash that equal bytes have. */
  const faults = (
    secret: LiveSecret | undefined,
    { metadata: { uid } }: LiveAwsSecret,
    content: string | undefined,
  ) => {
    if (secret === undefined) return ['it is gone'];
    const { labels = {}, annotations = {}, ownerReferences = [] } = secret.metadata;
    const is = {
      data: JSON.stringify(secret.data) === JSON.stringify(data),
      labels: labels['team'] === 'shop' && labels[`${PREFIX}/owner`] === uid,
      annotations: annotations['note'] === 'ours' && OURS.every(name => annotations[name] !== undefined),
      content: annotations[`${PREFIX}/content`] === content,
      owner: ownerReferences.length === 1 && ownerReferences[0]?.uid === uid,
    };
    return Object.entries(is).flatMap(([part, isRight]) => (isRight ? [] : [part]));
  };

  it.concurrent.each(rows)('$why', async ({ name, edit }) => {
    const secretId = world.unique(name);
    await world.aws['eu-west-1'].create(secretId, '{"a":"1","b":"2"}');
    await deploy('deployments', name, uses(name)['env-from']);
    await run(name, LONG_AGO);
    const metadata = { labels: { team: 'shop' }, annotations: { note: 'ours' } };
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId }], target: { metadata } });
    const awsSecret = await world.expectSynced(name);
    const before = await world.secret(name);
    const content = before?.metadata.annotations?.[`${PREFIX}/content`];
    expect(faults(before, awsSecret, content)).toEqual([]);

    const path = world.path('secrets', name);
    if (edit === undefined) await world.kube.remove(path);
    else await world.kube.patch(path, edit);
    let left: readonly string[] = [];
    await until('it is repaired', { timeoutMs: REPAIR_MS }, async () => {
      left = faults(await world.secret(name), awsSecret, content);
      return left.length === 0;
    }).catch(error => {
      throw new Error(`${error}: ${left.join(', ')}; ${JSON.stringify(world.lines.slice(-3))}`);
    });
  });

  it('and nobody is restarted, or told of new content, for bytes that are the same', async () => {
    for (const { name } of rows) await refresh(name, 'after the repair');
    for (const { name } of rows) await expectServed(name, 'after the repair');
    // A content that comes back restarts its consumers later than any other change: see `due.ts`.
    const secretId = world.unique('witness');
    await world.aws['eu-west-1'].create(secretId, '{"v":"1"}');
    await deploy('deployments', 'witness', uses('witness').env);
    await run('witness', LONG_AGO);
    await world.applyAwsSecret('witness', { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSynced('witness');
    for (const value of ['2', '1']) {
      await world.aws['eu-west-1'].put(secretId, JSON.stringify({ v: value }));
      await refresh('witness', value);
      await world.expectSecret('witness', { v: value });
      await expectRolled('deployments', 'witness', 'witness');
    }
    for (const { name } of rows) {
      expect((await live('deployments', name)).metadata.generation, name).toBe(1);
      expect(await world.events(name), name).toEqual([]);
      await world.expectCondition(name, 'RolledOut', 'True', 'UpToDate');
    }
  });
});
