import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aLog, anAwsSecret, aRecord } from '../../../test/support/builders.ts';
import { createFakeClock, type FakeClock, settled } from '../../../test/support/fake-clock.ts';
import { arnOf, sdkError } from '../../../test/support/fake-secrets-manager.ts';
import type { SourceReader } from '../../controller/aws-secret/ports.ts';
import type { SourceRecord } from '../../controller/aws-secret/record.ts';
import { type Fetched, fetchSources, verifySources } from '../../controller/aws-secret/sources/fetch.ts';
import { freshEnough, refreshIntervalMs } from '../../controller/aws-secret/sources/freshness.ts';
import { sourceKey } from '../../controller/aws-secret/sources/source.ts';
import type { Random } from '../../controller/runtime/clock.ts';
import { refreshDelayMs } from '../../controller/runtime/schedule.ts';
import type { AwsSecret } from '../../crds/aws-secret.ts';
import { createLanes } from '../engine/lanes.ts';
import { createRates } from '../rates/rates.ts';
import { idsOf, inRegion } from '../regions/arn.ts';
import { createBreakers } from '../regions/breaker.ts';
import type { ListedSecret, SecretAnswer, SecretsManager } from '../services/ports.ts';
import { createReader } from './reader.ts';

const [WEST, CENTRAL] = ['eu-west-1', 'eu-central-1'];
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LIST_LAG = 5 * MINUTE;
const SPAN = 20 * MINUTE;
const LEAD = 10 * MINUTE;

/** When each secret gets its next version, and when the primary is away; milliseconds. */
interface Story {
  readonly seed: number;
  readonly replicaLag: number;
  readonly moves: readonly (readonly number[])[];
  readonly outages: readonly (readonly [from: number, ms: number])[];
  readonly consumers: readonly Consumer[];
}

interface Consumer {
  readonly secrets: readonly number[];
  readonly byArn: boolean;
  readonly consistency: 'Eventual' | 'Strict';
  readonly intervalS: 10 | 30 | 60 | 300;
}

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const idsOfSecret = (secret: number): readonly string[] => idsOf({ name: nameOf(secret), arn: arnOf(nameOf(secret)) });
const nameOf = (secret: number): string => `prod/s${secret}`;
/** Version that a secret has at a time: 0 before its first move. */
const versionAt = (moves: readonly number[], at: number): number => moves.filter(move => move <= at).length;
const numberOf = (versionId: string): number => Number(versionId.slice(1));

/** AWS as it may be: slow, lists that lag and go back, a replica that lags, and a primary that is away now and then. */
function awsAt(
  region: string,
  { replicaLag, moves, outages }: Story,
  clock: FakeClock,
  random: Random,
): SecretsManager {
  const isAway = (): boolean =>
    region === WEST && outages.some(([from, ms]) => clock.monotonic() >= from && clock.monotonic() < from + ms);
  const pass = (ms: number): Promise<void> => new Promise(resolve => void clock.schedule(ms, resolve));
  const answer = async <T>(read: () => T): Promise<T> => {
    if (isAway()) {
      const isSilent = random() < 0.5;
      await pass(isSilent ? 6 * SECOND : 50);
      throw isSilent ? sdkError('TimeoutError') : sdkError('InternalServiceError', 500);
    }
    if (random() < 0.03) throw sdkError('ThrottlingException', 400);
    if (random() < 0.01) throw sdkError('InternalServiceError', 500);
    await pass(random() * 300);
    const told = read();
    await pass(random() * 300);
    return told;
  };
  const lag = region === WEST ? 0 : replicaLag;
  const now = (secret: number, behind = lag): number => versionAt(moves[secret] ?? [], clock.monotonic() - behind);
  const find = (id: string): number => moves.findIndex((_, secret) => idsOfSecret(secret).includes(inRegion(id, WEST)));
  const metadata = (secret: number, version: number): ListedSecret => ({
    ...{ arn: inRegion(arnOf(nameOf(secret)), region), name: nameOf(secret), tags: {}, isDeleted: false },
    stages: new Map([
      ['AWSCURRENT', `v${version}`],
      ...(version > 0 ? [['AWSPREVIOUS', `v${version - 1}`] as const] : []),
    ]),
  });
  const secretAt = (secret: number): SecretAnswer => {
    const version = now(secret);
    const made = version === 0 ? 0 : (moves[secret]?.[version - 1] ?? 0);
    return {
      ...{ arn: inRegion(arnOf(nameOf(secret)), region), name: nameOf(secret), versionId: `v${version}` },
      ...{ createdTime: new Date(made).toISOString(), bytes: Buffer.from(`v${version}`) },
    };
  };
  return {
    describe: id => answer(() => metadata(find(id), now(find(id)))),
    getValue: id => answer(() => secretAt(find(id))),
    batchGetValue: ids => answer(() => ({ values: ids.map(id => secretAt(find(id))), errors: [] })),
    list: () =>
      answer(() => ({
        secrets: moves.flatMap((_, secret) =>
          random() < 0.02 ? [] : [metadata(secret, now(secret, lag + random() * (LIST_LAG - SECOND)))],
        ),
        nextToken: undefined,
      })),
  };
}

