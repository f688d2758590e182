import { type Call, formatCall } from '../support/fault-proxy/call.ts';
import type { Run } from './run.ts';

/** Throws an Error that says what is wrong with a run, with what did not go well in it, unless nothing is. */
export function expectSound(run: Run, defects: readonly string[], again?: string): void {
  if (defects.length === 0) return;
  throw new Error([...defects, ...(again === undefined ? [] : [`again: ${again}`]), ...troublesOf(run)].join('\n'));
}

/** All that AWS was asked, and what Kubernetes did not answer well: where to look first. */
export function troublesOf({ calls, later }: Run): readonly string[] {
  const isSmooth = ({ target, outcome }: Call): boolean => target === 'kube' && (outcome?.status ?? 500) < 300;
  const from = calls[0]?.atMs ?? 0;
  return [...calls, ...later]
    .filter(call => !isSmooth(call))
    .map(call => {
      const { status = 'no answer', upstream = [], fault } = call.outcome ?? {};
      const ms = Math.round(call.atMs - from);
      return `${ms} ms: ${formatCall(call)}: ${[status, `(${upstream.join(' ')})`, fault ?? ''].join(' ')}`;
    });
}
