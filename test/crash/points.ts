import { type Call, formatCall } from '../support/fault-proxy/call.ts';
import type { Matcher } from '../support/fault-proxy/injections.ts';

/** One call of a scenario, known again in every run of it: the so-manyth of its kind. */
export interface Point {
  readonly name: string;
  readonly call: Call;
}

/** Calls of two runs are in no fixed order, but the calls of one kind follow each other. */
export function pointsOf(calls: readonly Call[], namespace: string): readonly Point[] {
  const counts = new Map<string, number>();
  return calls.map(call => {
    const kind = kindOf(call, namespace);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return { name: `${kind} #${count}`, call };
  });
}

/** Matches the call of another run at that point; asked for each call from the beginning of the act. */
export function matcherOf({ name }: Point, namespace: string): Matcher {
  let count = 0;
  return call => {
    const kind = kindOf(call, namespace);
    if (!name.startsWith(`${kind} #`)) return false;
    count += 1;
    return name === `${kind} #${count}`;
  };
}

/** What AWS adds to the name of a secret in its ARN. */
const SUFFIX = /(:secret:[^,]*)-[A-Za-z0-9]{6}(?=,|$)/g;

/** Names that are different in each run stand for their kind. */
function kindOf(call: Call, namespace: string): string {
  const words = formatCall(call).replaceAll(SUFFIX, '$1').replaceAll(`${namespace}/`, '').replaceAll(namespace, '');
  return call.resource === 'events' ? words.replace(/\.[0-9a-f]{16}$/, '') : words;
}
