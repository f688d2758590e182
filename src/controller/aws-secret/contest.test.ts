import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../test/support/builders.ts';
import { type SyncWorld, syncWorld } from '../../../test/support/sync-world.ts';
import { REFRESH_REQUESTED_ANNOTATION } from '../../crds/names.ts';

const MINUTE = 60_000;

async function synced(w: SyncWorld = syncWorld()): Promise<SyncWorld> {
  await w.run();
  return w;
}

test('a program that writes the Secret after each write is met ever more rarely, and told of once', async () => {
  const w = await synced(syncWorld(anAwsSecret({ spec: { refreshInterval: '0' } })));
  let reads = 0;
  for (let second = 0; second < 3_600; second += 1) {
    w.state.secret &&= { ...w.state.secret, resourceVersion: `${w.state.secret.resourceVersion}-theirs` };
    w.clock.advance(1_000);
    reads += (await w.run()).calls.filter(call => call === 'value').length;
  }
  expect(reads, 'an hour of it').toBeLessThan(30);
  expect(reads, 'it is never given up').toBeGreaterThan(15);
  expect(w.events.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning SecretContested']);
});

test('edits by hand are put right as soon as they are known to be edits', async () => {
  const w = await synced(syncWorld(anAwsSecret({ spec: { refreshInterval: '0' } })));
  for (let edit = 1; edit <= 5; edit += 1) {
    w.clock.advance(2 * MINUTE);
    w.state.secret &&= { ...w.state.secret, resourceVersion: `edit-${edit}` };
    expect((await w.run()).calls).toContain('value');
  }
});

test('a target that is renamed again and again is nobody else’s doing: it is not called contested', async () => {
  const w = await synced(syncWorld());
  for (let generation = 2; generation <= 9; generation += 1) {
    w.clock.advance(10_000);
    const { metadata, status } = w.state.awsSecret ?? anAwsSecret();
    const renamed = anAwsSecret({ spec: { target: { name: `name-${generation}` } }, metadata: { generation } });
    w.state.awsSecret = { ...renamed, metadata: { ...metadata, generation }, ...(status !== undefined && { status }) };
    w.state.secret = undefined;
    expect((await w.run()).calls).toContain('value');
  }
  expect(w.writes).toHaveLength(9);
  expect(w.events.map(({ reason }) => reason)).not.toContain('SecretContested');
});

test('our own write that the watch has not brought yet is nobody else’s doing', async () => {
  const w = await synced(syncWorld());
  for (let request = 1; request <= 9; request += 1) {
    w.clock.advance(100);
    const late = w.state.secret;
    w.state.awsSecret &&= {
      ...w.state.awsSecret,
      metadata: { ...w.state.awsSecret.metadata, annotations: { [REFRESH_REQUESTED_ANNOTATION]: String(request) } },
    };
    w.aws.value = `{"a":"${request}"}`;
    await w.run();
    w.state.secret = late;
  }
  expect(w.events.map(({ reason }) => reason)).not.toContain('SecretContested');
});
