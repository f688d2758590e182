import { until } from '../support/poll.ts';
import type { World } from './world.ts';

/** Waits until the operator asks every region again: one that has not answered is left alone for some seconds. */
export async function expectRegionsAsked({ lines }: Pick<World, 'lines'>): Promise<void> {
  const count = (words: string): number => lines.filter(line => line.includes(`"${words}"`)).length;
  await until('every region is asked again', { timeoutMs: 40_000 }, () => {
    return count('region answers again') === count('region does not answer');
  });
}
