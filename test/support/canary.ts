/** The forms in which a value could come out: as it is, or as common encodings write it. */
const FORMS: Readonly<Record<string, (value: string) => string>> = {
  'as it is': value => value,
  'as JSON': value => JSON.stringify(value).slice(1, -1),
  'URL-encoded': value => encodeURIComponent(value),
  base64: value => inner(Buffer.from(value).toString('base64')),
  'base64 of a text that holds it, one byte in': value => inner(Buffer.from(`-${value}`).toString('base64').slice(4)),
  'base64 of a text that holds it, two bytes in': value => inner(Buffer.from(`--${value}`).toString('base64').slice(4)),
  base64url: value => inner(Buffer.from(value).toString('base64url')),
  hex: value => Buffer.from(value).toString('hex'),
};

/** Without the last group, which depends on what follows. */
function inner(base64: string): string {
  return base64.replace(/=+$/, '').slice(0, -4);
}

/** Where the first of `values` is found in one of `outputs`: the name of the output and the form; undefined when clean. */
export function findLeak(outputs: Readonly<Record<string, string>>, values: readonly string[]): string | undefined {
  for (const [name, output] of Object.entries(outputs)) {
    for (const value of values) {
      for (const [form, encode] of Object.entries(FORMS)) {
        if (output.includes(encode(value))) return `${name} holds a canary, ${form}`;
      }
    }
  }
  return undefined;
}
