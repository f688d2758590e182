import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sourcesOf } from '../../../src/controller/aws-secret/sources/references.ts';
import { selectValues } from '../../../src/controller/aws-secret/sources/select.ts';
import { type Source, sourceKey } from '../../../src/controller/aws-secret/sources/source.ts';
import { awsSecretSpecSchema } from '../../../src/crds/aws-secret.ts';
import { anAwsSecret } from '../../support/builders.ts';
import type { JsonObject } from '../schema/json-schema.ts';
import { readSpecSchema } from '../spec-schema.ts';
import { askIn, type Region } from './ask.ts';
import { PRIMARY } from './aws.ts';
import type { Content } from './content.ts';
import { namesOf } from './names.ts';
import { initialScene } from './scene.ts';
import { soundManifests } from './sequence.ts';
import { asSpec, primaryRegion } from './spec.ts';
import { valuesOf } from './values.ts';

const names = namesOf('1', name => name);
const { aws } = initialScene(names, 'uid', 'stamp');

/** What a reader of AWS hands over; a text where it is refused. */
function itemsOf(source: Source, region: Region) {
  const one = (name: string, content: Content | string) => {
    if (content === 'SecretNotFound') return undefined;
    return typeof content === 'string' ? content : [{ name, bytes: content.bytes }];
  };
  const many = (entry: Parameters<Region['many']>[0]) => {
    const found = region.many(entry);
    if (typeof found === 'string') return found === 'EmptyValue' ? [] : found;
    return [...found].map(([name, { bytes }]) => ({ name, bytes }));
  };
  switch (source.kind) {
    case 'Secret':
      return one(source.secretId, region.entry({ key: '', ...source }));
    case 'SecretVersion':
      return one(source.secretId, region.entry({ key: '', ...source }));
    case 'Parameter': {
      const { name: parameter, selector: parameterLabel } = source;
      const label = parameterLabel === undefined ? {} : { parameterLabel };
      return one(parameter, region.entry({ key: '', parameter, ...label }));
    }
    case 'ParameterPath':
      return many({ parameterPath: source.path });
    case 'Find':
      return many({ find: { namePattern: source.namePattern, tags: source.tags } });
    default:
      return source satisfies never;
  }
}

test('what the model makes of a spec is what the operator makes of it, where AWS gives all that is asked for', async () => {
  const schema = await readSpecSchema();
  let compared = 0;
  fc.assert(
    fc.property(soundManifests(schema, names), manifest => {
      const written = (manifest as JsonObject)['spec'] ?? null;
      const spec = asSpec(written);
      const awsSecret = { ...anAwsSecret(), spec: awsSecretSpecSchema.parse(written) };
      const region = askIn(primaryRegion(spec, PRIMARY), aws);
      const read = sourcesOf(awsSecret).map(source => [sourceKey(source), itemsOf(source, region)] as const);
      const given = read.flatMap(([key, items]) => (typeof items === 'string' ? [] : [[key, items] as const]));
      if (given.length < read.length) return;
      const modelled = valuesOf(spec, aws);
      // What AWS does not have is refused by who reads it, unless it is optional.
      if (modelled.kind === 'wrong' && modelled.reasons.has('SecretNotFound')) return;
      compared += 1;
      const selected = selectValues(awsSecret, new Map(given));
      if (!selected.ok) {
        expect(modelled.kind === 'wrong' && [...modelled.reasons]).toContain(selected.error.reason);
      } else {
        const texts = (of: ReadonlyMap<string, Uint8Array>) =>
          [...of].map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')]).sort();
        expect(modelled.kind === 'values' && texts(modelled.values)).toEqual(texts(selected.value));
      }
    }),
    { numRuns: 500 },
  );
  expect(compared).toBeGreaterThan(100);
});
