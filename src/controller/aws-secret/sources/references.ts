import type { AwsSecret, AwsSecretSpec } from '../../../crds/aws-secret.ts';
import type { Identity } from '../ports.ts';
import { type Source, sourceKey } from './source.ts';

type DataEntry = NonNullable<AwsSecretSpec['data']>[number];
type DataFromEntry = NonNullable<AwsSecretSpec['dataFrom']>[number];

const CURRENT = 'AWSCURRENT';

/** The distinct sources of a spec, in the order they are first named. Empty where it names none. */
export function sourcesOf({ spec }: AwsSecret): readonly Source[] {
  const all = [...(spec.data ?? []).map(dataSource), ...(spec.dataFrom ?? []).map(dataFromSource)];
  return [...new Map(all.map(source => [sourceKey(source), source])).values()];
}

/** What one entry of `data` reads. The API server refuses one that names nothing. */
export function dataSource(entry: DataEntry): Source {
  const { secretId, parameter = '', versionStage = CURRENT, versionId, parameterVersion, parameterLabel } = entry;
  if (secretId === undefined) {
    const selector = parameterLabel ?? parameterVersion;
    return { kind: 'Parameter', name: parameter, ...(selector !== undefined && { selector: String(selector) }) };
  }
  return versionId === undefined
    ? { kind: 'Secret', secretId, versionStage }
    : { kind: 'SecretVersion', secretId, versionId };
}

/** What one entry of `dataFrom` reads. */
export function dataFromSource({ secretId = '', parameterPath, find }: DataFromEntry): Source {
  if (parameterPath !== undefined) return { kind: 'ParameterPath', path: parameterPath };
  if (find !== undefined) return { kind: 'Find', namePattern: find.namePattern, tags: find.tags ?? {} };
  return { kind: 'Secret', secretId, versionStage: CURRENT };
}

/** Whose permissions the sources of an AwsSecret are read with. */
export function identityOf({ metadata: { namespace }, spec: { auth } }: AwsSecret): Identity {
  const { serviceAccountName, roleArn, assumeRoles = [] } = auth ?? {};
  return {
    namespace,
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(roleArn !== undefined && { roleArn }),
    assumeRoles: assumeRoles.map(({ roleArn, externalId, sessionTags = {} }) => ({
      ...{ roleArn, sessionTags },
      ...(externalId !== undefined && { externalId }),
    })),
  };
}
