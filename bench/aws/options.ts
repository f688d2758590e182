import { parseArgs } from 'node:util';
import { whole } from '../options.ts';

export const SCENARIOS = ['eventual', 'strict', 'identities', 'regions', 'memory'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface Options {
  /** How many AwsSecrets; ten times as many in `memory`, and a tenth as many identities in `identities`. */
  readonly n: number;
  readonly scenarios: readonly ScenarioName[];
  /** How long to count while nothing changes. */
  readonly steadyS: number;
  /** How many values change at a time. */
  readonly rotate: number;
  /** How long nothing happens before memory is measured. */
  readonly idleS: number;
  readonly runs: number;
  /** Of the operator's process. */
  readonly nodeFlags: readonly string[];
}

const USAGE = `usage: node bench/aws/run.ts [--n N] [--only SCENARIOS] [--steady SECONDS] [--rotate R] [--idle SECONDS] [--runs K]
  --n N              how many AwsSecrets, at least 30 (1000)
  --only SCENARIOS   some of ${SCENARIOS.join(',')} (all)
  --steady SECONDS   how long to count while nothing changes (120)
  --rotate R         how many values change at a time, a third of N at the most (N / 10)
  --idle SECONDS     how long to leave the operator alone before its memory is measured (130)
  --runs K           how many times; the figures are medians (1)
  --node-flags FLAGS of the operator's process, such as --cpu-prof; the figures suffer
`;

/** Throws an error that holds the usage. */
export function parseOptions(args: readonly string[]): Options {
  const flag = { type: 'string' } as const;
  const options = { n: flag, only: flag, steady: flag, rotate: flag, idle: flag, runs: flag, 'node-flags': flag };
  try {
    const { values } = parseArgs({ args: [...args], options });
    const n = whole('--n', values.n ?? '1000', 30, 10_000);
    const third = Math.floor(n / 3);
    return {
      n,
      scenarios: scenarios(values.only),
      steadyS: whole('--steady', values.steady ?? '120', 60, 3_000),
      rotate: whole('--rotate', values.rotate ?? String(Math.ceil(n / 10)), 1, third),
      idleS: whole('--idle', values.idle ?? '130', 0, 3_000),
      runs: whole('--runs', values.runs ?? '1', 1, 100),
      nodeFlags: values['node-flags']?.split(' ') ?? [],
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function scenarios(only: string | undefined): readonly ScenarioName[] {
  const asked = only?.split(',') ?? SCENARIOS;
  const unknown = asked.filter(name => !SCENARIOS.some(scenario => scenario === name));
  if (unknown.length > 0) throw new Error(`--only: there is no scenario ${unknown.join(', ')}`);
  return SCENARIOS.filter(scenario => asked.includes(scenario));
}
