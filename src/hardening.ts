import { writeFileSync } from 'node:fs';
import inspector from 'node:inspector';
import process from 'node:process';

/** Flags of Node by which the memory, and with it every value, goes to a port or into a file. */
const EXPOSES_MEMORY = /^--(inspect|heapsnapshot)/;
const COREDUMP_FILTER = '/proc/self/coredump_filter';

export interface Hardening {
  /** Why the process must not go on, with the way out. Undefined when it may. */
  readonly refusal: string | undefined;
  /** What could not be shut, to be logged. */
  readonly warnings: readonly string[];
}

/**
 * Shuts the ways by which a process shows its memory to others: core dumps, diagnostic reports, the inspector. Call it
 * before anything is read. Never throws.
 */
export function harden(): Hardening {
  // Node would open the inspector; an image that has --disable-sigusr1 does not even get here.
  process.on('SIGUSR1', () => undefined);
  const { report } = process;
  Object.assign(report, { reportOnFatalError: false, reportOnSignal: false, reportOnUncaughtException: false });
  Object.assign(report, { excludeEnv: true });
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return { refusal: refusal(flags, inspector.url() !== undefined), warnings: withoutCoreDump() };
}

/** `flags` as they were given to Node, where `_` stands for `-` too. */
export function refusal(flags: readonly string[], isInspectorOpen: boolean): string | undefined {
  const flag = flags
    .map(text => text.replaceAll('_', '-').replace(/=.*$/s, ''))
    .find(text => EXPOSES_MEMORY.test(text));
  if (flag !== undefined) {
    return `Node's flag ${flag} shows the values of secrets to others: take it out of NODE_OPTIONS and of the command`;
  }
  return isInspectorOpen
    ? 'the inspector is open, and shows the values of secrets to whoever reaches it: start the operator without it'
    : undefined;
}

/** A core dump then holds none of the memory (core(5), "Controlling which mappings are written to the core dump"). */
function withoutCoreDump(): readonly string[] {
  try {
    writeFileSync(COREDUMP_FILTER, '0', { flag: 'r+' });
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    return [`a core dump of this process would hold values: ${COREDUMP_FILTER} cannot be written; set ulimit -c 0`];
  }
}
