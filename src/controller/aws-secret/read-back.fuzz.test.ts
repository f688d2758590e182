import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aLiveSecret, anAwsSecret, aSecret, bytesOf } from '../../../test/support/builders.ts';
import { damaged, hostileTime, isDateTime, stored, storedText } from '../../../test/support/hostile.ts';
import { syncWorld } from '../../../test/support/sync-world.ts';
import { type AwsSecretStatus, awsSecretStatusSchema } from '../../crds/aws-secret.ts';
import { CONDITION_TYPES } from '../../crds/conditions.ts';
import { readHistory } from '../../crds/content-history.ts';
import {
  CHANGED_AT_ANNOTATION,
  CONTENT_ANNOTATION,
  HISTORY_ANNOTATION,
  REFRESH_REQUESTED_ANNOTATION,
} from '../../crds/names.ts';
import { createContentHasher } from './secret/content.ts';

const T = '2030-01-01T00:00:00.000Z';
const hasher = createContentHasher({ id: 'aaaaaaaa', key: Buffer.alloc(32, 1) });
/** Of the content that AWS has in the world. */
const HELD = hasher.hash({ namespace: 'shop', name: 'payments' }, bytesOf({ a: 'one' }));

/** Of what the API server lets anybody with the right write into a status, and the operator reads back. */
const text = (max: number, ...likely: readonly string[]) =>
  fc.oneof(fc.constantFrom(...likely), storedText).map(value => value.slice(0, max).toWellFormed());
