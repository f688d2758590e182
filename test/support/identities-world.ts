import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { onTestFinished } from 'vitest';
import { CredentialsError } from '../../src/aws/identity/credentials-error.ts';
import { describeCredentialsFailure } from '../../src/aws/identity/failure.ts';
import { createIdentities } from '../../src/aws/identity/identities.ts';
import type { Identity } from '../../src/controller/aws-secret/ports.ts';
import { ok, type Result } from '../../src/controller/runtime/error.ts';
import type { ServiceAccounts } from '../../src/controller/runtime/ports.ts';
import { createFakeClock } from './fake-clock.ts';
import { type StsFault, startStsServer, wayOf } from './sts-server.ts';

export const REGIONS = ['eu-west-1', 'eu-central-1'] as const;
export const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
export const hop = (name: string, more: object = {}) => ({ roleArn: role(name), sessionTags: {}, ...more });

/** ServiceAccounts each with a role of its own name and numbered tokens, until told otherwise. */
function cluster() {
  const roles = new Map<string, string | undefined>();
  const asked: string[] = [];
  let refusal: Result<never> | undefined;
  const serviceAccounts: ServiceAccounts = {
    async annotatedRole({ namespace, name }) {
      const key = `${namespace}/${name}`;
      asked.push(`role ${key}`);
      return refusal ?? ok(roles.has(key) ? roles.get(key) : role(name));
    },
    async token({ namespace, name }) {
      asked.push(`token ${namespace}/${name}`);
      return refusal ?? ok(`token of ${namespace}/${name}`);
    },
  };
  return {
    ...{ roles, asked, serviceAccounts },
    refuse: (result: Result<never> | undefined) => {
      refusal = result;
    },
  };
}

export interface IdentitiesWorldOptions {
  readonly clusterName?: string;
  readonly regions?: readonly string[];
  readonly lifeMs?: number;
  /** By region. */
  readonly faults?: Record<string, StsFault>;
  /** A role that nobody may assume. */
  readonly denied?: string;
}

/** Identities of an operator with a web identity, before an STS in each of two regions. */
export async function identitiesWorld(options: IdentitiesWorldOptions = {}) {
  const { clusterName, regions = REGIONS, lifeMs, faults = {}, denied } = options;
  const clock = createFakeClock();
  const start = (region: string) =>
    startStsServer({
      ...{ clock, ...(lifeMs !== undefined && { lifeMs }) },
      fault: ({ roleArn }) => (roleArn === denied ? { code: 'AccessDenied' } : faults[region]),
    });
  const [west, central] = await Promise.all([start(REGIONS[0]), start(REGIONS[1])]);
  const folder = await mkdtemp(path.join(tmpdir(), 'so-identities-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'token');
  await writeFile(file, 'operator-token\n');
  const requestHandler = new NodeHttpHandler();
  onTestFinished(() => requestHandler.destroy());
  const kube = cluster();
  const counted: string[] = [];
  const identities = createIdentities({
    ...{ regions, requestHandler, clock, clusterName, serviceAccounts: kube.serviceAccounts },
    endpoints: {
      urls: { [`sts/${REGIONS[0]}`]: west.url, [`sts/${REGIONS[1]}`]: central.url, 'sts/us-east-1': west.url },
      isFips: false,
    },
    userAgent: 'test/1',
    deadlineMs: 6_000,
    metrics: { called: (...call) => counted.push(call.join(' ')) },
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role('operator') },
  });
  const keyOf = async (identity: Identity) => (await identities.credentialsOf(identity)()).accessKeyId;
  return {
    ...{ clock, west, central, faults, kube, counted, identities, keyOf, file },
    /** What an identity's credentials were given for, from the token on. */
    way: async (identity: Identity) => west.given(await keyOf(identity)) ?? central.given(await keyOf(identity)),
    failure: async (identity: Identity) => {
      const error = await identities
        .credentialsOf(identity)()
        .catch((thrown: unknown) => thrown);
      if (!(error instanceof CredentialsError)) throw new Error('it was no CredentialsError');
      return describeCredentialsFailure(error, identity);
    },
  };
}

/** The way to an identity's credentials as it should be: no caller, role, external id or tag that is not its own. */
export function expectedWay({ namespace, serviceAccountName, roleArn, assumeRoles }: Identity): string {
  const own = { caller: 'operator-token', roleArn: role('operator'), externalId: undefined, tags: {} };
  const token = `token of ${namespace}/${serviceAccountName}`;
  const first =
    serviceAccountName === undefined
      ? own
      : { caller: token, roleArn: roleArn ?? role(serviceAccountName), externalId: undefined, tags: {} };
  return assumeRoles.reduce(
    (caller, { roleArn, externalId, sessionTags }) =>
      wayOf({ caller, roleArn, externalId, tags: { ...sessionTags, 'secrets-operator/namespace': namespace } }),
    wayOf(first),
  );
}
