import fc from 'fast-check';

/** Any UTF-16, halves of characters too. */
const anyText = fc.array(fc.nat(0xff_ff), { maxLength: 8 }).map(units => String.fromCharCode(...units));

/** Text over which programs stumble. It may hold half a character, as JSON can that was written with escapes. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'then'),
  fc.constantFrom('', ' ', '.', '..', '../..', 'a/b', '\0', '\n', '\r\n', '\ufeff', '\ud800', 'x\udc00', '"', '\\'),
  fc.constantFrom('null', '{}', '[]', 'NaN', 'Infinity', '-0', '1e400', '0x10', '9'.repeat(400)),
  fc.string({ unit: 'binary', maxLength: 12 }),
  anyText,
);

/** As the API server stores it: it replaces halves of characters. */
export const storedText: fc.Arbitrary<string> = hostileText.map(text => text.toWellFormed());

const { json } = fc.letrec<{ json: unknown }>(tie => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 53, Number.POSITIVE_INFINITY),
    hostileText,
    // No primitive can be made of such an object: String() and template literals throw.
    fc.constantFrom({ toString: 1, valueOf: 1 }, { toString: null }, [[{ valueOf: null, toString: 0 }]]),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(hostileText, tie('json')), { maxLength: 3 }).map(entries => Object.fromEntries(entries)),
  ),
}));

/** Whatever JSON.parse could give, `__proto__` and infinite numbers among it. */
export const hostileJson: fc.Arbitrary<unknown> = json;

type Path = readonly (string | number)[];

/**
 * Copies of a JSON value in which up to three parts, wherever they lie, are gone (`holes`) or something else as well
 * (`garbage`).
 */
export function damaged(sound: unknown, by: 'holes' | 'garbage' = 'garbage'): fc.Arbitrary<unknown> {
  const paths = pathsOf(sound);
  const hole = fc.constant({ isHole: true, value: undefined });
  const garbage = hostileJson.map(value => ({ isHole: false, value }));
  const damage = fc.record({ path: fc.constantFrom(...paths), part: by === 'holes' ? hole : fc.oneof(hole, garbage) });
  return fc.array(damage, { minLength: 1, maxLength: 3 }).map(damages => {
    let copy: unknown = structuredClone(sound);
    for (const { path, part } of damages) copy = replaced(copy, path, part);
    return copy;
  });
}

/** Paths of every part; of the whole only where it has no parts. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, part]) =>
    pathsOf(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 && below.length > 0 ? below : [path, ...below];
}

function replaced(value: unknown, path: Path, part: { readonly isHole: boolean; readonly value: unknown }): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return part.value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value;
  if (Array.isArray(value)) {
    if (rest.length === 0 && part.isHole) return value.filter((_, index) => index !== step);
    return value.map((item, index) => (index === step ? replaced(item, rest, part) : item));
  }
  const others = Object.entries(value).filter(([key]) => key !== String(step));
  if (rest.length === 0 && part.isHole) return Object.fromEntries(others);
  const own = (value as Readonly<Record<string, unknown>>)[step];
  return Object.fromEntries([...others, [step, replaced(own, rest, part)]]);
}

/** What the API server stores of JSON that is sent to it: halves of characters are replaced. */
export function stored<T>(value: T): T {
  return storedPart(value) as T;
}

function storedPart(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(storedPart);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key.toWellFormed(), storedPart(part)]));
}

/** Times in every form in which the API server takes one, and texts that only look like them. */
export const hostileTime: fc.Arbitrary<string> = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') }).map(d => d.toISOString()),
  fc.constantFrom('2030-01-01T00:00:00Z', '2029-12-31T23:59:59.999999999Z', '2030-01-01T02:00:00+02:00'),
  fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2030-01-01t00:00:00z'),
  fc.constantFrom('2030-02-30T00:00:00Z', '2030-01-01T24:00:00Z', '2030-13-01T00:00:00Z', '2030-01-01T00:00:60Z'),
  fc.constantFrom('2030', '0', '-1', '+275760-09-13T00:00:00Z', '2030-01-01', 'Tue, 01 Jan 2030 00:00:00 GMT'),
  storedText,
);

/** Whether a field of format `date-time` may hold it (k8s.io/kube-openapi, pkg/validation/strfmt, IsDateTime). */
export function isDateTime(text: string): boolean {
  const [, date = '', hour = '', minute = '', second = ''] =
    /^(\d{4}-\d\d-\d\d)t(\d\d):(\d\d):(\d\d)([.]\d+)?(z|[-+]\d\d:\d\d)$/i.exec(text) ?? [];
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const daysOfMonth = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= daysOfMonth && hour <= '23' && minute <= '59' && second <= '59';
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
