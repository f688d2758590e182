import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

/** Fewer bytes could be found anywhere by chance. */
const MIN_BYTES = 6;

/**
 * Where the first of `values` is found in one of `outputs`: the name of the output and the form; undefined when clean.
 * Throws a RangeError for a value that is too short to be told from chance.
 */
export function findLeak(
  outputs: Readonly<Record<string, string>>,
  values: readonly (string | Uint8Array)[],
): string | undefined {
  const forms = values.flatMap(value => formsOf(Buffer.from(value)));
  for (const [name, output] of Object.entries(outputs)) {
    const readings = readingsOf(output);
    const found = forms.find(({ text }) => readings.some(reading => reading.includes(text)));
    if (found !== undefined) return `${name} holds a canary, ${found.form}`;
  }
  return undefined;
}

interface Form {
  readonly form: string;
  readonly text: string;
}

/** The forms in which a value could come out: as it is, as common encodings write it, or as a digest that can be guessed at. */
function formsOf(value: Buffer): readonly Form[] {
  if (value.length < MIN_BYTES) throw new RangeError(`a canary of ${value.length} bytes: take ${MIN_BYTES} or more`);
  const plain = value.toString();
  const json = JSON.stringify(plain).slice(1, -1);
  const hex = value.toString('hex');
  const pairs = hex.match(/../g) ?? [];
  const forms = {
    'as it is': plain,
    'in lower case': plain.toLowerCase(),
    'in upper case': plain.toUpperCase(),
    'as JSON': json,
    'as JSON in JSON': JSON.stringify(json).slice(1, -1),
    'as JSON in ASCII': json.replace(/[\u0080-\uffff]/g, escaped),
    'as escapes': plain.replace(/[\s\S]/g, escaped),
    'URL-encoded': encodeURIComponent(plain),
    'as a form': new URLSearchParams({ '': plain }).toString().slice(1),
    'URL-encoded throughout': pairs.map(pair => `%${pair.toUpperCase()}`).join(''),
    hex,
    'hex in upper case': hex.toUpperCase(),
    'a list of bytes': value.join(','),
  };
  const once = base64Of(value);
  return [
    ...Object.entries(forms).map(([form, text]) => ({ form, text })),
    ...once.map(text => ({ form: 'base64', text })),
    ...once.flatMap(text => base64Of(Buffer.from(text))).map(text => ({ form: 'base64 of base64', text })),
    ...digestsOf(value),
  ].filter(({ text }) => text !== '');
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What stands in a base64 text for bytes that begin none, one or two bytes into a group, in both alphabets. */
function base64Of(value: Buffer): readonly string[] {
  const texts = [0, 1, 2].map(offset => {
    const text = Buffer.concat([Buffer.alloc(offset), value])
      .toString('base64')
      .replace(/=+$/, '');
    // The first group depends on what stands before; the last one, when it is not whole, on what follows.
    return text.slice(offset === 0 ? 0 : 4, text.length - (text.length % 4));
  });
  return texts.flatMap(text => [...new Set([text, text.replaceAll('+', '-').replaceAll('/', '_')])]);
}

/** Unsalted, so that whoever sees one can try values; the first 64 bits, because digests are cut. */
function digestsOf(value: Buffer): readonly Form[] {
  return ['sha256', 'sha1', 'md5', 'sha512'].flatMap(algorithm => {
    const digest = createHash(algorithm).update(value).digest();
    const texts = [
      digest.toString('hex').slice(0, 16),
      ...(['base64', 'base64url'] as const).map(as => digest.toString(as).slice(0, 11)),
    ];
    return texts.map(text => ({ form: `its ${algorithm}`, text }));
  });
}

/** The output, the same without what separates bytes in a dump or lines of base64, and what is packed in it. */
function readingsOf(output: string): readonly string[] {
  const packed = [...output.matchAll(/H4sI[\w+/-]{16,}={0,2}/g)].map(([base64]) =>
    unpack(Buffer.from(base64, 'base64')),
  );
  return [output, output.replace(/\s+|"\d+":|\\[nr]/g, ''), ...packed];
}

function unpack(bytes: Buffer): string {
  try {
    return gunzipSync(bytes).toString();
  } catch {
    return '';
  }
}

const LETTERS = 'bcdfghjkmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ';

/** Eight letters that are found nowhere else: repeated in a value, they are found in any part of it. */
export function mark(): string {
  return [...randomBytes(8)].map(byte => LETTERS[byte % LETTERS.length]).join('');
}
