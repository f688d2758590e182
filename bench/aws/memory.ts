import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../test/support/poll.ts';
import { createAwsSecrets } from '../cluster.ts';
import type { MachineLoad } from '../machine-load.ts';
import { type RunPlace, say } from '../program.ts';
import { REGION } from '../standin.ts';
import { assertMeasurable, type Subject } from '../subject.ts';
import { plainObjects } from './objects.ts';
import type { Options } from './options.ts';
import { setScene } from './scene.ts';

/** What the operator's process holds, its garbage collected before. */
export interface MemorySample {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
}

export interface Memory {
  readonly few: MemorySample;
  readonly many: MemorySample;
  /** How many objects lie between. */
  readonly more: number;
  readonly load: MachineLoad;
}

/** How many times as many objects. */
const TIMES = 10;
const SAMPLE_MS = 60_000;

/** One process with N objects, and then with ten times as many: idle for longer than a value is kept, each time. */
export async function measureMemory({ n, idleS, ...place }: Options & RunPlace): Promise<Memory> {
  const objects = plainObjects(TIMES * n);
  const file = path.join(place.directory, 'memory.jsonl');
  const probe = path.join(import.meta.dirname, 'memory-probe.ts');
  const scene = await setScene({
    ...{ ...place, name: 'memory', regions: [REGION], objects: objects.slice(0, n) },
    nodeFlags: [...place.nodeFlags, '--expose-gc', '--import', probe],
    environment: { BENCH_MEMORY: file },
  });
  const { subject, cluster, load } = scene;
  const rest = async (count: number): Promise<MemorySample> => {
    say(`memory: ${idleS} s in which ${count} AwsSecrets are idle`);
    await pause(idleS * 1000);
    return await takeSample(subject, file);
  };
  const few = await rest(n);
  const more = objects.slice(n);
  say(`memory: ${more.length} more AwsSecrets`);
  await subject.standins[0].rotate(more.map(({ secretId }) => secretId));
  await createAwsSecrets(cluster, more);
  await until(`${objects.length} AwsSecrets: Ready`, { timeoutMs: 60_000 + objects.length * 50 }, async () => {
    await assertMeasurable(subject);
    return subject.observer.readyAtMs.size >= objects.length;
  });
  return { few, many: await rest(objects.length), more: more.length, load: load() };
}

async function takeSample(subject: Subject, file: string): Promise<MemorySample> {
  const samples = async (): Promise<readonly string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  const before = (await samples()).length;
  process.kill(subject.operator.pid, 'SIGUSR2');
  const line = await until('a sample of memory', { timeoutMs: SAMPLE_MS, intervalMs: 100 }, async () => {
    await assertMeasurable(subject);
    return (await samples())[before];
  });
  return JSON.parse(line);
}
