import { type Manifest, PREFIX, plainManifests } from '../cluster.ts';

/** An AwsSecret, the secret that it reads, and the ServiceAccount that it needs. */
export interface BenchObject extends Manifest {
  readonly secretId: string;
  readonly serviceAccount?: string;
}

const PER_IDENTITY = 10;
const ACCOUNT = '123456789012';

/** N AwsSecrets of one secret each, read by the operator itself; `further` is the rest of each spec. */
export function plainObjects(n: number, further: BenchObject['spec'] = {}): readonly BenchObject[] {
  return plainManifests(n).map(({ name, spec }, i) => ({
    name,
    secretId: `${PREFIX}${i}`,
    spec: { ...spec, ...further },
  }));
}

/**
 * N AwsSecrets, ten for each identity, and the secrets of each in a folder of their own. Half of the identities are roles
 * that the token of a ServiceAccount assumes, half are roles that the operator assumes.
 */
export function objectsOfIdentities(n: number): readonly BenchObject[] {
  return Array.from({ length: n }, (_, i) => {
    const team = Math.floor(i / PER_IDENTITY);
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/team-${team}`;
    const name = `s${i}`;
    const secretId = `prod/team-${team}/${name}`;
    const dataFrom = [{ secretId }];
    if (team % 2 === 0) return { name, secretId, spec: { dataFrom, auth: { assumeRoles: [{ roleArn }] } } };
    const serviceAccount = `team-${team}`;
    const spec = { dataFrom, auth: { serviceAccountName: serviceAccount, roleArn } };
    return { name, secretId, serviceAccount, spec };
  });
}
