import { until } from '../support/poll.ts';
import type { Teardown } from '../support/teardown.ts';
import { expectRest, sampleAtRest } from './calm.ts';
import type { ProxyCounts } from './fault-server.ts';
import { createLoad, type Done } from './load.ts';
import { type SoakedOperator, startSoakedOperator } from './operator.ts';
import type { Options } from './options.ts';
import { proveWell } from './proof.ts';
import { type Rest, reconnects, type Sample } from './sample.ts';
import { setStage } from './stage.ts';
import { type Comparison, compare } from './verdict.ts';

/** What came of a soak. */
export interface Soak {
  readonly kubernetes: string;
  /** What the operator received, by its own count. */
  readonly events: number;
  readonly reconnects: number;
  /** From the first event to the last, the rests too. */
  readonly seconds: number;
  readonly done: Done;
  /** The same as the fault proxy has seen it. */
  readonly proxy: ProxyCounts;
  readonly comparisons: readonly Comparison[];
  readonly first: Rest;
  readonly last: Rest;
  /** One for every hundredth of the events, under load. */
  readonly curve: readonly Sample[];
}

export interface SoakOptions extends Options {
  /** Of this run only. */
  readonly directory: string;
  readonly teardown: Teardown;
  readonly say: (line: string) => void;
}

/** More often, and a small run does nothing but collect garbage. */
const MIN_STEP = 1_000;
/** Nothing stands still for so long unless something hangs. */
const STANDSTILL_MS = 300_000;

/** Load → a tenth → rest → load → rest → proof. Throws when the operator does not do what it should; `teardown` ends what is left. */
export async function soak(options: SoakOptions): Promise<Soak> {
  const { events, operator: program, isLeaking, directory, teardown, say } = options;
  const step = Math.max(MIN_STEP, Math.ceil(events / 100));
  const stage = await setStage(options, directory, teardown);
  const { kubernetes, namespaces, faults, kubeconfig } = stage;
  const [awsUrl = ''] = Object.values(faults.aws);
  const parts = { program, kubeconfig, awsUrl, namespaces, step, isLeaking, directory, teardown };
  const operator = await startSoakedOperator(parts);
  await expectRest(stage, operator);
  say(`Kubernetes ${kubernetes}, ${namespaces.length} namespaces; the operator is at rest. The first tenth`);

  const load = createLoad(stage, operator.received);
  const startedAt = performance.now();
  const received = async (wanted: number, wantedReconnects: number): Promise<void> => {
    await load.start();
    await reach(operator, wanted, wantedReconnects, load.assertWell, say);
    await load.stop();
  };
  await received(events / 10, 0);
  const first = await sampleAtRest(stage, operator);
  say(`the first tenth is done: ${inWords(first.samples.at(-1))}`);
  await received(events, options.reconnects);
  const last = await sampleAtRest(stage, operator);
  const seconds = (performance.now() - startedAt) / 1_000;
  say(`all is done: ${inWords(last.samples.at(-1))}; does it still work?`);
  const samples = await operator.samples();
  const end = last.samples.at(-1) as Sample;
  await proveWell(stage, operator);
  await operator.stop();
  const proxy = await faults.counts();
  const atRest = new Set([...first.samples, ...last.samples].map(({ seconds }) => seconds));
  return {
    ...{ kubernetes, events: end.events, reconnects: reconnects(end), seconds, done: load.done, proxy },
    ...{ comparisons: compare(first, last), first, last },
    curve: samples.filter(({ seconds }) => !atRest.has(seconds)),
  };
}

/** Waits until the operator has received so much. */
async function reach(
  operator: SoakedOperator,
  events: number,
  wantedReconnects: number,
  assertWell: () => void,
  say: (line: string) => void,
): Promise<void> {
  let known: Sample | undefined;
  let movedAt = performance.now();
  await until(`${events} events`, { timeoutMs: Number.MAX_SAFE_INTEGER, intervalMs: 1_000 }, async () => {
    assertWell();
    await operator.assertAlive();
    const latest = (await operator.samples()).at(-1);
    if (latest !== undefined && latest.seconds !== known?.seconds) {
      say(inWords(latest));
      known = latest;
      movedAt = performance.now();
    }
    if (performance.now() - movedAt > STANDSTILL_MS) throw new Error('no events for five minutes: something hangs');
    return latest !== undefined && operator.received() >= events && reconnects(latest) >= wantedReconnects;
  });
}

function inWords(sample: Sample | undefined): string {
  if (sample === undefined) return 'nothing';
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const { events, seconds, heapBytes, externalBytes, rssBytes, sockets } = sample;
  const memory = `heap ${mib(heapBytes)}, external ${mib(externalBytes)}, RSS ${mib(rssBytes)} MiB`;
  return `${seconds.toFixed(0)} s: ${events} events, ${reconnects(sample)} reconnects; ${memory}; ${sockets} sockets`;
}
