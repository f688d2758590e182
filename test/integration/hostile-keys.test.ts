import { describe, expect, it } from 'vitest';
import { useWorld } from './world.ts';

const LONGEST = 'k'.repeat(253);

describe('names that a program may stumble over', () => {
  const world = useWorld();
  const west = () => world.aws['eu-west-1'];
  const api = world.path('awssecrets', '').slice(0, -1);
  const message = async (name: string, reason: string) => {
    const { status } = await world.expectCondition(name, 'Ready', 'False', reason);
    return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  };
  /** As JSON text: a literal would set the prototype. */
  const json = (names: readonly string[]): string =>
    `{${names.map(name => `${JSON.stringify(name)}:${JSON.stringify(`of ${name.slice(0, 20)}`)}`).join()}}`;
  const data = (names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, `of ${name.slice(0, 20)}`] as const));

  const good = [
    ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'then'],
    ...['-', '_', '.a', 'a..', '0', '-1', 'null', 'undefined', 'NaN', LONGEST],
  ];

  it('names of built-in properties, and all that Kubernetes allows, are keys like others', async () => {
    const secretId = world.unique('good');
    await west().create(secretId, json(good));
    await world.applyAwsSecret('good', { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSecret('good', data(good));
    await world.expectSynced('good');
    const edits = Object.fromEntries(good.map(name => [name, null]));
    await world.kube.patch(world.path('secrets', 'good'), { data: { ...edits, other: 'eA==' } });
    await world.expectSecret('good', data(good));
  });

  it('by single entries too, and a property that is not there is not found among the built-in ones', async () => {
    const secretId = world.unique('single');
    await west().create(secretId, json(good));
    const entries = good.map(name => ({ key: name, secretId, property: name }));
    await world.applyAwsSecret('single', { refreshInterval: '0', data: entries });
    await world.expectSecret('single', data(good));
    await world.expectSynced('single');
    await west().create(world.unique('bare'), '{"a":"1"}');
    for (const property of ['__proto__', 'constructor', 'toString']) {
      const name = `bare-${property.toLowerCase().replaceAll('_', '')}`;
      await world.applyAwsSecret(name, { data: [{ key: 'k', secretId: world.unique('bare'), property }] });
      expect(await message(name, 'PropertyNotFound')).toContain(JSON.stringify(property));
      expect(await world.secret(name)).toBeUndefined();
    }
  });

  const bad = [
    { why: 'a dot', name: '.' },
    { why: 'two dots', name: '..' },
    { why: 'what the kubelet names its own folder', name: '..data' },
    { why: 'a path', name: 'a/b' },
    { why: 'a path out of the volume', name: '../../etc/passwd' },
    { why: 'letters beyond ASCII', name: 'schlüssel' },
    { why: 'letters that look like ASCII', name: 'pаssword' },
    { why: 'a sign without width', name: 'a\u200bb' },
    { why: 'a letter more than Kubernetes allows', name: `${LONGEST}k` },
    { why: 'a line break', name: 'a\n' },
    { why: 'nothing', name: '' },
  ].map((row, index) => ({ ...row, id: `bad-${index}` }));

  it.each(bad)('$why is refused by name, with the way out, and nothing is written', async ({ name, id }) => {
    const secretId = world.unique(id);
    await west().create(secretId, json(['good', name]));
    await world.applyAwsSecret(id, { dataFrom: [{ secretId }] });
    const told = await message(id, 'InvalidKey');
    expect(told).toContain(`property ${JSON.stringify(name)} of secret`);
    expect(told).toContain('name each key by `data` in place of `dataFrom`');
    expect(await world.secret(id)).toBeUndefined();
  });

  it.each(bad)('$why is no key of an entry: the API server refuses it', async ({ name, id }) => {
    const refusal = await world.kube.expectRefused(api, {
      apiVersion: 'secrets-operator.io/v1alpha1',
      kind: 'AwsSecret',
      metadata: { name: `${id}-entry` },
      spec: { data: [{ key: name, secretId: 'a' }] },
    });
    expect(refusal.status).toBe(422);
    expect(refusal.message).toContain('spec.data[0].key');
  });

  it.each(bad.filter(({ name }) => name !== '' && name.length <= 253))(
    '$why may be the name of a property that an entry asks for',
    async ({ name, id }) => {
      const secretId = world.unique(`${id}-property`);
      await west().create(secretId, json([name]));
      await world.applyAwsSecret(`${id}-property`, { data: [{ key: 'good', secretId, property: name }] });
      await world.expectSecret(`${id}-property`, { good: `of ${name.slice(0, 20)}` });
    },
  );
});
