import type { LiveEvent } from '../../integration/objects.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import { isNamedBy } from './names.ts';

/** How often one thing may be asked or written for a step, which is up to three changes: more would be a loop that nothing slows down. */
const PER_STEP = 4;

/** Lines of the log that tell of a defect of the operator's own. */
export function defectLines(lines: readonly string[]): readonly string[] {
  return lines.filter(line => /reconcile panicked|"level":"error"|InternalError/.test(line));
}

/** Events that nobody gave a cause for. */
export function causelessEvents(events: readonly LiveEvent[]): readonly string[] {
  const causeless = events.filter(({ reason }) => reason === 'SecretContested' || reason === 'InternalError');
  return causeless.map(({ reason, regarding }) => `${reason} is told of ${regarding.name}`);
}

/** What was called more often for the objects of one sequence than `steps` steps explain, each as a sentence. */
export function hotCalls(calls: readonly Call[], awsSecret: string, steps: number): readonly string[] {
  const own = calls.filter(({ name = '', ids, target }) =>
    target === 'kube' ? isNamedBy(awsSecret, name) : ids.some(id => id.includes(`/${awsSecret}/`)),
  );
  const counts = Map.groupBy(own, ({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  // One more: it was made.
  return [...counts].flatMap(([what, { length }]) =>
    length > PER_STEP * (steps + 1) ? [`${what}: ${length} times in ${steps} steps`] : [],
  );
}
