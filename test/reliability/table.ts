import type { Section } from './section.ts';
import { always } from './sections/always.ts';
import { apiServer } from './sections/api-server.ts';
import { aws } from './sections/aws.ts';
import { cluster } from './sections/cluster.ts';
import { input } from './sections/input.ts';
import { limits } from './sections/limits.ts';
import { operator } from './sections/operator.ts';
import { others } from './sections/others.ts';
import { time } from './sections/time.ts';

export const INTRO = `What becomes of your applications, Secrets and restarts when something fails, what you see of it, and which test shows
it. Four promises stand behind every row:

1. **The last good Secret stays.** No failure empties it, deletes it or writes half of it.
2. **Each change of content restarts each of its users once**: not zero times, not twice, and nobody for equal bytes.
3. **It comes right by itself** when the fault is over, without a hand, unless the row says otherwise.
4. **Nothing is tried in a hurry.** What fails again and again is tried ever more rarely.

The sentences above each table are its sum; the tables are for looking things up. A dash in the third column means that
there is nothing to see and nothing to do; a number leads to a test, whose name is [at the end](#the-tests). What these
promises do not cover is [said below](#what-is-not-promised). Reasons are explained in the
[reference](reference/aws-secret.md#reasons-of-conditions), conditions and restarts in [concepts](concepts.md); what to
do by symptom is in [troubleshooting](troubleshooting.md).`;

/** The whole table, in the order of the page. */
export const SECTIONS: readonly Section[] = [always, operator, aws, apiServer, others, input, cluster, time, limits];
