/**
 * Loaded into the operator's process before the operator itself (`node --import`), whose code stays as it is: counts what
 * its watches receive, and writes to the file SOAK_SAMPLES, one JSON object a line: a sample whenever SOAK_STEP further
 * events have come and at each SIGUSR2, counts of objects at each SIGWINCH. The file SOAK_RECEIVED always begins with
 * the number of events so far. With SOAK_LEAK it holds on to something for every event.
 */
import { channel } from 'node:diagnostics_channel';
import { appendFileSync, openSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import process from 'node:process';
import { queryObjects } from 'node:v8';
import { collectGarbage } from '../support/collect-garbage.ts';
import { createEventCounter, type EventCounter } from './event-counter.ts';
import type { ObjectCounts, Sample } from './sample.ts';

interface Counts {
  events: number;
  watches: number;
  readonly collections: Set<string>;
}

/** undici's Request, as its diagnostics channels publish it. */
interface Published {
  readonly request: { readonly path: string };
  readonly response?: { readonly statusCode: number };
  readonly chunk?: Uint8Array;
}

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // That of the listing itself.
      return [];
    }
  });
}

function countByName(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

function countOf(type: unknown): number {
  return Number(queryObjects(type as () => object));
}

async function sample(counts: Counts): Promise<Sample> {
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const files = openFiles();
  return {
    seconds: process.uptime(),
    events: counts.events,
    watches: counts.watches,
    collections: counts.collections.size,
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    sockets: files.filter(file => file.startsWith('socket:')).length,
    files: files.length,
    resources: countByName(process.getActiveResourcesInfo()),
  };
}

async function countObjects(): Promise<ObjectCounts> {
  await collectGarbage();
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  // Less the one that tells the class.
  return { timers: countOf(timer.constructor) - 1, signals: countOf(AbortSignal) };
}

/** Numbers that a leak holds on to for each event: about 300 bytes. */
const LEAKED = 32;

interface Settings {
  readonly samples: string;
  readonly received: string;
  readonly step: number;
  readonly isLeaking: boolean;
}

function install({ samples, received, step, isLeaking }: Settings): void {
  const counts: Counts = { events: 0, watches: 0, collections: new Set() };
  const counters = new WeakMap<object, EventCounter>();
  const leaked: object[] = [];
  const progress = openSync(received, 'w');
  let writing = Promise.resolve();
  let isSampling = false;
  const write = async (take: (counts: Counts) => Promise<object>): Promise<void> => {
    // One after the other: one within another would count its objects.
    writing = writing.then(async () => appendFileSync(samples, `${JSON.stringify(await take(counts))}\n`));
    await writing;
  };
  const sampleOnce = async (): Promise<void> => {
    if (isSampling) return;
    isSampling = true;
    await write(sample);
    isSampling = false;
  };

  channel('undici:request:headers').subscribe(message => {
    const { request, response } = message as Published;
    if (!request.path.includes('watch=true') || response?.statusCode !== 200) return;
    counters.set(request, createEventCounter());
    counts.watches += 1;
    counts.collections.add(request.path.replace(/\?.*$/s, ''));
  });
  channel('undici:request:bodyChunkReceived').subscribe(message => {
    const { request, chunk } = message as Published;
    const events = (chunk && counters.get(request)?.take(chunk)) ?? 0;
    if (events === 0) return;
    const isStep = Math.floor((counts.events + events) / step) > Math.floor(counts.events / step);
    counts.events += events;
    writeSync(progress, String(counts.events), 0);
    if (isLeaking) for (let i = 0; i < events; i += 1) leaked.push(Array.from({ length: LEAKED }, () => i));
    if (isStep) void sampleOnce();
  });
  process.on('SIGUSR2', () => void write(sample));
  process.on('SIGWINCH', () => void write(countObjects));
}

const { SOAK_SAMPLES = '', SOAK_RECEIVED = '', SOAK_STEP, SOAK_LEAK } = process.env;
const isLeaking = SOAK_LEAK !== undefined;
install({ samples: SOAK_SAMPLES, received: SOAK_RECEIVED, step: Number(SOAK_STEP), isLeaking });
