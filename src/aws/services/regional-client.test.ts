import { describe, expect, it } from 'vitest';
import { REGION, useAwsServices } from '../../../test/support/aws-services-world.ts';
import { settled } from '../../../test/support/fake-clock.ts';
import { until } from '../../../test/support/poll.ts';
import type { Credentials } from '../identity/credentials.ts';
import { CredentialsError } from '../identity/credentials-error.ts';
import { createParameterStore } from './parameter-store.ts';
import { type ClientSettings, createRegionalClient } from './regional-client.ts';
import { createSecretsManager } from './secrets-manager.ts';

const WAIT = { timeoutMs: 5_000, intervalMs: 2 } as const;
const VALUE = { body: { ARN: 'arn', Name: 'a', VersionId: 'v1', SecretString: 'x' } };

/** STS: gives the next set for each that is refused. */
function sts() {
  const refused: (string | undefined)[] = [];
  let current: Credentials = { accessKeyId: 'key-1', secretAccessKey: 'x' };
  const credentials = async (options: { readonly refused?: Credentials | undefined } = {}): Promise<Credentials> => {
    if ('refused' in options) refused.push(options.refused?.accessKeyId);
    if (options.refused === current) current = { ...current, accessKeyId: `key-${refused.length + 1}` };
    return current;
  };
  return { credentials, refused };
}

