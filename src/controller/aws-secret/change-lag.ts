import type { SourceRecord } from './record.ts';
import { sourceKey } from './sources/source.ts';

/**
 * Milliseconds between the making of the newest version that differs from the one held, in AWS, and `wallNow`.
 * Undefined when none differs, as at a first sync or after a change of the spec, or AWS does not tell when it was made.
 */
export function changeLagMs(
  held: readonly SourceRecord[],
  found: readonly SourceRecord[],
  wallNow: number,
): number | undefined {
  const former = new Map(held.map(({ source, version }) => [sourceKey(source), version]));
  const made = found.flatMap(({ source, version }) => {
    const before = former.get(sourceKey(source));
    if (version === undefined || before === undefined || before.versionId === version.versionId) return [];
    const at = Date.parse(version.createdTime ?? '');
    // Somebody may have gone back to an older version: when that was made says nothing of the change.
    return Number.isNaN(at) || at <= Date.parse(before.createdTime ?? '') ? [] : [at];
  });
  return made.length === 0 ? undefined : Math.max(0, wallNow - Math.max(...made));
}
