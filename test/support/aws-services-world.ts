import { afterAll, beforeAll } from 'vitest';
import type { SharedCredentials } from '../../src/aws/identity/credentials.ts';
import { createRequestHandler } from '../../src/aws/network.ts';
import type { ClientOptions } from '../../src/aws/services/regional-client.ts';
import { type AwsServer, startAwsServer } from './aws-server.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

export const REGION = 'eu-west-1';

/** A server in the place of both services, for one test file; clocks stand still. */
export interface AwsServicesWorld {
  readonly server: AwsServer;
  /** Of a client with a clock and credentials of its own. */
  options(credentials?: SharedCredentials): ClientOptions & { readonly clock: FakeClock };
}

export function useAwsServices(): AwsServicesWorld {
  const world = {} as { -readonly [K in keyof AwsServicesWorld]: AwsServicesWorld[K] };
  const requestHandler = createRequestHandler({ ca: [], env: {}, clock: createFakeClock() });
  world.options = (credentials = async () => ({ accessKeyId: 'key-1', secretAccessKey: 'x' })) => {
    const { url } = world.server;
    const urls = { [`secretsmanager/${REGION}`]: url, [`ssm/${REGION}`]: url };
    const endpoints = { urls, isFips: false };
    const clock = createFakeClock(Date.now());
    return { credentials, endpoints, requestHandler, userAgent: 'operator/1', deadlineMs: 6_000, clock };
  };
  beforeAll(async () => {
    world.server = await startAwsServer();
  });
  afterAll(async () => {
    requestHandler.destroy();
    await world.server.stop();
  });
  return world;
}
