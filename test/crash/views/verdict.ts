import { contents } from '../oracles/contents.ts';
import { counts } from '../oracles/counts.ts';
import { end } from '../oracles/end.ts';
import { events } from '../oracles/events.ts';
import type { Oracle } from '../oracles/oracle.ts';
import { pods } from '../oracles/pods.ts';
import { restarts } from '../oracles/restarts.ts';
import { silence } from '../oracles/silence.ts';
import type { Run } from '../run.ts';
import { withoutNotes } from './notes.ts';

const isOfStatus = (sentence: string): boolean => sentence.startsWith('AwsSecret/');
const countsOfOthers: Oracle = (run, reference) => counts(run, reference).filter(sentence => !isOfStatus(sentence));
const ORACLES: readonly Oracle[] = [end, contents, restarts, pods, countsOfOthers, events, silence];

/**
 * What is wrong with what was done, and with how it ended. What statuses said in between is left out: where two write
 * them, or the past has come back, they tell for a moment what the one who writes knows.
 */
export function deedDefects(run: Run, reference: Run): readonly string[] {
  return ORACLES.flatMap(oracle => oracle(withoutNotes(run), withoutNotes(reference)));
}
