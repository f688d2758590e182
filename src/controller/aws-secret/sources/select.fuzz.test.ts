import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAwsSecret, aSource } from '../../../../test/support/builders.ts';
import { hostileText } from '../../../../test/support/hostile.ts';
import type { Reason } from '../../../crds/reasons.ts';
import { sourcesOf } from './references.ts';
import { selectValues } from './select.ts';
import { sourceKey } from './source.ts';

const CANARY = 'hunter2-';
/** A status takes no longer message, and what is cut is the way out, which comes last. */
const MAX_MESSAGE = 4_096;

type Document = ReadonlyMap<string, string> | string | undefined;

const ids: readonly string[] = ['s', 't', '__proto__', 'prod/db\n'];
const key = fc.constantFrom('A', 'b.c', 'constructor', '-', '.x', 'x'.repeat(253));
const name = fc.oneof(
  { weight: 2, arbitrary: key },
  hostileText,
  fc.constantFrom('x'.repeat(254), 'y'.repeat(5_000), '\0'.repeat(700), '..data', 'ключ'),
);
const value = hostileText.map(text => `${CANARY}${text.toWellFormed()}`);
const object = fc.array(fc.tuple(name, value), { maxLength: 3 }).map(entries => new Map(entries));
const document: fc.Arbitrary<Document> = fc.oneof(
  { weight: 4, arbitrary: object },
  fc.constantFrom(undefined, CANARY, `["${CANARY}"]`, `"${CANARY}"`, 'null', '', `{"a":"${CANARY}\\ud800"}`),
);
const entry = fc.record(
  {
    key,
    secretId: fc.constantFrom(...ids),
    property: name.filter(text => text !== '' && text.length <= 253),
    optional: fc.boolean(),
  },
  { requiredKeys: ['key', 'secretId'] },
);
const spec = fc.record({
  data: fc.uniqueArray(entry, { maxLength: 3, selector: ({ key }) => key }),
  dataFrom: fc.array(fc.record({ secretId: fc.constantFrom(...ids) }), { maxLength: 3 }),
});
const world = fc.record({ spec, documents: fc.tuple(document, document, document, document) });

/** Kubernetes' rule (apimachinery, pkg/util/validation, IsConfigMapKey), told without a pattern. */
function isKey(text: string): boolean {
  const allowed = new Set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._');
  const isPath = text === '.' || text === '..' || text.startsWith('..');
  return text.length >= 1 && text.length <= 253 && !isPath && [...text].every(character => allowed.has(character));
}

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** What is wrong with a spec and what AWS gives, in no order, and what the Secret holds if nothing is. */
function model({ spec: { data, dataFrom }, documents }: World) {
  const of = (secretId: string): Document => documents[ids.indexOf(secretId)];
  const values = new Map<string, string>();
  const whole = dataFrom.flatMap(({ secretId }): readonly (Reason | readonly [string, string])[] => {
    const found = of(secretId);
    if (typeof found !== 'object') return ['NotJson'];
    return found.size === 0 ? ['EmptyValue'] : [...found].filter(([name]) => data.every(({ key }) => key !== name));
  });
  const wrongs = new Set(whole.filter(part => typeof part === 'string'));
  for (const [name, text] of whole.filter(part => typeof part !== 'string')) {
    if (!isKey(name)) wrongs.add('InvalidKey');
    if (values.has(name)) wrongs.add('DuplicateKey');
    values.set(name, text);
  }
  for (const entry of data) {
    const { value, wrong } = modelEntry(entry, of(entry.secretId));
    if (value !== undefined) values.set(entry.key, value);
    if (wrong !== undefined) wrongs.add(wrong);
  }
  return { wrongs, values };
}

function modelEntry(
  { property, optional = false }: World['spec']['data'][number],
  found: Document,
): { readonly value?: string | undefined; readonly wrong?: Reason } {
  if (found === undefined) return {};
  if (property === undefined) return { value: typeof found === 'string' ? found : jsonOf(found) };
  if (typeof found === 'string') return { wrong: 'NotJson' };
  return found.has(property) || optional ? { value: found.get(property) } : { wrong: 'PropertyNotFound' };
}

function jsonOf(properties: ReadonlyMap<string, string>): string {
  return JSON.stringify(Object.fromEntries(properties));
}

function select({ spec, documents }: World) {
  const text = (found: Document) => (typeof found === 'object' ? jsonOf(found) : found);
  const items = (name: string, text: string | undefined) =>
    text === undefined ? undefined : [{ name, bytes: new TextEncoder().encode(text) }];
  const sources = documents.map((found, index) => {
    const id = ids[index] ?? '';
    return [sourceKey(aSource(id).source), items(id, text(found))] as const;
  });
  return selectValues(anAwsSecret({ spec }), new Map(sources));
}

test('whatever AWS gives, the values are those of a plain model, or the reason is one that holds', () => {
  fc.assert(
    fc.property(world, world => {
      const { wrongs, values } = model(world);
      const selected = select(world);
      if (!selected.ok) return void expect([...wrongs]).toContain(selected.error.reason);
      expect([...wrongs]).toEqual([]);
      const texts = [...selected.value].map(([key, bytes]) => [key, Buffer.from(bytes).toString()] as const);
      expect(new Map(texts)).toEqual(values);
    }),
    { numRuns: 500 },
  );
});

test('an error names a source and the way out, and holds no value', () => {
  fc.assert(
    fc.property(world, world => {
      const selected = select(world);
      if (selected.ok) return;
      const { retry, message } = selected.error;
      expect(message).not.toContain(CANARY);
      expect(ids.some(id => message.includes(JSON.stringify(id)))).toBe(true);
      expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE);
      expect([retry, message.isWellFormed()]).toEqual(['content', true]);
    }),
    { numRuns: 500 },
  );
});

test('references that differ in stage or name are never taken for one', () => {
  const odd = fc
    .oneof(hostileText, fc.constantFrom('a', 'a\nb', 'b', '","', '\\'))
    .filter(text => /^.{1,256}$/s.test(text));
  const reference = fc.record({ key: fc.constantFrom('A', 'B'), secretId: odd, versionStage: odd });
  const two = fc.tuple(reference, reference).map(([a, b]) => [a, { ...b, key: a.key === 'A' ? 'B' : 'A' }]);
  fc.assert(
    fc.property(two, data => {
      const distinct = new Set(data.map(({ secretId, versionStage }) => JSON.stringify([secretId, versionStage])));
      expect(sourcesOf(anAwsSecret({ spec: { data } }))).toHaveLength(distinct.size);
    }),
    {
      examples: [
        [
          [
            { key: 'A', secretId: 'c', versionStage: 'a\nb' },
            { key: 'B', secretId: 'b\nc', versionStage: 'a' },
          ],
        ],
      ],
    },
  );
});
