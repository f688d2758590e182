import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { startMoto } from '../support/moto.ts';
import { createSampleSources } from '../support/sample-sources.ts';
import type { Stage } from './stage.ts';

/** The secret that config/samples read. */
export const secretId = 'prod/payments/db';
/** The role that the operator assumes. */
export const role = 'arn:aws:iam::123456789012:role/secrets-operator';
/** The primary, then where its secrets are replicated to. */
export const regions = ['eu-west-1', 'eu-central-1'] as const;

/** The example secret as JSON properties. */
export type Credentials = Readonly<Record<string, string>>;

/** AWS as the story's two regions, each an endpoint of its own, with the example secret in both. */
export interface Aws {
  /** By region. */
  readonly urls: Readonly<Record<string, string>>;
  /** What the secret held at first. */
  readonly credentials: Credentials;
  /** Puts the same with another password into both regions under one version, as replication does, and returns it. */
  rotate(): Promise<Credentials>;
}

/** Starts the regions, on an address that the operator reaches. */
export async function openAws(stage: Stage, address: string): Promise<Aws> {
  const { say } = stage.narrator;
  const urls = await startRegions(stage, address);
  const admins = regions.map(region => createAwsAdmin(urls[region], region));
  const credentials: Credentials = {
    engine: 'postgres',
    host: 'payments-db.shop.example',
    port: '5432',
    dbname: 'payments',
    username: 'payments',
    password: newPassword(),
  };
  const where = regions.join(' and ');
  const token = randomUUID();
  for (const admin of admins) await admin.create(secretId, JSON.stringify(credentials), { token });
  const properties = Object.keys(credentials).sort().join(', ');
  say(`${secretId} is in ${where}: version ${shorten(token)}, with ${properties}`);
  await createSampleSources(admins);
  say('So is what the other samples read: more secrets, and parameters');

  return {
    urls,
    credentials,
    async rotate() {
      const rotated = { ...credentials, password: newPassword() };
      const options = { token: randomUUID() };
      for (const admin of admins) await admin.put(secretId, JSON.stringify(rotated), options);
      say(`${secretId} has a new password in ${where}: version ${shorten(options.token)}`);
      return rotated;
    },
  };
}

async function startRegions(
  { narrator, directory, teardown }: Stage,
  address: string,
): Promise<Readonly<Record<(typeof regions)[number], string>>> {
  const start = async (region: (typeof regions)[number]): Promise<readonly [string, string]> => {
    const moto = await startMoto({ directory: join(directory, region), address });
    teardown.add(() => moto.stop());
    narrator.say(`${region} is ${moto.url}, a server of moto, which implements the AWS API`);
    return [region, moto.url];
  };
  const started = await Promise.allSettled(regions.map(start));
  const failed = started.find(one => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Object.fromEntries(started.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))) as never;
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** An id or a hash, as short as people compare them. */
export function shorten(id: string): string {
  return id.slice(0, 8);
}
