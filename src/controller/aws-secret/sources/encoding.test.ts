import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, type Encoding } from './encoding.ts';

function decoded(text: string, encoding: Encoding): string | undefined {
  const bytes = decode(Buffer.from(text), encoding);
  return bytes && Buffer.from(bytes).toString('hex');
}

const hex = (text: string): string => Buffer.from(text).toString('hex');

const rows: readonly (readonly [encoding: Encoding, text: string, hex: string | undefined, why: string])[] = [
  ['None', 'aHVudGVyMg==', hex('aHVudGVyMg=='), 'what is not encoded stays as it is'],
  ['Base64', 'aHVudGVyMg==', hex('hunter2'), 'with its padding'],
  ['Base64', '', '', 'nothing is the encoding of nothing'],
  ['Base64', '//79', 'fffefd', 'bytes that are no text'],
  ['Base64', 'aHVudG\nVyMg==\n', hex('hunter2'), 'in lines, as `base64` writes it'],
  ['Base64', 'aHVudG\r\nVyMg==\r\n', hex('hunter2'), 'in lines of another system'],
  ['Base64', 'aHVudGVyMg', undefined, 'without its padding'],
  ['Base64', 'aHVudGVyMg=', undefined, 'with half its padding'],
  ['Base64', 'aHVudGVyMg===', undefined, 'with more than its padding'],
  ['Base64', 'aHVu=dGVyMg==', undefined, 'padding within'],
  ['Base64', 'aHVudGVyMg==aHVu', undefined, 'two one after the other'],
  ['Base64', 'aHVudGVyMh==', undefined, 'bits that belong to nothing'],
  ['Base64', 'aHVudGVyMg== ', undefined, 'a blank'],
  ['Base64', 'aHVudGVyMg\t==', undefined, 'a tab'],
  ['Base64', '__79', undefined, 'the other alphabet'],
  ['Base64', 'hunter2!', undefined, 'a text'],
  ['Base64', 'hunter2', undefined, 'a text of letters, of a length that is none'],
  ['Base64', 'a', undefined, 'one letter'],
  ['Base64', 'aHVudGVyMg==\0', undefined, 'NUL'],
  ['Base64', '\ufeffaHVudGVyMg==', undefined, 'a byte order mark'],
  ['Base64', 'аHVu', undefined, 'a letter that only looks like one'],
  ['Base64Url', '__79', 'fffefd', 'its own alphabet'],
  ['Base64Url', 'aHVudGVyMg', hex('hunter2'), 'without padding, as most write it'],
  ['Base64Url', 'aHVudGVyMg==', hex('hunter2'), 'with its padding'],
  ['Base64Url', 'aHVudGVyMg=', undefined, 'with half its padding'],
  ['Base64Url', 'aHVudGVyMh', undefined, 'bits that belong to nothing'],
  ['Base64Url', '//79', undefined, 'the other alphabet'],
  ['Base64Url', '_/79', undefined, 'both alphabets'],
  ['Base64Url', 'aHVud', undefined, 'a letter too many'],
];

test.each(rows)('%s of %j is %j: %s', (encoding, text, is) => expect(decoded(text, encoding)).toBe(is));

const encodings = [
  { encoding: 'Base64', by: 'base64' },
  { encoding: 'Base64Url', by: 'base64url' },
] as const;

for (const { encoding, by } of encodings) {
  test(`${encoding}: any bytes come back from what Node writes of them`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        expect(decoded(Buffer.from(bytes).toString(by), encoding)).toBe(Buffer.from(bytes).toString('hex'));
      }),
    );
  });

  test(`${encoding}: whatever is taken is written back as it was, but for lines and padding`, () => {
    const piece = fc.constantFrom(...'AQgw/+-_=\n'.split(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: piece, maxLength: 9 }), fc.string({ unit: 'binary' })), text => {
        const bytes = decode(Buffer.from(text), encoding);
        const written = bytes && Buffer.from(bytes).toString(by).replace(/=+$/, '');
        if (written !== undefined) expect(text.replace(/[\r\n]/g, '').replace(/=+$/, '')).toBe(written);
      }),
      { numRuns: 1_000 },
    );
  });

  test(`${encoding}: a mebibyte is no trouble`, () => {
    expect(decode(Buffer.from(Buffer.alloc(2 ** 20, 7).toString(by)), encoding)?.byteLength).toBe(2 ** 20);
  });
}
