import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProcess } from './process.ts';
import { endLeftovers, readRecord, writeRecord } from './process-record.ts';
import { createTeardown } from './teardown.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'process-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = (script: string) => startProcess({ name: 'child', program: '/bin/sh', args: ['-c', script], directory });

describe('startProcess', () => {
  it('stops a program that ignores SIGTERM, with what that started', async () => {
    const child = await start('trap "" TERM; sleep 60 & wait; wait');
    const before = performance.now();
    await Promise.all([child.stop(200), child.stop(200)]);
    expect(child.isAlive()).toBe(false);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('says how a program ended and shows the end of its log', async () => {
    const child = await start('echo no such flag >&2; exit 3');
    await expect.poll(() => child.isAlive()).toBe(false);
    await expect(child.assertAlive()).rejects.toThrow(/ended with code 3.*\n.*no such flag/);
  });
});

describe('endLeftovers', () => {
  it('ends the process of a record that a killed run left', async () => {
    const child = await start('exec sleep 60');
    expect(await endLeftovers(directory)).toEqual(['child']);
    await expect.poll(() => child.isAlive()).toBe(false);
  });

  it('leaves alone a program that got the same pid later', async () => {
    const child = await start('exec sleep 60');
    const record = join(directory, 'child.pid');
    const [pid = ''] = readFileSync(record, 'utf8').split('\n');
    writeFileSync(record, `${pid}\nanother start time\n`);
    expect(await endLeftovers(directory)).toEqual([]);
    expect(child.isAlive()).toBe(true);
    await child.stop();
  });

  it('knows a process again by its record, and no longer once it is gone', async () => {
    const child = await start('exec sleep 60');
    const record = join(directory, 'owner');
    writeRecord(record, child.pid);
    expect(readRecord(record)).toBe(child.pid);
    await child.stop();
    expect(readRecord(record)).toBeUndefined();
  });
});

describe('createTeardown', () => {
  it('ends the last one first, all of them though one fails, and once', async () => {
    const ended: string[] = [];
    const teardown = createTeardown();
    teardown.add(async () => void ended.push('first'));
    teardown.add(() => Promise.reject(new Error('no')));
    teardown.add(async () => void ended.push('last'));
    const runs = await Promise.allSettled([teardown.run(), teardown.run()]);
    expect(ended).toEqual(['last', 'first']);
    expect(runs.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
