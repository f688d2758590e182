import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LiveAwsSecret } from '../integration/objects.ts';
import { namesOf } from './model/names.ts';
import { brokenSpecs, soundManifests } from './model/sequence.ts';
import type { Json, JsonObject, JsonSchema } from './schema/json-schema.ts';
import { namesIt } from './schema/refusal.ts';
import { readSpecSchema } from './spec-schema.ts';
import { type Answer, createUser, type User } from './user.ts';

describe('a manifest', () => {
  const namespace = `t-${randomUUID().slice(0, 8)}`;
  const names = namesOf('constraints', name => `${namespace}/${name}`);
  const base = `/apis/secrets-operator.io/v1alpha1/namespaces/${namespace}/awssecrets`;
  const KIND = { apiVersion: 'secrets-operator.io/v1alpha1', kind: 'AwsSecret' } as const;

  let schema: JsonSchema;
  let user: User;

  beforeAll(async () => {
    schema = await readSpecSchema();
    user = await createUser(inject('kube'));
    await user.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const spec = { dataFrom: [{ secretId: 'a' }] };
    await user.call('POST', base, { ...KIND, metadata: { name: names.awsSecret }, spec });
  });
  afterAll(() => user.close());

  const path = `${base}/${names.awsSecret}`;
  const live = async (): Promise<LiveAwsSecret> => (await user.call<LiveAwsSecret>('GET', path)).body;
  /** No operator works here: nobody else writes. */
  const put = async (manifest: Json): Promise<Answer> => {
    const { resourceVersion } = (await live()).metadata;
    return await user.call('PUT', path, {
      ...(manifest as JsonObject),
      ...KIND,
      metadata: { name: names.awsSecret, resourceVersion },
    });
  };

  it('that breaks any one constraint of the schema is refused whole, by its name', async () => {
    const before = await live();
    const broken = brokenSpecs(schema, names);
    expect(broken.length).toBeGreaterThan(140);
    const defects: string[] = [];
    for (const constraint of broken) {
      for (const manifest of fc.sample(constraint.values, 2)) {
        const { status, body } = await put(manifest);
        if (status === 422 && namesIt(body.message ?? '', constraint)) continue;
        defects.push(
          `${constraint.path} ${constraint.constraint}: ${status} ${body.message} to ${JSON.stringify(manifest)}`,
        );
      }
    }
    expect(defects).toEqual([]);
    expect(await live()).toEqual(before);
  });

  it('that breaks none is taken', async () => {
    const defects: string[] = [];
    for (const manifest of fc.sample(soundManifests(schema, names), 100)) {
      const { status, body } = await put(manifest);
      if (status !== 200) defects.push(`${status} ${body.message} to ${JSON.stringify(manifest)}`);
    }
    expect(defects).toEqual([]);
  });
});
