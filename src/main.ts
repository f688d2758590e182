import process from 'node:process';
import { parseConfig } from './config.ts';
import { systemClock } from './controller/runtime/system-clock.ts';
import { harden } from './hardening.ts';
import { connect } from './kube/transport/connect.ts';
import { createServerClock } from './kube/transport/server-clock.ts';
import { createTransport } from './kube/transport/transport.ts';
import { startOperator } from './start.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { version } from './version.ts';

/** Stopping takes less, whatever hangs; Kubernetes kills us soon after. */
const STOP_MS = 10_000;

const { refusal, warnings } = harden();
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(2);
}
const { argv, env } = process;
const parsed = parseConfig(argv.slice(2), env);
if (parsed.kind !== 'config') {
  (parsed.kind === 'help' ? process.stdout : process.stderr).write(parsed.text);
  process.exit(parsed.kind === 'help' ? 0 : 2);
}
const { config } = parsed;
const log = createLog(config.logLevel);
const fatal = (event: string) => (error: unknown) => {
  // Only of start-up is the text logged: nothing has been read from AWS yet, so that it cannot quote a value.
  log.error(event, { message: error instanceof Error ? error.message : 'unknown' });
  process.exit(1);
};
// Node would print the source line and the error's text, which may come from code that we did not write.
process.on('uncaughtException', error => {
  log.error('uncaught exception', { reason: error.name });
  process.exit(1);
});

const connection = await connect(systemClock.monotonic).catch(fatal('cannot start'));
const metrics = createMetrics(systemClock);
const userAgent = `secrets-operator/${version}`;
const clock = createServerClock(systemClock, ms => log.warn('the clock differs from that of the API server', { ms }));
const options = { connection, clock, userAgent, metrics: metrics.transport, onDate: clock.see };
const transport = await createTransport(options).catch(fatal('cannot start'));
const parts = { config, transport, metrics, userAgent, clock, random: Math.random, log, env };
log.info('starting', { version });
for (const message of warnings) log.warn('not hardened', { message });
const operator = await startOperator(parts, connection.namespace).catch(fatal('cannot start'));
// At once: another process may lead, and waiting for what is under way would let both write.
void operator.lost.then(() => process.exit(1));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info('draining');
    setTimeout(() => process.exit(1), STOP_MS).unref();
    operator.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
