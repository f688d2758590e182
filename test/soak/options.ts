import path from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** How many watch events the operator has to receive, at the least. */
  readonly events: number;
  /** How often it has to open a watch anew, at the least. */
  readonly reconnects: number;
  /** How many namespaces it watches, each with eight watches. */
  readonly namespaces: number;
  /** What node runs. */
  readonly operator: string;
  /** Has the operator's process leak on purpose: then this must fail. */
  readonly isLeaking: boolean;
}

/** What `make build` makes. */
export const BUNDLE = path.join(import.meta.dirname, '../../dist/operator.mjs');

const USAGE = `usage: node test/soak/main.ts [--events N] [--reconnects N] [--namespaces N] [--operator FILE] [--leak]
  --events N      watch events to be received (1000000)
  --reconnects N  watches to be opened anew (10000)
  --namespaces N  namespaces to watch, with eight watches each (20)
  --operator FILE what node runs: the bundle, or src/main.ts (dist/operator.mjs)
  --leak          leaks on purpose, to see that it is found out
`;

/** Throws an error that holds the usage. */
export function parseOptions(args: readonly string[]): Options {
  const flag = { type: 'string' } as const;
  const options = {
    events: flag,
    reconnects: flag,
    namespaces: flag,
    operator: flag,
    leak: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    return {
      events: whole('--events', values.events ?? '1000000', 1_000, 100_000_000),
      reconnects: whole('--reconnects', values.reconnects ?? '10000', 10, 10_000_000),
      namespaces: whole('--namespaces', values.namespaces ?? '20', 1, 100),
      operator: path.resolve(values.operator ?? BUNDLE),
      isLeaking: values.leak ?? false,
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name}: must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
