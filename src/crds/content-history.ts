import { CHANGED_AT_ANNOTATION, CONTENT_ANNOTATION, HISTORY_ANNOTATION } from './names.ts';
import type { ObjectMeta } from './object.ts';

export interface ContentChange {
  readonly content: string;
  /** RFC 3339. */
  readonly time: string;
  /** The same content under keys that were lost, the last one first: workloads rolled for it are still up to date. */
  readonly was?: readonly string[];
}

const HISTORY_LENGTH = 5;
const HASH = /^[\w.-]{1,128}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
/** Up to the fraction. */
const SECONDS = 'YYYY-MM-DDThh:mm:ss'.length;
/** How many lost keys a content outlives. */
export const MAX_LOST_KEYS = 5;

/** Every hash by which a content is known. */
export function hashesOf({ content, was = [] }: ContentChange): readonly string[] {
  return [content, ...was];
}

/**
 * The contents that a Secret has held, newest first, as its annotations tell; anything unreadable counts as none. A
 * newest content that the history does not know was not written by the operator: then nothing is known.
 */
export function readHistory(metadata: ObjectMeta): readonly ContentChange[] {
  const annotations = metadata.annotations ?? {};
  const newest = readChange({
    content: annotations[CONTENT_ANNOTATION],
    time: annotations[CHANGED_AT_ANNOTATION],
  });
  if (newest === undefined) return [];
  const history = parseHistory(annotations[HISTORY_ANNOTATION]);
  if (history.length === 0) return [newest];
  return history[0]?.content === newest.content ? history : [];
}

/** The annotations that `readHistory` reads. */
export function writeHistory(history: readonly ContentChange[]): Readonly<Record<string, string>> {
  const newest = history[0];
  if (newest === undefined) return {};
  return {
    [CONTENT_ANNOTATION]: newest.content,
    [CHANGED_AT_ANNOTATION]: newest.time,
    [HISTORY_ANNOTATION]: JSON.stringify(history.slice(0, HISTORY_LENGTH)),
  };
}

function parseHistory(text: string | undefined): readonly ContentChange[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(parsed) ? parsed.flatMap(item => readChange(item) ?? []).slice(0, HISTORY_LENGTH) : [];
  } catch {
    return [];
  }
}

/** One change, as somebody may have written it; undefined when it is none. */
export function readChange(item: unknown): ContentChange | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { content, time, was = [] } = item as Partial<Record<string, unknown>>;
  // Former releases knew one lost key, as a text.
  const hashes: readonly unknown[] = Array.isArray(was) ? was : [was];
  if (!isHash(content) || !isTime(time) || !hashes.every(isHash)) return undefined;
  return { content, time, ...(hashes.length > 0 && { was: hashes.slice(0, MAX_LOST_KEYS) }) };
}

/** Both go on into the status, where the API server takes no others. */
function isHash(text: unknown): text is string {
  return typeof text === 'string' && HASH.test(text);
}

function isTime(text: unknown): text is string {
  if (typeof text !== 'string' || !TIME.test(text)) return false;
  const ms = Date.parse(text);
  // 30 February and 24 o'clock are taken for another time.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.slice(0, SECONDS));
}
