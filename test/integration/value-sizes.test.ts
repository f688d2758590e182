import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

/** What one secret in AWS holds at the most. */
const LARGEST = 65_536;
const MIB = 1_048_576;

describe('values as large as they may be', () => {
  const world = useWorld();
  const { refresh } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const writes = (name: string) =>
    world.faults.calls.filter(call => call.resource === 'secrets' && call.isWrite && call.name === name);
  const message = async (name: string, reason: string) => {
    const { status } = await world.expectCondition(name, 'Ready', 'False', reason);
    return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  };

  const text = 'x'.repeat(LARGEST - '{"v":""}'.length);
  const rows = [
    { why: 'bytes of every kind', name: 'bytes', content: randomBytes(LARGEST) },
    { why: 'characters of two bytes', name: 'umlauts', content: 'ä'.repeat(LARGEST / 2) },
    { why: 'characters of four bytes', name: 'signs', content: '🔑'.repeat(LARGEST / 4) },
  ];
  it.each(rows)('64 KiB of $why come byte by byte', async ({ name, content }) => {
    const secretId = world.unique(name);
    await west().create(secretId, content);
    await world.applyAwsSecret(name, { data: [{ key: 'v', secretId }] });
    await world.expectSecret(name, { v: content });
    await world.expectSynced(name);
  });

  it('64 KiB of JSON with one property come whole', async () => {
    const secretId = world.unique('json');
    await west().create(secretId, JSON.stringify({ v: text }));
    await world.applyAwsSecret('json', { dataFrom: [{ secretId }] });
    await world.expectSecret('json', { v: text });
  });

  it('what grows in AWS beyond 1 MiB is refused with both sizes, the Secret stays, and is written when it fits', async () => {
    const [block, one, two] = [randomBytes(LARGEST), randomBytes(LARGEST / 2), randomBytes(LARGEST / 2)];
    const contents = { block, one, two };
    for (const [name, content] of Object.entries(contents)) await west().create(world.unique(name), content);
    const full = MIB / LARGEST - 1;
    const data = [
      ...Array.from({ length: full }, (_, index) => ({ key: `k${index}`, secretId: world.unique('block') })),
      ...['one', 'two'].map(key => ({ key, secretId: world.unique(key) })),
    ];
    await world.applyAwsSecret('grown', { refreshInterval: '0', data });
    const blocks = Object.fromEntries(data.slice(0, full).map(({ key }) => [key, block]));
    await world.expectSecret('grown', { ...blocks, one, two });
    await world.expectSynced('grown');
    const [before, written] = [await world.secret('grown'), writes('grown').length];

    await west().put(world.unique('two'), Buffer.concat([two, Buffer.of(0)]));
    await refresh('grown', 'too large');
    expect(await message('grown', 'TooLarge')).toBe(
      `the values are ${MIB + 1} bytes together, and a Secret holds ${MIB} at the most; split the AwsSecret`,
    );
    expect((await world.secret('grown'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    expect(writes('grown')).toHaveLength(written);

    const shorter = two.subarray(1);
    await west().put(world.unique('two'), shorter);
    await refresh('grown', 'fits');
    await world.expectSecret('grown', { ...blocks, one, two: shorter });
    await world.expectSynced('grown');
  });

  it('names of keys that make the Secret larger than can be stored are told so, and the old Secret stays', async () => {
    const COUNT = 40;
    const ids = Array.from({ length: COUNT }, (_, index) => world.unique(`names-${index}`));
    const longNames = (of: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 240 }, (_, i) => [`${of}-${i}-`.padEnd(253, 'n'), ''])));
    for (const [index, secretId] of ids.entries()) await west().create(secretId, longNames(index));
    const [first = ''] = ids;
    await world.applyAwsSecret('names', { refreshInterval: '0', dataFrom: [{ secretId: first }] });
    await world.expectSecret('names', JSON.parse(longNames(0)));
    const before = await world.secret('names');
    await world.kube.patch(world.path('awssecrets', 'names'), {
      spec: { dataFrom: ids.map(secretId => ({ secretId })) },
    });
    expect(await message('names', 'TooLarge')).toContain(
      'with the names of its keys is larger than the API server can store',
    );
    expect((await world.secret('names'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });
});
