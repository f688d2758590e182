import { expect, test } from 'vitest';
import { findLeak } from './canary.ts';

const VALUE = 'canary "7f3a" of/a+value';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const leaks = [
  { why: 'a log line quotes it', output: `{"msg":"got ${VALUE}"}` },
  { why: 'a JSON document holds it escaped', output: JSON.stringify({ value: VALUE }) },
  { why: 'a URL carries it', output: `/path?q=${encodeURIComponent(VALUE)}` },
  { why: "a Secret's data is printed", output: `data: ${base64(VALUE)}` },
  {
    why: 'a whole document is printed in base64',
    output: base64(`{"password":"${VALUE.replaceAll('"', '')}`) + base64(VALUE),
  },
  { why: 'it begins one byte into a base64 text', output: base64(`x${VALUE}yz`) },
  { why: 'it begins two bytes into a base64 text', output: base64(`xx${VALUE}`) },
  { why: 'a token is made of it', output: Buffer.from(VALUE).toString('base64url') },
  { why: 'its bytes are dumped', output: Buffer.from(VALUE).toString('hex') },
];
for (const { why, output } of leaks) {
  test(`the guard sees a leak: ${why}`, () => {
    expect(findLeak({ log: 'clean', metrics: `before ${output} after` }, ['another', VALUE])).toMatch(/^metrics holds/);
  });
}

test('a clean output is clean', () => {
  expect(findLeak({ log: '{"msg":"secret written","count":2}', empty: '' }, [VALUE])).toBeUndefined();
});
