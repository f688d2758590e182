import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { shareCredentials } from './credentials.ts';
import { operatorProvider } from './operator.ts';

const MINUTE = 60_000;
/** What the SDK's chain would find before the agent. */
const OTHERS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_ROLE_ARN'];

/**
 * An operator whose pod EKS Pod Identity has set up: an agent on the node, and a token file for it. The chain reads the
 * environment of the process, which is the pod's.
 */
async function pod(answers = true) {
  const clock = createFakeClock();
  const tokens: (string | undefined)[] = [];
  const agent = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    if (!answers) return;
    const Expiration = new Date(clock.now() + 60 * MINUTE).toISOString();
    const set = { AccessKeyId: `key-${tokens.length}`, SecretAccessKey: 'hunter2', Token: 't', Expiration };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(set));
  });
  await new Promise<void>(resolve => agent.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(path.join(tmpdir(), 'so-pod-identity-'));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    agent.closeAllConnections();
    agent.close();
    await rm(folder, { recursive: true });
  });
  const file = path.join(folder, 'eks-pod-identity-token');
  await writeFile(file, 'first-token');
  for (const name of OTHERS) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', path.join(folder, 'none'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path.join(folder, 'none'));
  vi.stubEnv(
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    `http://127.0.0.1:${(agent.address() as AddressInfo).port}/v1/credentials`,
  );
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', file);
  const options = {
    ...{
      regions: [],
      endpoints: { urls: {}, isFips: false },
      requestHandler: new NodeHttpHandler(),
      userAgent: 'test/1',
      clock,
      deadlineMs: 6_000,
    },
    ...{ metrics: { called: () => undefined }, env: process.env },
  };
  const nobody = { exchangeToken: () => Promise.reject(), assumeRole: () => Promise.reject() };
  const share = shareCredentials(operatorProvider(options, nobody), clock);
  return { clock, tokens, share, writeToken: (token: string) => writeFile(file, token) };
}

test('EKS Pod Identity: the agent is asked once, with the token that the file holds then', async () => {
  const { clock, tokens, share, writeToken } = await pod();
  expect(await Promise.all([share(), share()])).toMatchObject([{ accessKeyId: 'key-1' }, { accessKeyId: 'key-1' }]);
  await writeToken('second-token');
  clock.advance(53 * MINUTE);
  expect(await share()).toHaveProperty('accessKeyId', 'key-1');
  clock.advance(MINUTE);
  expect(await share(), 'renewed ahead of expiry, by our clock').toHaveProperty('accessKeyId', 'key-2');
  expect(tokens).toEqual(['first-token', 'second-token']);
});

test('EKS Pod Identity: a set that AWS calls expired is replaced at once', async () => {
  const { tokens, share, writeToken } = await pod();
  const refused = await share();
  await writeToken('second-token');
  expect(await share({ refused })).toHaveProperty('accessKeyId', 'key-2');
  expect(tokens).toEqual(['first-token', 'second-token']);
});

test('an agent that hangs costs its deadline', async () => {
  const { clock, tokens, share } = await pod(false);
  const asked = share().catch((error: unknown) => error);
  await vi.waitUntil(() => tokens.length > 0);
  clock.advance(15_000);
  expect(await asked).toMatchObject({ name: 'CredentialsError', code: 'NoAnswer', isTransient: true });
  expect(clock.timers).toBe(0);
});
