import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { JsonSchema } from '../schema/json-schema.ts';
import { violations } from '../schema/violations.ts';
import { readSpecSchema } from '../spec-schema.ts';
import { namesOf } from './names.ts';
import { initialScene } from './scene.ts';
import { brokenSpecs, sequences, soundManifests } from './sequence.ts';
import { judge } from './verdict.ts';

const names = namesOf('1', name => name);
let schema: JsonSchema;
beforeAll(async () => {
  schema = await readSpecSchema();
});

test('what is drawn from the schema of the definition keeps it', () => {
  fc.assert(
    fc.property(soundManifests(schema, names), manifest => {
      expect(violations(schema, manifest)).toEqual([]);
    }),
  );
});

test('every constraint of it is broken, by itself', () => {
  const broken = brokenSpecs(schema, names);
  const named = broken.map(({ path, constraint }) => `${path}: ${constraint}`);
  expect(new Set(named).size).toBe(named.length);
  for (const { path, constraint, values } of broken) {
    const isRule = constraint.includes(' ') && !constraint.startsWith('required ');
    const breaksIt = (manifest: Parameters<typeof violations>[1]): void => {
      expect(violations(schema, manifest)).toEqual(isRule ? [] : [`${path}: ${constraint}`]);
    };
    fc.assert(fc.property(values, breaksIt), { numRuns: 5 });
  }
  expect(named).toEqual(
    expect.arrayContaining([
      ': required spec',
      'spec: at least one of `data` and `dataFrom` must have an entry',
      'spec.regions: maxItems',
      'spec.data: unique',
      'spec.data[]: required key',
      'spec.data[]: each entry of `data` must name either `secretId` or `parameter`',
      'spec.data[].parameterVersion: minimum',
      'spec.dataFrom[]: each entry of `dataFrom` must name one of `secretId`, `parameterPath` and `find`',
      'spec.dataFrom[].find: required namePattern',
      'spec.dataFrom[].keys.rename: maxItems',
      'spec.dataFrom[].keys.case: enum',
      'spec.auth: `auth` must name a `serviceAccountName` or `assumeRoles`',
      'spec.auth.assumeRoles: maxItems',
      'spec.auth.assumeRoles[].sessionTags: maxProperties',
      'spec.consistency: enum',
      'spec.target.type: enum',
      'spec.target.metadata.labels{}: maxLength',
    ]),
  );
});

test('a seed gives the same sequence every time, and one whose beginning can be reached', () => {
  const draw = (seed: number) => fc.sample(sequences(schema, names), { seed, numRuns: 1 })[0];
  for (const seed of [1, 2, 3]) {
    const sequence = draw(seed);
    expect(sequence).toEqual(draw(seed));
    expect(sequence && judge(sequence.first, initialScene(names, 'uid', 'stamp')).kind).toBe('holds');
    const repairs = sequence?.steps.filter(step => step.do === 'edit' || step.do === 'remove');
    expect(repairs?.length).toBeLessThanOrEqual(4);
    expect(sequence?.steps.length).toBeGreaterThanOrEqual(5);
  }
});

test('every kind of step, and every fate of a spec, is drawn', () => {
  const drawn = fc.sample(sequences(schema, names), { seed: 1, numRuns: 20 }).flatMap(({ steps }) => steps);
  expect(new Set(drawn.map(step => step.do)).size).toBe(7);
  const scene = initialScene(names, 'uid', 'stamp');
  const kinds = drawn.flatMap(step => (step.do === 'apply' ? step.specs.map(spec => judge(spec, scene).kind) : []));
  expect(new Set(kinds)).toEqual(new Set(['holds', 'refused', 'suspended']));
});
