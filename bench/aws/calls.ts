import type { ColdSync } from '../cold-sync.ts';
import type { MachineLoad } from '../machine-load.ts';
import { type RunPlace, say } from '../program.ts';
import { type Latencies, measureRotation } from '../rotation.ts';
import { REGION } from '../standin.ts';
import { type Calls, together } from '../standin-counts.ts';
import { measureSteady, type Steady } from '../steady.ts';
import { objectsOfIdentities, plainObjects } from './objects.ts';
import type { Options } from './options.ts';
import { setScene } from './scene.ts';

/** What reading costs: from nothing, and while nothing changes. */
export interface Counted {
  readonly cold: ColdSync;
  readonly steady: Steady;
  readonly load: MachineLoad;
}

export interface Eventual extends Counted {
  readonly rotation: Latencies;
}

export interface Identities extends Counted {
  readonly identities: number;
  /** From the start to the end of the steady minutes. */
  readonly sts: Calls;
  /** The fewest and the most calls that one identity has made in the steady minutes. */
  readonly leastCalls: number;
  readonly mostCalls: number;
}

/** Of all calls to AWS while values rotate: the goal is stated under it. */
const THROTTLED_SHARE = 0.1;

type Place = Options & RunPlace;

/** AwsSecrets as they are by default; then values change while calls are throttled. */
export async function measureEventual({ n, steadyS, rotate, ...place }: Place): Promise<Eventual> {
  const objects = plainObjects(n);
  const { subject, cold, load } = await setScene({ ...place, name: 'eventual', regions: [REGION], objects });
  const steady = await measureSteady(subject, steadyS);
  say(`eventual: ${rotate} values change, ${THROTTLED_SHARE * 100} % of the calls are throttled`);
  const changed = objects.slice(0, rotate).map(({ secretId }) => secretId);
  const throttled = () => subject.standins[0].throttle(THROTTLED_SHARE);
  const rotation = await measureRotation(subject, changed, throttled);
  return { cold, steady, rotation, load: load() };
}

/** AwsSecrets that take nothing from a list. */
export async function measureStrict({ n, steadyS, ...place }: Place): Promise<Counted> {
  const objects = plainObjects(n, { consistency: 'Strict' });
  const { subject, cold, load } = await setScene({ ...place, name: 'strict', regions: [REGION], objects });
  const steady = await measureSteady(subject, steadyS);
  return { cold, steady, load: load() };
}

/** Ten AwsSecrets of each identity. */
export async function measureIdentities({ n, steadyS, ...place }: Place): Promise<Identities> {
  const objects = objectsOfIdentities(n);
  const { subject, cold, load } = await setScene({ ...place, name: 'identities', regions: [REGION], objects });
  const steady = await measureSteady(subject, steadyS);
  const callers = Object.entries(await subject.standins[0].callers()).filter(([caller]) => caller.startsWith('arn:'));
  const calls = callers.map(([, counts]) => Object.values(counts).reduce((sum, count) => sum + count, 0));
  const sts = Object.entries(together([cold.calls, steady.calls])).filter(([action]) =>
    action.startsWith('AssumeRole'),
  );
  const [leastCalls, mostCalls] = [Math.min(...calls), Math.max(...calls)];
  const identities = new Set(objects.map(({ spec }) => JSON.stringify(spec['auth']))).size;
  return { cold, steady, identities, sts: Object.fromEntries(sts), leastCalls, mostCalls, load: load() };
}
