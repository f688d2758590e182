import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServer, startAwsServer } from '../../test/support/aws-server.ts';
import { createCertificateAuthority } from '../../test/support/certificates.ts';
import { type ConnectProxy, startConnectProxy } from '../../test/support/connect-proxy.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/poll.ts';
import { classify, errorCode } from './classify.ts';
import { endpointOf } from './endpoints.ts';
import { createRequestHandler } from './network.ts';
import { createParameterStore } from './services/parameter-store.ts';
import { createSecretsManager } from './services/secrets-manager.ts';

const WAIT = { timeoutMs: 5_000, intervalMs: 2 } as const;
/** An address of this machine that is none of its loopback names, and so is not taken around a proxy by itself. */
const THIS_MACHINE = '0.0.0.0';
const WEST = 'eu-west-1';

const authority = createCertificateAuthority('Test');
const NAMES = [
  'eu-west-1.amazonaws.com',
  'us-east-1.amazonaws.com',
  'us-gov-west-1.amazonaws.com',
  'cn-north-1.amazonaws.com.cn',
];
const certificate = authority.issue(...NAMES.map(name => `*.${name}`), 'sts.amazonaws.com', THIS_MACHINE);

describe('the way to AWS', () => {
  let server: AwsServer;
  let proxy: ConnectProxy;
  const handlers: NodeHttpHandler[] = [];
  beforeAll(async () => {
    server = await startAwsServer(certificate);
    proxy = await startConnectProxy(() => server.port);
  });
  beforeEach(() => {
    proxy.reset();
    server.say({ body: { ARN: 'arn', Name: 'a', Parameters: [] } });
  });
  afterEach(() => {
    for (const handler of handlers.splice(0)) handler.destroy();
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  const credentials = async () => ({ accessKeyId: 'key', secretAccessKey: 'x' });
  const connect = ({ env = {}, ca = [authority.cert], clock = createFakeClock(Date.now()) } = {}) => {
    const requestHandler = createRequestHandler({ ca, env, clock });
    handlers.push(requestHandler);
    return { credentials, requestHandler, userAgent: 'operator/1', deadlineMs: 6_000, clock };
  };
  const proxied = (auth = ''): Record<string, string> => ({ HTTPS_PROXY: `http://${auth}127.0.0.1:${proxy.port}` });
  const endpoints = (urls: Readonly<Record<string, string>> = {}, isFips = false) => ({ urls, isFips });

  const hosts = [
    { service: 'secretsmanager', region: WEST, isFips: false, host: 'secretsmanager.eu-west-1.amazonaws.com' },
    { service: 'ssm', region: WEST, isFips: false, host: 'ssm.eu-west-1.amazonaws.com' },
    { service: 'sts', region: WEST, isFips: false, host: 'sts.eu-west-1.amazonaws.com' },
    {
      service: 'secretsmanager',
      region: 'us-east-1',
      isFips: true,
      host: 'secretsmanager-fips.us-east-1.amazonaws.com',
    },
    { service: 'ssm', region: 'us-east-1', isFips: true, host: 'ssm-fips.us-east-1.amazonaws.com' },
    { service: 'sts', region: 'us-east-1', isFips: true, host: 'sts-fips.us-east-1.amazonaws.com' },
    {
      service: 'secretsmanager',
      region: 'us-gov-west-1',
      isFips: true,
      host: 'secretsmanager-fips.us-gov-west-1.amazonaws.com',
    },
    { service: 'ssm', region: 'us-gov-west-1', isFips: true, host: 'ssm.us-gov-west-1.amazonaws.com' },
    { service: 'sts', region: 'us-gov-west-1', isFips: true, host: 'sts.us-gov-west-1.amazonaws.com' },
    {
      service: 'secretsmanager',
      region: 'cn-north-1',
      isFips: false,
      host: 'secretsmanager.cn-north-1.amazonaws.com.cn',
    },
    { service: 'ssm', region: 'cn-north-1', isFips: false, host: 'ssm.cn-north-1.amazonaws.com.cn' },
  ] as const;
  it.each(hosts)(
    'leads through a tunnel to $host ($service, FIPS: $isFips)',
    async ({ service, region, isFips, host }) => {
      const options = { ...connect({ env: proxied() }), endpoints: endpoints({}, isFips) };
      if (service === 'secretsmanager') await createSecretsManager(region, options).describe('a');
      if (service === 'ssm') await createParameterStore(region, options).getParameters(['/a']);
      if (service === 'sts') {
        const { requestHandler } = options;
        const client = new STSClient({
          region,
          ...endpointOf(options.endpoints, 'sts', region),
          requestHandler,
          maxAttempts: 1,
        });
        const input = {
          RoleArn: `arn:aws:iam::1:role/${'r'.repeat(20)}`,
          RoleSessionName: 's',
          WebIdentityToken: 't'.repeat(4),
        };
        // This server does not speak the protocol of STS; where it is asked for is all that counts.
        await client.send(new AssumeRoleWithWebIdentityCommand(input)).catch(() => undefined);
      }
      expect(proxy.asked).toEqual([`${host}:443`]);
    },
  );

  it('a tunnel is used again', async () => {
    const secretsManager = createSecretsManager(WEST, { ...connect({ env: proxied() }), endpoints: endpoints() });
    for (const id of ['a', 'b', 'c']) await secretsManager.describe(id);
    expect(server.asked).toHaveLength(3);
    expect(proxy.asked).toHaveLength(1);
  });

  it('the proxy is told who we are, where its URL says so', async () => {
    const env = proxied('me:p%20w@');
    await createSecretsManager(WEST, { ...connect({ env }), endpoints: endpoints() }).describe('a');
    expect(proxy.authorization).toBe(`Basic ${Buffer.from('me:p w').toString('base64')}`);
  });

  const ways = [
    { why: 'no proxy', env: {}, host: THIS_MACHINE, isProxied: false },
    { why: 'a proxy', env: { proxy: '' }, host: THIS_MACHINE, isProxied: true },
    {
      why: 'a proxy, but not for this address',
      env: { proxy: '', NO_PROXY: THIS_MACHINE },
      host: THIS_MACHINE,
      isProxied: false,
    },
    {
      why: 'a proxy, but not for its network',
      env: { proxy: '', NO_PROXY: '0.0.0.0/8' },
      host: THIS_MACHINE,
      isProxied: false,
    },
    {
      why: 'a proxy, but not for another network',
      env: { proxy: '', NO_PROXY: '10.0.0.0/8' },
      host: THIS_MACHINE,
      isProxied: true,
    },
    { why: 'a proxy, but for nothing', env: { proxy: '', NO_PROXY: '*' }, host: THIS_MACHINE, isProxied: false },
  ];
  it.each(ways)('$why: through it $isProxied', async ({ env: { proxy: wanted, ...env }, host, isProxied }) => {
    const options = connect({ env: { ...env, ...(wanted === undefined ? {} : proxied()) } });
    const urls = { [`secretsmanager/${WEST}`]: `https://${host}:${server.port}` };
    await createSecretsManager(WEST, { ...options, endpoints: endpoints(urls) }).describe('a');
    expect(proxy.asked).toEqual(isProxied ? [`${host}:${server.port}`] : []);
  });

  it('what is not encrypted has the proxy of its own', async () => {
    const options = connect({ env: { HTTP_PROXY: `127.0.0.1:${proxy.port}` } });
    const urls = { [`ssm/${WEST}`]: 'http://ssm.example' };
    await createParameterStore(WEST, { ...options, endpoints: endpoints(urls) }).getParameters(['/a']);
    expect(proxy.asked).toEqual(['http://ssm.example/']);
  });

  it('this machine is reached without the proxy', async () => {
    const local = await startAwsServer();
    local.say({ body: {} });
    const options = connect({ env: { HTTP_PROXY: `127.0.0.1:${proxy.port}` } });
    const urls = { [`ssm/${WEST}`]: local.url };
    await createParameterStore(WEST, { ...options, endpoints: endpoints(urls) }).getParameters(['/a']);
    expect([local.asked.length, proxy.asked.length]).toEqual([1, 0]);
    await local.stop();
  });

  const failures = [
    { why: 'an authority that nobody named', ca: [], passage: 'open', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    {
      why: 'another authority',
      ca: [createCertificateAuthority('Other').cert],
      passage: 'open',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    },
    { why: 'a proxy that refuses', ca: [authority.cert], passage: 'refused', code: 'ERR_PROXY_TUNNEL' },
  ] as const;
  it.each(failures)('$why: no answer, by the code $code', async ({ ca, passage, code }) => {
    proxy.reset(passage);
    const options = connect({ env: proxied(), ca: [...ca] });
    const call = createSecretsManager(WEST, { ...options, endpoints: endpoints() }).describe('a');
    const error = await call.then(
      () => undefined,
      caught => caught,
    );
    expect(errorCode(error)).toBe(code);
    expect(classify(error)).toEqual({ reason: 'Unavailable', isElsewhere: true, isTransient: true });
    expect(server.asked).toEqual([]);
  });

  it.each(['silent', 'leads nowhere'] as const)(
    'a proxy that is %s: the call ends in time, and no socket is left',
    async passage => {
      proxy.reset(passage);
      const clock = createFakeClock(Date.now());
      const options = connect({ env: proxied(), clock });
      const call = createSecretsManager(WEST, { ...options, endpoints: endpoints() }).describe('a');
      const isReached = () => passage === 'silent' || proxy.asked.includes('handshake');
      await until('the tunnel is asked for', WAIT, () => proxy.asked.length > 0 && isReached());
      clock.advance(6_000);
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
      await until('its socket is closed', WAIT, () => proxy.clients === 0);
      expect(clock.timers).toBe(0);
    },
  );

  it('an attempt that has no answer in time is followed by one more, by our clock', async () => {
    const local = await startAwsServer();
    local.say({ silent: true }, { body: { ARN: 'arn', Name: 'second' } });
    const clock = createFakeClock(Date.now());
    const urls = { [`secretsmanager/${WEST}`]: local.url };
    const call = createSecretsManager(WEST, { ...connect({ clock }), endpoints: endpoints(urls) }).describe('a');
    await until('the first is asked', WAIT, () => local.asked.length === 1);
    clock.advance(3_999);
    expect(local.asked).toHaveLength(1);
    clock.advance(1);
    expect(await call).toMatchObject({ name: 'second' });
    expect(local.asked).toHaveLength(2);
    expect(clock.timers).toBe(0);
    await local.stop();
  });

  it('a call that is ended by who made it is not made again', async () => {
    const local = await startAwsServer();
    local.say({ silent: true });
    const clock = createFakeClock(Date.now());
    const urls = { [`secretsmanager/${WEST}`]: local.url };
    const options = { ...connect({ clock }), endpoints: endpoints(urls), deadlineMs: 1_000 };
    const call = createSecretsManager(WEST, options).describe('a');
    await until('it is asked', WAIT, () => local.asked.length === 1);
    clock.advance(1_000);
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect([local.asked.length, clock.timers]).toEqual([1, 0]);
    await local.stop();
  });

  it('no timer is left by a tunnel that stands', async () => {
    const clock = createFakeClock(Date.now());
    const options = connect({ env: proxied(), clock });
    await createSecretsManager(WEST, { ...options, endpoints: endpoints() }).describe('a');
    expect(clock.timers).toBe(0);
  });
});
