import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { reset } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { REGIONS } from './setup.ts';
import { useWorld } from './world.ts';

const COUNT = 10;
/** Two regions, each asked again once. */
const CALLS_OF_A_READ = 4;
const WAIT = { timeoutMs: 30_000 } as const;
const world = useWorld();
const awsCalls = (from: number) => world.faults.calls.slice(from).filter(({ target }) => target !== 'kube').length;

/** As replication does it: the same value and the same version in every region. */
async function everywhere(does: 'create' | 'put', name: string, value: string): Promise<void> {
  const content = JSON.stringify({ value });
  const token = randomUUID();
  for (const region of REGIONS) {
    if (does === 'create') await world.aws[region].create(world.unique(name), content, { token });
    else await world.aws[region].put(world.unique(name), content, { token });
  }
}

const rows = [
  {
    why: 'breaks every connection',
    begin: () => world.faults.inject(reset(), ({ target }) => target !== 'kube'),
  },
  {
    why: 'answers nothing',
    begin() {
      const ends = REGIONS.map(region => world.faults.blackhole(`aws/${region}`));
      return () => {
        for (const end of ends) end();
      };
    },
  },
];
it.each(rows)('AWS $why, in all regions: values stay; on its return what changed meanwhile is written', async row => {
  const names = Array.from({ length: COUNT }, (_, i) => `${row.why.replaceAll(' ', '-')}-${i}`);
  const [changed = ''] = names;
  for (const name of names) {
    await everywhere('create', name, 'first');
    await world.applyAwsSecret(name, { dataFrom: [{ secretId: world.unique(name) }] });
  }
  for (const name of names) await world.expectSynced(name);

  const [from, line] = [world.faults.calls.length, world.lines.length];
  const end = row.begin();
  onTestFinished(end);
  await everywhere('put', changed, 'second');
  const metadata = { annotations: { 'secrets-operator.io/refresh-requested': 'now' } };
  for (const name of names) await world.kube.patch(world.path('awssecrets', name), { metadata });
  const failed = (name: string) =>
    world.lines.slice(line).some(text => text.includes(`"${name}"`) && text.includes('"reason":"Unavailable"'));
  await until('the read of every one has failed', WAIT, async () => {
    expect((await fetch(`http://${world.operator.address}/livez`)).status).toBe(200);
    return names.every(failed);
  });
  expect(awsCalls(from), 'nothing is tried in a hurry').toBeLessThanOrEqual(COUNT * CALLS_OF_A_READ * 3);
  for (const name of names) {
    await world.expectSecret(name, { value: 'first' });
    await world.expectCondition(name, 'Ready', 'True', 'Synced');
  }

  end();
  const returned = world.faults.calls.length;
  await world.expectSecret(changed, { value: 'second' });
  for (const name of names) {
    await until(`${name} has been read`, WAIT, async () => {
      return (await world.awsSecret(name)).status?.lastHandledRefreshRequest === 'now';
    });
  }
  expect(awsCalls(returned), 'each is read once, perhaps twice').toBeLessThanOrEqual(COUNT * 2);
});
