import { until } from '../../test/support/poll.ts';
import type { ColdSync } from '../cold-sync.ts';
import type { MachineLoad } from '../machine-load.ts';
import { type RunPlace, say } from '../program.ts';
import { type Latencies, measureRotation } from '../rotation.ts';
import { afterRound } from '../rounds.ts';
import { REGION } from '../standin.ts';
import type { Calls } from '../standin-counts.ts';
import { assertMeasurable, type Subject } from '../subject.ts';
import { plainObjects } from './objects.ts';
import type { Options } from './options.ts';
import { setScene } from './scene.ts';

/** Values that change in both regions at once, at the same moment within the interval each time. */
export interface Regions {
  readonly cold: ColdSync;
  readonly healthy: Latencies;
  /** The primary has fallen silent right before. */
  readonly fresh: Latencies;
  /** It has been silent for an interval. */
  readonly lasting: Latencies;
  /** What the secondary was asked in the first round without the primary. */
  readonly failoverCalls: Calls;
  /** Seconds from the end of the silence until every status named the primary again: a probe writes none. */
  readonly failbackS: number;
  readonly load: MachineLoad;
}

const SECONDARY = 'us-west-2';
const FAILBACK_MS = 300_000;

/** The primary accepts connections and answers nothing, for more than an interval; then it answers again. */
export async function measureRegions({ n, rotate, ...place }: Options & RunPlace): Promise<Regions> {
  const objects = plainObjects(n);
  const scene = await setScene({ ...place, name: 'regions', regions: [REGION, SECONDARY], objects });
  const { subject, cold, load } = scene;
  const [primary, secondary] = subject.standins;
  const batch = (i: number) => objects.slice(i * rotate, (i + 1) * rotate).map(({ secretId }) => secretId);
  say(`regions: ${rotate} values change, both regions answer`);
  const healthy = await measureRotation(subject, batch(0));
  say(`regions: ${rotate} values change, ${primary.region} has just fallen silent`);
  const fresh = await measureRotation(subject, batch(1), () => primary.blackHole(true));
  const failoverCalls = (await secondary?.counts()) ?? {};
  say(`regions: ${rotate} values change, ${primary.region} is still silent`);
  const lasting = await measureRotation(subject, batch(2));
  say(`regions: ${primary.region} answers again`);
  const failbackS = await measureFailback(subject);
  return { cold, healthy, fresh, lasting, failoverCalls, failbackS, load: load() };
}

async function measureFailback(subject: Subject): Promise<number> {
  const { standins, observer } = subject;
  const [primary] = standins;
  await afterRound(subject);
  const answersAtMs = performance.now();
  await primary.blackHole(false);
  await until(`every status: names ${primary.region} again`, { timeoutMs: FAILBACK_MS }, async () => {
    await assertMeasurable(subject);
    return [...observer.regions.values()].every(region => region === primary.region);
  });
  return (performance.now() - answersAtMs) / 1000;
}
