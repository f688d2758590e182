import { setImmediate as turn } from 'node:timers/promises';

/** What finalizers let go is garbage only for the next pass. */
const PASSES = 3;
/** As if memory ran out: V8 gives up what it keeps of programs that it has compiled. */
const THOROUGHLY = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

/** Leaves nothing on the heap but what somebody holds. Needs `node --expose-gc`. */
export async function collectGarbage(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  for (let pass = 0; pass < PASSES; pass += 1) {
    globalThis.gc(THOROUGHLY);
    await turn();
  }
}
