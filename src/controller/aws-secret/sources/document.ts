const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** ES2025's source text access, which TypeScript's ES2024 library does not know yet. */
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/**
 * The top-level properties of a JSON object, in bytes: a string as its characters in UTF-8; a number as its source
 * text, so that no digit is lost; `true`, `false` and `null` as those words; an object or array as compact JSON.
 * Undefined when the bytes are not UTF-8 or no JSON object, or a string is half a character (an escape such as \ud800),
 * which UTF-8 cannot say. A property that is named twice has its last value.
 */
export function parseProperties(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  let document: unknown;
  try {
    document = parse(decoder.decode(bytes), (_key, value, context) =>
      typeof value === 'number' && context.source !== undefined ? rawJson(context.source) : value,
    );
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  if (isRawJson(document)) return undefined;
  const texts = Object.entries(document).map(([name, value]) => [name, textOf(value)] as const);
  if (!texts.every(([, text]) => text.isWellFormed())) return undefined;
  return new Map(texts.map(([name, text]) => [name, encoder.encode(text)]));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRawJson(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}
