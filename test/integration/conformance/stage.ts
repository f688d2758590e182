import { randomUUID } from 'node:crypto';
import { beforeAll, onTestFinished } from 'vitest';
import type { Call } from '../../support/fault-proxy/call.ts';
import { awsError } from '../../support/fault-proxy/fault.ts';
import { REGIONS, type Region } from '../setup.ts';
import { createAccount } from '../token-grant.ts';
import { useWorld, type World } from '../world.ts';
import type { As, Names, Row, Stored } from './row.ts';

export interface Stage {
  readonly world: World;
  /** Names of a row under one identity. */
  namesOf(row: string): Names;
  /** Puts it into AWS: into both regions, with equal versions, or into one. */
  store(names: Names, stored: Stored, regions?: readonly Region[]): Promise<void>;
  /** The field `auth` of a spec, if any. */
  authOf(as: As): object;
  /** Denies what is in the row to everybody but this identity, as IAM would, until the test ends. */
  denyOthers(as: As, names: Names): void;
  /** Calls about what is in the row. */
  calls(names: Names): readonly Call[];
  /** STS calls for this identity's last role. */
  sessions(as: As): readonly Call[];
}

const role = (namespace: string, as: string): string => `arn:aws:iam::123456789012:role/${namespace}-${as}`;

/** A world with one ServiceAccount, and roles to assume; for one test file. */
export function useStage(): Stage {
  const world = useWorld();
  const { namespace } = world;
  const roleOf = (as: As): string => role(namespace, as);
  beforeAll(async () => {
    const roleArn = roleOf('serviceAccount');
    await createAccount(world.kube, { namespace, name: 'reader' }, { user: world.user, roleArn });
  });
  const calls = ({ secret, parameter }: Names): readonly Call[] =>
    world.faults.calls.filter(call => isAbout(call, [secret(''), parameter('')]));
  return {
    world,
    calls,
    namesOf: row => ({
      secret: name => `${namespace}/${row}/${name}`,
      parameter: name => `/${namespace}/${row}/${name}`,
      tag: `${namespace}-${row}`,
    }),
    async store({ secret, parameter, tag }, { secrets = {}, tagged = [], parameters = {} }, regions = REGIONS) {
      for (const [name, content] of Object.entries(secrets)) {
        const options = { token: randomUUID(), ...(tagged.includes(name) && { tags: { test: tag } }) };
        for (const region of regions) await world.aws[region].create(secret(name), content, options);
      }
      for (const [name, versions] of Object.entries(parameters))
        for (const value of versions)
          for (const region of regions) await world.aws[region].putParameter(parameter(name), value);
    },
    authOf(as) {
      switch (as) {
        case 'own':
          return {};
        case 'serviceAccount':
          return { auth: { serviceAccountName: 'reader' } };
        case 'externalId':
          return { auth: { assumeRoles: [{ roleArn: roleOf(as), externalId: 'e2e-test' }] } };
        case 'sessionTags':
          return { auth: { assumeRoles: [{ roleArn: roleOf(as), sessionTags: { namespace: 'e2e-test' } }] } };
        default:
          return as satisfies never;
      }
    },
    denyOthers(as, { secret, parameter }) {
      if (as === 'own') return;
      const isOthers = (call: Call): boolean =>
        call.accessKey === 'operator' && isAbout(call, [secret(''), parameter('')]);
      onTestFinished(world.faults.inject(awsError('AccessDeniedException'), isOthers));
    },
    sessions: as => world.faults.calls.filter(({ resource, name }) => resource === 'sts' && name === roleOf(as)),
  };
}

function isAbout({ target, body }: Call, prefixes: readonly string[]): boolean {
  return target !== 'kube' && prefixes.some(prefix => body.includes(prefix));
}

/** One for each row and identity, with a name that can be that of an object. */
export function casesOf(rows: readonly Row[]) {
  return rows.flatMap((row, index) => row.as.map(as => ({ ...row, as, name: `${index}-${as.toLowerCase()}` })));
}
