import type { Run } from '../run.ts';
import { contents } from './contents.ts';
import { counts } from './counts.ts';
import { end } from './end.ts';
import { events } from './events.ts';
import type { Oracle } from './oracle.ts';
import { pods } from './pods.ts';
import { restarts } from './restarts.ts';
import { silence } from './silence.ts';
import { statuses } from './statuses.ts';

/** All that must hold whatever happens to a call. */
const ORACLES: readonly Oracle[] = [end, contents, restarts, pods, counts, statuses, events, silence];

/** What is wrong with a run, one sentence for each breach; none when nothing is. */
export function defectsOf(run: Run, reference: Run): readonly string[] {
  return ORACLES.flatMap(oracle => oracle(run, reference));
}
