import { CHANGED_AT_ANNOTATION, CONTENT_ANNOTATION, HISTORY_ANNOTATION } from './names.ts';
import type { ObjectMeta } from './object.ts';

export interface ContentChange {
  readonly content: string;
  /** RFC 3339. */
  readonly time: string;
  /** The same content under the key that was lost: workloads that were rolled for it are still up to date. */
  readonly was?: string;
}

const HISTORY_LENGTH = 5;

/**
 * The contents that a Secret has held, newest first, as its annotations tell; anything unreadable counts as none. A
 * newest content that the history does not know was not written by the operator: then nothing is known.
 */
export function readHistory(metadata: ObjectMeta): readonly ContentChange[] {
  const annotations = metadata.annotations ?? {};
  const content = annotations[CONTENT_ANNOTATION];
  const time = annotations[CHANGED_AT_ANNOTATION];
  if (content === undefined || time === undefined || Number.isNaN(Date.parse(time))) return [];
  const history = parseHistory(annotations[HISTORY_ANNOTATION]);
  if (history.length === 0) return [{ content, time }];
  return history[0]?.content === content ? history : [];
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
    return Array.isArray(parsed) ? parsed.filter(isChange).slice(0, HISTORY_LENGTH) : [];
  } catch {
    return [];
  }
}

function isChange(item: unknown): item is ContentChange {
  if (typeof item !== 'object' || item === null) return false;
  const { content, time, was } = item as Partial<Record<string, unknown>>;
  const isNamed = typeof content === 'string' && (was === undefined || typeof was === 'string');
  return isNamed && typeof time === 'string' && !Number.isNaN(Date.parse(time));
}
