import { expect, test } from 'vitest';
import { withCostTables } from './cost.ts';

const block = (name: string): string => `<!-- cost: ${name} -->\n<!-- end of cost -->\n`;
const rowsOf = (name: string): readonly (readonly string[])[] =>
  withCostTables(block(name))
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(1)
    .map(line => line.split('|').map(cell => cell.trim()));

test('each number of secrets has a row for each mode', () => {
  const rows = rowsOf('months');
  expect(new Set(rows.map(([, count]) => count))).toEqual(new Set(['100', '1,000', '10,000']));
  expect(rows.length % 3).toBe(0);
  expect(rows.length / 3).toBeGreaterThanOrEqual(8);
});

test('both bounds stand where it is not known how AWS counts, and one figure elsewhere', () => {
  const ofThousand = rowsOf('months').filter(([, count]) => count === '1,000');
  const calls = (title: string) => ofThousand.find(([, , mode]) => mode === title)?.[6];
  // 10 and 50 calls in each of 45,000 refreshes.
  expect(calls('Eventual, 1m')).toBe('$2.25');
  expect(calls('Strict, 1m')).toBe('$11.25 to $225.00');
  expect(calls('Parameter Store, 1m')).toBe('$0.00');
  expect(calls('for comparison: one GetSecretValue each, every minute')).toBe('$216.00');
});

test('a missing permission never makes anything cheaper in calls', () => {
  const rows = rowsOf('denied').map(cells => ({ consistency: cells[1], calls: Number(cells[3]?.replaceAll(',', '')) }));
  for (const consistency of ['Eventual', 'Strict']) {
    const calls = rows.filter(row => row.consistency === consistency).map(row => row.calls);
    expect(calls).toEqual([...calls].sort((a, b) => a - b));
    expect(calls.length).toBe(3);
  }
});

test('a block that names no table is refused by name', () => {
  for (const name of ['month', 'toString', ''])
    expect(() => withCostTables(block(name))).toThrow(`${name} is no table of costs`);
});