describe('a client of one service, region and identity', () => {
  const world = useAwsServices();

  it('is made when it is first needed, and once', async () => {
    const made: ClientSettings[] = [];
    const call = createRegionalClient('ssm', REGION, world.options(), settings => made.push(settings));
    expect(made).toEqual([]);
    expect(await Promise.all([call(async client => client), call(async client => client)])).toEqual([1, 1]);
    expect(made).toMatchObject([
      {
        region: REGION,
        endpoint: world.server.url,
        useFipsEndpoint: false,
        customUserAgent: 'operator/1',
        maxAttempts: 2,
      },
    ]);
  });

  const endpoints = [
    { why: 'AWS’s own', isFips: false, region: 'us-east-1', has: {} },
    { why: 'AWS’s own with FIPS', isFips: true, region: 'us-east-1', has: { useFipsEndpoint: true } },
    { why: 'the one that is set, whatever else is asked for', isFips: true, region: REGION, has: undefined },
  ];
  it.each(endpoints)('has the endpoint that is meant: $why', async ({ isFips, region, has }) => {
    const options = world.options();
    const made: ClientSettings[] = [];
    const call = createRegionalClient('ssm', region, { ...options, endpoints: { ...options.endpoints, isFips } }, all =>
      made.push(all),
    );
    await call(async () => undefined);
    const { endpoint, useFipsEndpoint, useDualstackEndpoint } = made[0] ?? {};
    const set = { endpoint: world.server.url, useFipsEndpoint: false, useDualstackEndpoint: false };
    expect({ endpoint, useFipsEndpoint, useDualstackEndpoint }).toEqual(has ?? set);
  });

  const refusals = [
    { why: 'a refusal, at once', error: 'AccessDeniedException', times: 1 },
    { why: 'throttling, after the SDK has tried once more', error: 'ThrottlingException', times: 2 },
    { why: 'a rate, likewise', error: 'RequestLimitExceeded', times: 2 },
    { why: 'a session that the next set does not mend', error: 'ExpiredTokenException', times: 2 },
  ];
  it.each(refusals)('rejects as AWS does: $why', async ({ error, times }) => {
    world.server.say({ error });
    const call = createSecretsManager(REGION, world.options(sts().credentials)).describe('a');
    await expect(call).rejects.toMatchObject({ name: error, $metadata: { httpStatusCode: 400 } });
    expect(world.server.asked).toHaveLength(times);
  });

  describe('credentials that AWS calls expired', () => {
    const mended = (error = 'ExpiredTokenException') =>
      world.server.say(({ accessKey }) => (accessKey === 'key-1' ? { error } : VALUE));

    it.each(['ExpiredToken', 'ExpiredTokenException'])('%s: the call is made once more with others', async error => {
      mended(error);
      const { credentials, refused } = sts();
      const secretsManager = createSecretsManager(REGION, world.options(credentials));
      expect(await secretsManager.getValue('a', { stage: 'AWSCURRENT' })).toMatchObject({ versionId: 'v1' });
      await secretsManager.getValue('a', { stage: 'AWSCURRENT' });
      expect(world.server.asked.map(({ accessKey }) => accessKey)).toEqual(['key-1', 'key-2', 'key-2']);
      expect(refused).toEqual(['key-1']);
    });

    it('calls that were under way together refuse the same set, and none the new one', async () => {
      mended();
      const { credentials, refused } = sts();
      const secretsManager = createSecretsManager(REGION, world.options(credentials));
      const calls = ['a', 'b', 'c'].map(id => secretsManager.getValue(id, { stage: 'AWSCURRENT' }));
      expect(await Promise.all(calls)).toHaveLength(3);
      expect(refused).toEqual(['key-1', 'key-1', 'key-1']);
      await secretsManager.getValue('d', { stage: 'AWSCURRENT' });
      expect(world.server.asked.map(({ accessKey }) => accessKey).filter(key => key === 'key-1')).toHaveLength(3);
    });

    it('a batch begins anew with its first page', async () => {
      world.server.say(
        { body: { SecretValues: [], NextToken: '1' } },
        { error: 'ExpiredTokenException' },
        { body: { SecretValues: [{ ARN: 'arn', Name: 'a', SecretString: 'x' }] } },
      );
      const answer = await createSecretsManager(REGION, world.options(sts().credentials)).batchGetValue(['a']);
      expect(answer).toMatchObject({ values: [{ name: 'a' }], errors: [] });
      expect(world.server.asked.map(({ body }) => body['NextToken'])).toEqual([undefined, '1', undefined]);
    });
  });

  describe('time', () => {
    const silent = { silent: true } as const;
    const calls = [
      { why: 'the first request', says: [silent], asked: 1 },
      { why: 'a later page', says: [{ body: { NextToken: '1' } }, silent], asked: 2 },
      { why: 'the second attempt', says: [{ error: 'InternalServiceError', status: 500 }, silent], asked: 2 },
      { why: 'the call with new credentials', says: [{ error: 'ExpiredTokenException' }, silent], asked: 2 },
    ];
    it.each(calls)('one deadline for all that a call takes: $why', async ({ says, asked }) => {
      world.server.say(...says);
      const { clock, ...options } = world.options(sts().credentials);
      const call = createSecretsManager(REGION, { ...options, clock }).batchGetValue(['a']);
      await until('it is silent', WAIT, () => world.server.asked.length === asked);
      clock.advance(5_999);
      expect(clock.timers).toBe(1);
      clock.advance(1);
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
      expect(clock.timers).toBe(0);
    });

    it('no timer is left by a call that ends', async () => {
      world.server.say({ body: {} }, { error: 'AccessDeniedException' });
      const { clock, ...options } = world.options();
      const store = createParameterStore(REGION, { ...options, clock });
      await store.getParameters(['/a']);
      await expect(store.getParameters(['/a'])).rejects.toThrow();
      expect(clock.timers).toBe(0);
    });

    it('waiting for credentials costs a call nothing: STS may have to be asked in the next region', async () => {
      world.server.say(VALUE);
      const { promise, resolve } = Promise.withResolvers<Credentials>();
      const { clock, ...options } = world.options(() => promise);
      const call = createSecretsManager(REGION, { ...options, clock }).getValue('a', { stage: 'AWSCURRENT' });
      await settled();
      clock.advance(60_000);
      resolve({ accessKeyId: 'late', secretAccessKey: 'x' });
      expect(await call).toMatchObject({ versionId: 'v1' });
    });
  });

  it('without credentials AWS is not asked, and their error is told', async () => {
    world.server.say(VALUE);
    const credentials = async (): Promise<Credentials> => {
      throw new CredentialsError(Object.assign(new Error('x'), { name: 'AccessDenied' }));
    };
    const call = createSecretsManager(REGION, world.options(credentials)).describe('a');
    await expect(call).rejects.toThrow(CredentialsError);
    expect(world.server.asked).toEqual([]);
  });

  it('that waits for other credentials has its whole time once there are some', async () => {
    world.server.say(({ accessKey }) => (accessKey === 'key-1' ? { error: 'ExpiredTokenException' } : VALUE));
    const renewed = Promise.withResolvers<Credentials>();
    let asked = 0;
    const credentials = async (options: object = {}): Promise<Credentials> => {
      if ('refused' in options) asked += 1;
      return asked > 0 ? await renewed.promise : { accessKeyId: 'key-1', secretAccessKey: 'x' };
    };
    const { clock, ...options } = world.options(credentials);
    const call = createSecretsManager(REGION, { ...options, clock }).getValue('a', { stage: 'AWSCURRENT' });
    await until('the credentials are refused', WAIT, () => asked === 1);
    clock.advance(options.deadlineMs + 500);
    renewed.resolve({ accessKeyId: 'key-2', secretAccessKey: 'x' });
    expect(await call).toMatchObject({ versionId: 'v1' });
  });
});
