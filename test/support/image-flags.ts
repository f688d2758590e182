import { readFileSync } from 'node:fs';
import path from 'node:path';

const DOCKERFILE = path.join(import.meta.dirname, '../../Dockerfile');

/** The flags with which the image starts Node: what is measured and tested is what users run. */
export function imageFlags(): readonly string[] {
  const [, entrypoint] = /^ENTRYPOINT (\[.+\])$/m.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  if (entrypoint === undefined) throw new Error(`${DOCKERFILE}: no ENTRYPOINT as a JSON array on one line`);
  return (JSON.parse(entrypoint) as string[]).slice(1, -1);
}