const time = hostileTime.filter(isDateTime);
const version = text(64, 'v1', 'v0');
const source = fc.record(
  { name: text(2_048, 'prod/db'), stage: text(256, 'AWSCURRENT'), versionId: version, region: text(32, 'eu-west-1') },
  { requiredKeys: ['name'] },
);
const condition = fc.record({
  type: fc.constantFrom<string>(...CONDITION_TYPES, 'Foreign'),
  status: fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const),
  reason: text(1_024, 'Synced', 'Unavailable').filter(reason => reason !== ''),
  message: text(32_768, ''),
  lastTransitionTime: time,
  observedGeneration: fc.nat(2),
});
const target = fc.record(
  {
    name: text(253, 'payments'),
    uid: text(64, 'secret-uid'),
    resourceVersion: text(64, '7'),
    content: text(128, 'aaaaaaaa.b', 'k.a'),
  },
  { requiredKeys: ['name'] },
);
const anyStatus: fc.Arbitrary<AwsSecretStatus> = fc.record(
  {
    observedGeneration: fc.integer({ min: -1, max: 2 }),
    conditions: fc.uniqueArray(condition, { maxLength: 6, selector: ({ type }) => type }),
    lastChangeTime: time,
    lastVerifiedTime: time,
    lastHandledRefreshRequest: text(256, 'now'),
    target,
    sources: fc.array(source, { maxLength: 3 }),
    sourceCount: fc.nat(2 ** 31 - 1),
    rollout: fc.record({ changeTime: time }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

/** As the operator left it. */
const sound: AwsSecretStatus = {
  observedGeneration: 1,
  conditions: [
    {
      ...{ type: 'Ready', status: 'True', reason: 'Synced', message: 'Secret "payments" holds what AWS holds.' },
      ...{ lastTransitionTime: T, observedGeneration: 1 },
    },
  ],
  ...{ lastChangeTime: T, lastVerifiedTime: T, lastHandledRefreshRequest: 'now', sourceCount: 1 },
  target: { name: 'payments', uid: 'secret-uid', resourceVersion: '7', content: HELD },
  sources: [{ name: 'prod/db', stage: 'AWSCURRENT', versionId: 'v1', region: 'eu-west-1' }],
};
type Field = keyof AwsSecretStatus;
const fields = Object.keys(sound) as Field[];
const edited = fc
  .record({ other: anyStatus, replaced: fc.subarray(fields, { maxLength: 2 }) })
  .map(({ other, replaced }) => {
    const kept = Object.entries(sound).filter(([field]) => !replaced.includes(field as Field));
    const taken = Object.entries(other).filter(([field]) => replaced.includes(field as Field));
    return Object.fromEntries([...kept, ...taken]) as AwsSecretStatus;
  });
const status = fc.oneof(anyStatus, edited);

const history = [
  { content: 'aaaaaaaa.b', time: '2030-01-02T00:00:00.000Z', was: ['j.b'] },
  { content: 'aaaaaaaa.a', time: '2030-01-01T00:00:00.000Z' },
];
const annotations = fc.record(
  {
    [CONTENT_ANNOTATION]: text(200, HELD, 'aaaaaaaa.b', 'k.b'),
    [CHANGED_AT_ANNOTATION]: hostileTime,
    [HISTORY_ANNOTATION]: fc.oneof(
      storedText,
      damaged(history).map(value => JSON.stringify(value) ?? ''),
    ),
  },
  { requiredKeys: [] },
);
const request = fc.option(fc.oneof(storedText, fc.constantFrom('now', `${'x'.repeat(255)}😀`)), { nil: undefined });

/** A status that somebody took the time from, and nothing is ever due. */
const { lastVerifiedTime: _, ...timeless } = sound;
const NOON = '2030-02-30T12:00:00Z';
/** A Secret that holds what AWS has, since a day that there is not. */
const forged: Scene = {
  ...{ status: {}, request: undefined, refreshInterval: '1m', isThere: true },
  annotations: { [CONTENT_ANNOTATION]: HELD, [CHANGED_AT_ANNOTATION]: NOON },
};

const refreshInterval = fc.constantFrom('1m', '0');
const scene = fc.record({ status, annotations, request, refreshInterval, isThere: fc.boolean() });
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function worldOf({ status, annotations, request, refreshInterval, isThere }: Scene) {
  const asked = request === undefined ? {} : { annotations: { [REFRESH_REQUESTED_ANNOTATION]: request } };
  const w = syncWorld(anAwsSecret({ metadata: asked, spec: { refreshInterval }, status }));
  if (isThere) w.state.secret = aSecret({ annotations });
  /** A reconcile; then the API server has stored what it wrote, and the watch has told it. */
  const turn = async () => {
    const found = w.state.secret;
    w.state.former = found === undefined ? [] : [aLiveSecret({ a: 'other' }, { metadata: found })];
    const { outcome, calls } = await w.run();
    if (w.state.awsSecret !== undefined) w.state.awsSecret = stored(w.state.awsSecret);
    return { outcome, calls };
  };
  return { ...w, turn };
}

/** Every text of a status that stands where the CRD wants a time. */
function times(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'string') return /Time$/.test(name) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => times(part, Array.isArray(value) ? name : key));
}

test('whatever stands in a status and in annotations, the Secret is synced, and told in a status that can be stored', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async scene => {
      const w = worldOf(scene);
      for (let turns = 0; turns < 3; turns += 1) {
        const { outcome } = await w.turn();
        const ms = outcome.kind === 'after' ? outcome.ms : 0;
        expect([ms >= 0, Number.isFinite(ms)]).toEqual([true, true]);
        const status = w.state.awsSecret?.status;
        expect(awsSecretStatusSchema.safeParse(status).error?.issues ?? []).toEqual([]);
        expect(times(status).filter(text => !isDateTime(text))).toEqual([]);
        w.clock.advance(60_000);
      }
      expect(w.ready()).toMatchObject({ status: 'True', reason: 'Synced' });
      const [written] = w.state.secret === undefined ? [] : readHistory(w.state.secret);
      expect(w.writes.length === 0 || written?.content.startsWith('aaaaaaaa.')).toBe(true);
    }),
    { numRuns: 300, examples: [[forged], [{ ...forged, status: timeless, refreshInterval: '0' }]] },
  );
});

test('and when it is, neither a reconcile nor an operator that starts anew writes anything', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async scene => {
      const w = worldOf(scene);
      for (let turns = 0; turns < 3; turns += 1) await w.turn();
      const writes = w.writes.length;
      expect((await w.turn()).calls).toEqual([]);
      expect(w.writes).toHaveLength(writes);
      const next = syncWorld(w.state.awsSecret);
      next.state.secret = w.state.secret;
      expect((await next.run()).calls).toEqual(scene.refreshInterval === '0' ? [] : ['version']);
      expect(next.writes).toEqual([]);
    }),
    {
      numRuns: 200,
      examples: [[{ ...forged, annotations: {}, request: `${'x'.repeat(255)}😀` }]],
    },
  );
});
