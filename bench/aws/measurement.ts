import { createTeardown } from '../../test/support/teardown.ts';
import type { RunPlace } from '../program.ts';
import {
  type Counted,
  type Eventual,
  type Identities,
  measureEventual,
  measureIdentities,
  measureStrict,
} from './calls.ts';
import { type Memory, measureMemory } from './memory.ts';
import type { Options, ScenarioName } from './options.ts';
import { measureRegions, type Regions } from './regions.ts';

/** All that one run has measured; null is what was not asked for. */
export interface Run {
  readonly eventual: Eventual | null;
  readonly strict: Counted | null;
  readonly identities: Identities | null;
  readonly regions: Regions | null;
  readonly memory: Memory | null;
}

/** One scenario after the other, each on a control plane of its own. */
export async function measureRun(options: Options, place: RunPlace): Promise<Run> {
  const only = async <T>(
    name: ScenarioName,
    measure: (options: Options & RunPlace) => Promise<T>,
  ): Promise<T | null> => {
    if (!options.scenarios.includes(name)) return null;
    const own = createTeardown();
    place.teardown.add(() => own.run());
    const measured = await measure({ ...options, ...place, teardown: own });
    await own.run();
    return measured;
  };
  return {
    eventual: await only('eventual', measureEventual),
    strict: await only('strict', measureStrict),
    identities: await only('identities', measureIdentities),
    regions: await only('regions', measureRegions),
    memory: await only('memory', measureMemory),
  };
}
