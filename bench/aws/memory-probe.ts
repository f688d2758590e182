/**
 * Loaded into the operator's process before the operator itself (`node --import`), whose code stays as it is: at each
 * SIGUSR2 it collects garbage, and appends to the file BENCH_MEMORY what is left, as one JSON object a line.
 */
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { collectGarbage } from '../../test/support/collect-garbage.ts';

async function sample(file: string): Promise<void> {
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  appendFileSync(file, `${JSON.stringify({ rssBytes: rss, heapBytes: heapUsed, externalBytes: external })}\n`);
}

const { BENCH_MEMORY = '' } = process.env;
process.on('SIGUSR2', () => void sample(BENCH_MEMORY));
