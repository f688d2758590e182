import type { Call } from './call.ts';
import { parseObject } from './json.ts';

/** What AWS has answered, for as long as it may be asked to serve it again. */
export interface AnswerMemory<T> {
  /** Keeps a good answer; one with the same versions takes the place of the one before. */
  note(call: Call, body: string, answer: T): void;
  /** The answer to the same question `back` versions before the last one, or the oldest; undefined when it was never asked. */
  recall(call: Call, back: number): T | undefined;
}

/** More than any test goes back. */
const KEPT = 8;

export function createAnswerMemory<T>(): AnswerMemory<T> {
  const answers = new Map<string, readonly { readonly versions: string; readonly answer: T }[]>();
  return {
    note(call, body, answer) {
      const known = answers.get(question(call)) ?? [];
      const versions = versionsIn(body);
      const others = known.at(-1)?.versions === versions ? known.slice(0, -1) : known;
      answers.set(question(call), [...others, { versions, answer }].slice(-KEPT));
    },
    recall(call, back) {
      const known = answers.get(question(call)) ?? [];
      return known[Math.max(0, known.length - 1 - back)]?.answer;
    },
  };
}

/** One region, operation, id and stage: these are all that the body of a read says. */
function question({ target, verb, body }: Call): string {
  return `${target} ${verb} ${body}`;
}

/** What of an answer names versions; the whole of one that names none. */
function versionsIn(body: string): string {
  const { VersionId, VersionIdsToStages, SecretValues, SecretList, Parameters } = parseObject(body) ?? {};
  const ofBatch = versions(SecretValues, 'VersionId');
  const ofList = versions(SecretList, 'SecretVersionsToStages');
  const ofParameters = versions(Parameters, 'Version');
  const named = [VersionId, VersionIdsToStages, ofBatch, ofList, ofParameters].filter(part => part !== undefined);
  return named.length === 0 ? body : JSON.stringify(named);
}

function versions(items: unknown, field: string): readonly unknown[] | undefined {
  return Array.isArray(items) ? items.map(item => [item.ARN, item[field]]) : undefined;
}
