import { pino } from 'pino';
import type { Log, LogFields } from '../controller/runtime/log.ts';
import { type Output, standardOutput } from './output.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * One JSON object a line, sent at once, so that nothing is lost when the process ends. Lines that `output` cannot take
 * are dropped, and their number is told as soon as it takes one again.
 */
export function createLog(level: LogLevel, output: Output = standardOutput()): Log {
  const options = {
    level,
    base: null,
    messageKey: 'msg',
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, counted(output)), {});
}

/** Before the first line that comes through, how many did not. */
function counted(output: Output): { write(line: string): void } {
  let count = 0;
  return {
    write(line) {
      const report = { level: 'warn', ts: new Date().toISOString(), msg: 'log lines lost', count };
      if (count > 0 && output(`${JSON.stringify(report)}\n`)) count = 0;
      if (count > 0 || !output(line)) count += 1;
    },
  };
}

type Level = Exclude<LogLevel, 'trace'>;
type Writer = Readonly<Record<Level, (fields: LogFields, event: string) => void>>;

function wrap(writer: Writer, bound: LogFields): Log {
  const at =
    (level: Level) =>
    (event: string, fields: LogFields = {}): void =>
      writer[level](allowed({ ...bound, ...fields }), event);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: fields => wrap(writer, { ...bound, ...fields }),
  };
}

/** Every field that a line may have, beside its level, time and event. */
export const LOG_FIELDS: Readonly<Record<keyof LogFields, true>> = {
  address: true,
  controller: true,
  count: true,
  keys: true,
  message: true,
  ms: true,
  name: true,
  namespace: true,
  reason: true,
  reconcileID: true,
  region: true,
  resource: true,
  secret: true,
  status: true,
  version: true,
  versionId: true,
  workload: true,
};

/** The type system allows only these fields; this holds against a cast too. */
function allowed(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => Object.hasOwn(LOG_FIELDS, name)));
}
