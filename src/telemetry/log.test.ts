import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Log } from '../controller/runtime/log.ts';
import { LOG_FIELDS } from './log.ts';

/** What a program prints that logs `lines`: the log writes to standard output, which belongs to the process. */
async function printed(level: string, ...lines: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const module = new URL('./log.ts', import.meta.url).href;
  const program = `import { createLog } from '${module}'; const log = createLog('${level}'); ${lines.join(';')}`;
  const run = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  const text = run.stdout.split('\n').filter(line => line !== '');
  return text.map(line => JSON.parse(line) as Record<string, unknown>);
}

test('a line is one JSON object with time, level, event and fields', async () => {
  const [line] = await printed('info', `log.info('ready', { address: ':8080', count: 2 })`);
  expect(line).toEqual({
    level: 'info',
    ts: expect.stringMatching(/^\d{4}-.*Z$/),
    msg: 'ready',
    address: ':8080',
    count: 2,
  });
});

test('fields that are not listed are dropped, even behind a cast: what may be logged is listed', async () => {
  const [line] = await printed(
    'info',
    `log.info('x', { secret: 'name', value: 'hunter2', err: new Error('hunter2'), __proto__: { a: 1 } })`,
  );
  expect(line).toMatchObject({ msg: 'x', secret: 'name' });
  expect(Object.keys(line ?? {}).sort()).toEqual(['level', 'msg', 'secret', 'ts']);
});

test('the types refuse a field that is not listed, and what has no form of its own', () => {
  const refuse = (log: Log, error: Error): void => {
    // @ts-expect-error A value is no field.
    log.info('x', { value: 'hunter2' });
    // @ts-expect-error Nor is an error, whose text and stack may quote one.
    log.error('x', { err: error });
    // @ts-expect-error Nor is an object in the place of a text.
    log.warn('x', { message: error });
    // @ts-expect-error Nor may it be bound.
    log.with({ token: 'hunter2' });
  };
  expect(refuse).toBeTypeOf('function');
  expect(Object.keys(LOG_FIELDS)).not.toContain('value');
});

test('bound fields are on every line, are filtered too, and the line’s own win', async () => {
  const lines = await printed(
    'info',
    `const bound = log.with({ namespace: 'shop', name: 'a', token: 'hunter2' })`,
    `bound.info('x')`,
    `bound.with({ region: 'r' }).warn('y', { name: 'b' })`,
  );
  expect(lines).toMatchObject([
    { level: 'info', msg: 'x', namespace: 'shop', name: 'a' },
    { level: 'warn', msg: 'y', namespace: 'shop', name: 'b', region: 'r' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('lines below the level are not printed', async () => {
  const all = `log.debug('d'); log.info('i'); log.warn('w'); log.error('e')`;
  const events = async (level: string) => (await printed(level, all)).map(({ msg }) => msg);
  expect(await events('debug')).toEqual(['d', 'i', 'w', 'e']);
  expect(await events('warn')).toEqual(['w', 'e']);
});

test('the last line before the end of the process is not lost', async () => {
  expect(await printed('info', `log.error('the end')`, 'process.exit(0)')).toMatchObject([{ msg: 'the end' }]);
});
