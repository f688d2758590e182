import { describe, expect, it } from 'vitest';
import { kubeError, serverError } from './fault.ts';
import { useTinyWorld } from './tiny-world.ts';

describe('which calls a fault meets', () => {
  const world = useTinyWorld();
  const statuses = (calls: readonly string[]) => calls.map(call => call.split(' ')[0]);

  it('a fault meets the calls that match, so often as it is said, until it is ended', async () => {
    const isB = (call: { readonly name?: string }) => call.name === 'b';
    world.inject(kubeError(409), isB, 2);
    expect(
      statuses([
        await world.getKube('a'),
        await world.getKube('b'),
        await world.getKube('b'),
        await world.getKube('b'),
      ]),
    ).toEqual(['200', '409', '409', '200']);
    const end = world.inject(kubeError(500), isB);
    expect(statuses([await world.getKube('b')])).toEqual(['500']);
    end();
    end();
    expect(statuses([await world.getKube('b')])).toEqual(['200']);
  });

  it('of two faults the first meets, and the other’s matcher does not even see the call', async () => {
    const seen: (string | undefined)[] = [];
    const see = (call: { readonly name?: string }): boolean => {
      seen.push(call.name);
      return true;
    };
    world.inject(kubeError(409), undefined, 1);
    world.inject(serverError(), see, 1);
    expect(statuses([await world.getKube('a'), await world.getKube('b'), await world.getKube('c')])).toEqual([
      '409',
      '500',
      '200',
    ]);
    expect(seen).toEqual(['b']);
  });
});
