import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from './log.ts';
import { toFile, toStream } from './output.ts';

const MIB = 1_048_576;
const full = (): never => {
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
};

test('a file gets each line whole, whatever a single write takes of it', () => {
  const name = path.join(tmpdir(), `so-output-${process.pid}`);
  const fd = openSync(name, 'w');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(name);
  });
  const output = toFile(fd, (of, bytes) => writeSync(of, bytes.subarray(0, 3)));
  expect([output('{"a":"ä"}\n'), output('{"b":1}\n')]).toEqual([true, true]);
  expect(readFileSync(name, 'utf8')).toBe('{"a":"ä"}\n{"b":1}\n');
});

test('a device that is always full takes nothing, and nothing is thrown', () => {
  const fd = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(fd));
  expect(toFile(fd)('a\n')).toBe(false);
});

test('a line that was torn by a full disk ends there: the next one that fits begins a line of its own', () => {
  let written = '';
  let space = 5;
  const output = toFile(1, (_, bytes) => {
    if (space === 0) full();
    const part = Buffer.from(bytes.subarray(0, space));
    space -= part.length;
    written += part.toString();
    return part.length;
  });
  expect([output('a\n'), output('bcdef\n'), output('g\n')]).toEqual([true, false, false]);
  space = 100;
  expect([output('h\n'), output('i\n')]).toEqual([true, true]);
  expect(written).toBe('a\nbcd\nh\ni\n');
});

test('a stream that nobody reads takes a MiB and then no more, until somebody reads', () => {
  const stream = new PassThrough();
  const output = toStream(stream);
  const line = 'x'.repeat(MIB / 4);
  const taken = Array.from({ length: 8 }, () => output(line));
  expect(taken.filter(Boolean).length).toBeGreaterThanOrEqual(4);
  expect(taken.at(-1)).toBe(false);
  for (let read = stream.read(); read !== null; read = stream.read());
  expect(output(line)).toBe(true);
});

test('a stream whose reader has gone takes nothing any more, and its error ends nobody', async () => {
  const stream = new PassThrough();
  const output = toStream(stream);
  stream.destroy(new Error('EPIPE'));
  await new Promise(resolve => stream.once('close', resolve));
  expect(output('a\n')).toBe(false);
});

test('how many lines were lost is told before the first that comes through', () => {
  const lines: string[] = [];
  let isFull = false;
  const log = createLog('info', line => {
    if (!isFull) lines.push(line);
    return !isFull;
  });
  log.info('a');
  isFull = true;
  for (const event of ['b', 'c', 'd']) log.info(event);
  isFull = false;
  log.info('e');
  log.info('f');
  const told = lines.map(line => JSON.parse(line) as { msg: string; count?: number; level: string });
  expect(told.map(({ msg, count }) => [msg, count])).toEqual([
    ['a', undefined],
    ['log lines lost', 3],
    ['e', undefined],
    ['f', undefined],
  ]);
  expect(told[1]).toMatchObject({ level: 'warn', ts: expect.stringMatching(/^\d{4}-.*Z$/) });
});

test('lines that are lost are counted on while the report of them is lost too', () => {
  const lines: string[] = [];
  const takes = [false, false, true, false, true, true];
  const log = createLog('info', line => {
    const isTaken = takes.shift() ?? true;
    if (isTaken) lines.push(line);
    return isTaken;
  });
  for (const event of ['a', 'b', 'c', 'd']) log.info(event);
  const told = lines.map(line => JSON.parse(line) as { msg: string; count?: number });
  expect(told.map(({ msg, count }) => [msg, count])).toEqual([
    ['log lines lost', 2],
    ['log lines lost', 1],
    ['d', undefined],
  ]);
});
