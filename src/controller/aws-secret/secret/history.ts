import { type ContentChange, hashesOf, MAX_LOST_KEYS } from '../../../crds/content-history.ts';

/** What a Secret holds now, and what is known of its past. */
export interface Held {
  /** Newest first; empty when nothing is known. */
  readonly history: readonly ContentChange[];
  /** Hash of what it holds, under the present key where that can be told. */
  readonly content: string;
  /** Since when, where the history does not tell. RFC 3339; undefined: since now. */
  readonly since?: string | undefined;
}

/** Never empty, newest first. */
export type History = readonly [ContentChange, ...ContentChange[]];

/** RFC 3339 knows no later year. */
const LAST_MS = Date.UTC(9999, 11, 31);

/**
 * The history of a Secret once it holds `content`; `now` is wall-clock milliseconds. `held` is undefined for a Secret
 * that follows upon none. Equal content keeps its time, so that adopting, re-keying, repairing and making anew are no
 * change and restart nobody; a change is later than all that came before, also where the clock was set back.
 */
export function nextHistory(held: Held | undefined, content: string, now: number): History {
  if (held === undefined) return [{ content, time: timeAfter(undefined, now) }];
  const [newest, ...older] = held.history;
  const present =
    newest === undefined
      ? { content: held.content, time: held.since ?? timeAfter(undefined, now) }
      : toldAs(newest, held.content);
  if (hashesOf(present).includes(content)) return [present, ...older];
  return [{ content, time: timeAfter(present.time, now) }, present, ...older];
}

/** The change with `hash` among its names. */
function toldAs(change: ContentChange, hash: string): ContentChange {
  const known = hashesOf(change);
  // Told under our key already. Another operator that keeps this Secret too, which nobody should have, has the other
  // key: each would put its own in front again for ever.
  if (known.includes(hash)) return change;
  // What differs under one key is another content, such as that of the Secret from which this one was copied.
  const was = known.filter(other => keyOf(other) !== keyOf(hash)).slice(0, MAX_LOST_KEYS);
  return { content: hash, time: change.time, ...(was.length > 0 && { was }) };
}

function keyOf(hash: string): string {
  return hash.slice(0, hash.indexOf('.'));
}

function timeAfter(before: string | undefined, now: number): string {
  const earliest = Date.parse(before ?? '') + 1;
  return new Date(earliest > now && earliest < LAST_MS ? earliest : now).toISOString();
}
