import { randomUUID } from 'node:crypto';
import { until } from '../support/poll.ts';
import { REGIONS, type Region } from './setup.ts';
import { workloadsOf } from './workloads.ts';
import type { World } from './world.ts';

/**
 * Waits until an outage that has ended is over for the operator too: it asks every region again, which it leaves alone for
 * some seconds, and each has answered what was asked since. From then on no call that failed before says anything.
 */
export async function expectRegionsAnswer(world: World): Promise<void> {
  const count = (words: string): number => world.lines.filter(line => line.includes(`"${words}"`)).length;
  const work = workloadsOf(world);
  await until('every region is asked again', { timeoutMs: 40_000 }, () => {
    return count('region answers again') === count('region does not answer');
  });
  for (const region of REGIONS) {
    const name = await witnessOf(world, region);
    const request = randomUUID();
    await work.refresh(name, request);
    await work.expectServed(name, request);
  }
}

/** An AwsSecret that is read from this region alone, from both services. */
async function witnessOf(world: World, region: Region): Promise<string> {
  const name = `witness-${region}`;
  if ((await world.kube.get(world.path('awssecrets', name))) !== undefined) return name;
  const secretId = world.unique(name);
  const parameter = `/${secretId}`;
  await world.aws[region].create(secretId, 'seen');
  await world.aws[region].putParameter(parameter, 'seen');
  const data = [
    { key: 's', secretId },
    { key: 'p', parameter },
  ];
  await world.applyAwsSecret(name, { regions: [region], data });
  return name;
}
