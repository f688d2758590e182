import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findLeak } from './canary.ts';

const VALUE = 'canary "7f3a" of/a+välue';
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const bytes = Buffer.from(VALUE);

const leaks = [
  { why: 'a log line quotes it', output: `{"msg":"got ${VALUE}"}` },
  { why: 'it became a label, in lower case', output: VALUE.toLowerCase() },
  { why: 'a JSON document holds it escaped', output: JSON.stringify({ value: VALUE }) },
  { why: 'a JSON document holds a JSON document', output: JSON.stringify({ body: JSON.stringify({ value: VALUE }) }) },
  { why: 'JSON is written in ASCII', output: JSON.stringify(VALUE).replace('ä', '\\u00e4') },
  { why: 'a URL carries it', output: `/path?q=${encodeURIComponent(VALUE)}` },
  { why: 'a form carries it', output: new URLSearchParams({ Token: VALUE }).toString() },
  { why: 'every byte of it is percent-encoded', output: bytes.toString('hex').replace(/../g, '%$&').toUpperCase() },
  { why: "a Secret's data is printed", output: `data: ${base64(VALUE)}` },
  { why: 'base64 is wrapped into lines', output: base64(VALUE.repeat(2)).replace(/.{20}/g, '$&\r\n') },
  { why: 'lines of base64 stand in JSON', output: JSON.stringify(base64(VALUE).replace(/.{10}/g, '$&\n')) },
  { why: "a whole Secret's JSON is printed in base64", output: base64(JSON.stringify({ data: { a: base64(VALUE) } })) },
  { why: 'it begins one byte into a base64 text', output: base64(`x${VALUE}yz`) },
  { why: 'it begins two bytes into a base64 text', output: base64(`xx${VALUE}`) },
  { why: 'a token is made of it', output: bytes.toString('base64url') },
  { why: 'its bytes are dumped', output: bytes.toString('hex') },
  { why: 'Node shows the Buffer', output: inspect(bytes) },
  { why: 'Node shows the bytes', output: inspect(new Uint8Array(bytes)) },
  { why: 'the bytes are printed as JSON', output: JSON.stringify(new Uint8Array(bytes)) },
  { why: 'the Buffer is printed as JSON', output: JSON.stringify(bytes) },
  { why: 'it is packed, as Helm packs a release', output: `{"release":"${base64(gzipSync(`x${VALUE}`))}"}` },
  { why: 'its digest can be guessed at', output: createHash('sha256').update(VALUE).digest('hex') },
  { why: 'half of its digest is enough for that', output: createHash('sha1').update(VALUE).digest('hex').slice(0, 20) },
  { why: 'a digest may be base64', output: createHash('md5').update(VALUE).digest('base64') },
];
for (const { why, output } of leaks) {
  test(`the guard sees a leak: ${why}`, () => {
    expect(findLeak({ log: 'clean', metrics: `before ${output} after` }, ['another', VALUE])).toMatch(/^metrics holds/);
  });
}

test('bytes that are no text are found in base64', () => {
  const value = Uint8Array.of(0xff, 0, 0xfe, 1, 0xfd, 2, 0xfc, 3);
  expect(findLeak({ status: `x ${base64(value)}` }, [value])).toBe('status holds a canary, base64');
});

test('a clean output is clean', () => {
  expect(findLeak({ log: '{"msg":"secret written","count":2}', empty: '' }, [VALUE])).toBeUndefined();
});

test('what could be found by chance is no canary', () => {
  expect(() => findLeak({ log: '1' }, ['12345'])).toThrow('a canary of 5 bytes: take 6 or more');
});
