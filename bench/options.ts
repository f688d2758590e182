import { parseArgs } from 'node:util';

export interface Options {
  /** How many AwsSecrets. */
  readonly n: number;
  /** How long to count while nothing changes; 0: not at all. */
  readonly steadyS: number;
  /** How many values to change; 0: none. */
  readonly rotate: number;
  readonly runs: number;
}

const USAGE = `usage: node bench/run.ts [N] [--steady SECONDS] [--rotate R] [--runs K]
  N                 how many AwsSecrets (1000)
  --steady SECONDS  how long to count while nothing changes; 0: not at all (60)
  --rotate R        how many of the N values to change; 0: none (100, at most N)
  --runs K          how many times, each on a control plane of its own; the figures are medians (1)
`;

/** Throws an error that holds the usage. */
export function parseOptions(args: readonly string[]): Options {
  const flag = { type: 'string' } as const;
  try {
    const options = { steady: flag, rotate: flag, runs: flag };
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) throw new Error(`one N, not ${positionals.join(' ')}`);
    const n = whole('N', positionals[0] ?? '1000', 1, 100_000);
    return {
      n,
      steadyS: whole('--steady', values.steady ?? '60', 0, 3_000),
      rotate: whole('--rotate', values.rotate ?? String(Math.min(100, n)), 0, n),
      runs: whole('--runs', values.runs ?? '1', 1, 100),
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

/** A number as a flag gives it. Throws an error that names the flag. */
export function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name}: must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
