import { createHash } from 'node:crypto';

/** One version for many things: a hash of their names and versions, and of no value. */
export function digestOf(parts: readonly (readonly [name: string, version: string])[]): string {
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
}

/** The last of several times (RFC 3339), for what is made of many things. */
export function newest(times: readonly (string | undefined)[]): string | undefined {
  const known = times.filter(time => time !== undefined).sort((a, b) => Date.parse(b) - Date.parse(a));
  return known[0];
}