/** Plays it, and gives what was done wrong. */
async function play(story: Story): Promise<readonly string[]> {
  const clock = createFakeClock(0);
  const random = seeded(story.seed);
  const wrong: string[] = [];
  const none = () => undefined;
  const metrics = { called: none, throttled: none, decrypted: none, shared: none, breaker: none, denied: none };
  const lanes = createLanes({
    ...{ clock, log: aLog().log, metrics, rates: createRates(clock), keyOf: () => 'own', upcoming: () => [] },
    breakerOf: createBreakers({ clock, random, onChange: none }),
    servicesOf: (_identity, region) => ({
      secretsManager: awsAt(region, story, clock, random),
      parameterStore: {
        getParameters: async names => ({ parameters: [], invalid: names }),
        getParametersByPath: async () => ({ parameters: [], nextToken: undefined }),
      },
    }),
  });
  const reader = createReader({ lanes, defaultRegions: [WEST, CENTRAL], clock });
  const consumers = story.consumers.map(consumer => consume(consumer, story, { reader, clock, random, wrong }));
  while (clock.monotonic() < LEAD + SPAN) {
    await settled();
    clock.advance(Math.min(clock.nextMs ?? SECOND, SECOND));
  }
  await settled();
  for (const [i, { lastAt }] of consumers.entries()) {
    if (clock.monotonic() - lastAt() > SPAN) wrong.push(`consumer ${i} was never answered`);
  }
  return wrong;
}

interface World {
  readonly reader: SourceReader;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly wrong: string[];
}

/** Reads as a sync does, for ever. */
function consume(consumer: Consumer, { moves }: Story, { reader, clock, random, wrong }: World) {
  const ids = [...new Set(consumer.secrets)].map(nameOf).map(name => (consumer.byArn ? arnOf(name) : name));
  const awsSecret: AwsSecret = anAwsSecret({
    spec: {
      refreshInterval: `${consumer.intervalS}s`,
      consistency: consumer.consistency,
      data: ids.map((secretId, i) => ({ key: `k${i}`, secretId })),
    },
  });
  let held: readonly SourceRecord[] | undefined;
  let answeredAt = 0;
  const allowedLag = consumer.consistency === 'Strict' ? 0 : LIST_LAG;

  const judgeSource = ({ source, version }: SourceRecord, observedAt: number): void => {
    const secret = consumer.secrets.find(
      each => source.kind === 'Secret' && idsOfSecret(each).includes(source.secretId),
    );
    if (version === undefined || secret === undefined) return void wrong.push('a source is called absent');
    const before = held?.find(each => sourceKey(each.source) === sourceKey(source))?.version;
    const told = numberOf(version.versionId);
    const who = `${consumer.consistency} ${nameOf(secret)} v${told} of ${version.region}`;
    if (before !== undefined && told < numberOf(before.versionId)) wrong.push(`${who} replaces ${before.versionId}`);
    const least = versionAt(moves[secret] ?? [], observedAt - allowedLag);
    if (version.region === WEST && told < least) wrong.push(`${who} was v${least} already at ${observedAt}`);
  };
  const judge = (sources: readonly SourceRecord[], observedAt: number, freshAfter: number): void => {
    if (observedAt < freshAfter) wrong.push(`${consumer.consistency} was told what is too old`);
    for (const each of sources) judgeSource(each, observedAt);
  };
  const fetch = async (freshAfter: number): Promise<Fetched> => {
    const record = held && aRecord({ sources: held });
    // Now and then somebody writes the Secret, which has the values read anew.
    if (record !== undefined && random() < 0.8) {
      const verified = await verifySources(reader, awsSecret, record, freshAfter);
      if (verified.kind === 'failed') return verified;
      if (verified.kind === 'same') return { ...verified, kind: 'fetched', values: new Map() };
    }
    return await fetchSources(reader, awsSecret, record, freshAfter);
  };
  const sync = async (failures: number): Promise<void> => {
    const freshAfter = freshEnough(awsSecret, clock.monotonic());
    const fetched = await fetch(freshAfter);
    if (fetched.kind === 'failed') {
      for (const { error } of fetched.failures) {
        if (error.retry !== 'transient') wrong.push(`${consumer.consistency}: ${error.reason} ${error.message}`);
      }
      clock.schedule(Math.min(MINUTE, SECOND * 2 ** failures), () => void sync(failures + 1));
      return;
    }
    judge(fetched.sources, fetched.observedAt, freshAfter);
    held = fetched.sources;
    answeredAt = fetched.observedAt;
    const dueAt = answeredAt + refreshDelayMs(refreshIntervalMs(awsSecret) ?? MINUTE, random);
    const soonMs = random() < 0.1 ? random() * 10 * SECOND : Number.POSITIVE_INFINITY;
    clock.schedule(Math.max(0, Math.min(soonMs, dueAt - clock.monotonic())), () => void sync(0));
  };
  clock.schedule(LEAD + random() * SECOND, () => void sync(0));
  return { lastAt: () => answeredAt };
}

const within = fc.integer({ min: LEAD, max: LEAD + SPAN });
const SECRETS = 30;
const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.nat(),
  replicaLag: fc.integer({ min: 0, max: MINUTE }),
  moves: fc.array(
    fc.array(within, { maxLength: 6 }).map(moves => moves.sort((a, b) => a - b)),
    { minLength: SECRETS, maxLength: SECRETS },
  ),
  outages: fc.array(fc.tuple(within, fc.integer({ min: SECOND, max: 3 * MINUTE })), { maxLength: 3 }),
  consumers: fc.array(
    fc.record({
      secrets: fc.array(fc.nat(SECRETS - 1), { minLength: 1, maxLength: 8 }),
      byArn: fc.boolean(),
      consistency: fc.constantFrom('Eventual' as const, 'Strict' as const),
      intervalS: fc.constantFrom(10 as const, 30 as const, 60 as const, 300 as const),
    }),
    { minLength: 10, maxLength: 25 },
  ),
});

test('whatever AWS does, no version goes back, none is older than promised, and nothing is called absent', async () => {
  await fc.assert(
    fc.asyncProperty(story, async told => {
      expect(await play(told)).toEqual([]);
    }),
    { numRuns: 6 },
  );
}, 120_000);
