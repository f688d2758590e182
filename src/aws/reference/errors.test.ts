import { expect, test } from 'vitest';
import { AWS_ERRORS, classify } from '../classify.ts';
import { awsErrorsReference } from './errors.ts';

const page = awsErrorsReference();
const rowOf = (text: string): readonly string[] => {
  const line = page.split('\n').find(candidate => candidate.startsWith('|') && candidate.includes(text)) ?? '';
  return line.split('|').map(cell => cell.trim());
};
const yes = (is: boolean): string => (is ? 'yes' : 'no');

for (const { codes } of AWS_ERRORS) {
  for (const code of codes) {
    test(`${code} stands in the table as it is classified`, () => {
      const { isElsewhere, isTransient, reason } = classify(Object.assign(new Error(), { name: code }));
      expect(rowOf(`\`${code}\``).slice(3, 6)).toEqual([yes(isElsewhere), yes(isTransient), `\`${reason}\``]);
    });
  }
}

const others = [
  { row: 'no answer', status: undefined },
  { row: 'HTTP 429 or 5xx', status: 503 },
  { row: 'HTTP 4xx', status: 418 },
];

for (const { row, status } of others) {
  test(`so does what has no code: ${row}`, () => {
    const error = Object.assign(new Error(), { name: 'Unheard', $metadata: { httpStatusCode: status } });
    const { isElsewhere, isTransient, reason } = classify(error);
    expect(rowOf(row).slice(3, 6)).toEqual([yes(isElsewhere), yes(isTransient), `\`${reason}\``]);
  });
}

test('no code stands twice', () => {
  const codes = AWS_ERRORS.flatMap(row => row.codes);
  expect(new Set(codes).size).toBe(codes.length);
});
