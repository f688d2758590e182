/** Paths at which two JSON values differ, each with both, so that nobody has to compare whole objects by eye. */
export function changes(before: unknown, after: unknown, path = ''): readonly string[] {
  const [inner, outer] = [entriesOf(before), entriesOf(after)];
  if (inner === undefined || outer === undefined) {
    return Object.is(before, after) ? [] : [`${path}: ${show(before)} → ${show(after)}`];
  }
  const names = new Set([...inner.keys(), ...outer.keys()]);
  return [...names].flatMap(name => changes(inner.get(name), outer.get(name), `${path}/${name}`));
}

/** Of objects, lists and maps. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return value;
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

const SHOWN = 120;

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, SHOWN) ?? 'nothing';
}
