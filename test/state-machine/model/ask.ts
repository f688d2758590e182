import type { Reason } from '../../../src/crds/reasons.ts';
import { type Aws, FORMER, type Stored, storedKey } from './aws.ts';
import type { Content } from './content.ts';
import type { DataEntry, DataFromEntry } from './spec.ts';

/** What one region of AWS gives, or why it does not. */
export interface Region {
  entry(entry: DataEntry): Content | Reason;
  secret(secretId: string): Content | Reason;
  /** All that lies below a path, or is found, by name. */
  many(entry: DataFromEntry): ReadonlyMap<string, Content> | Reason;
}

export function askIn(region: string, aws: Aws): Region {
  const stored = (name: string): Stored => aws.get(storedKey(region, name)) ?? {};
  const secret = (secretId: string, stage = 'AWSCURRENT', versionId?: string): Content | Reason => {
    const { current, previous, trouble } = stored(secretId);
    if (trouble === 'denied') return 'AccessDenied';
    if (trouble === 'sealed') return 'DecryptionFailed';
    // Nobody can know an id that AWS gives.
    if (trouble === 'deleted' || versionId !== undefined) return 'SecretNotFound';
    return { AWSCURRENT: current, AWSPREVIOUS: previous }[stage] ?? 'SecretNotFound';
  };
  return {
    secret,
    entry({ secretId, parameter = '', versionStage, versionId, parameterVersion, parameterLabel }) {
      if (secretId !== undefined) return secret(secretId, versionStage, versionId);
      const { current, previous } = stored(parameter);
      const selector = parameterLabel ?? String(parameterVersion ?? 2);
      return { '1': previous, '2': current, [FORMER]: previous }[selector] ?? 'SecretNotFound';
    },
    many({ parameterPath, find }) {
      const names = [...aws.keys()].flatMap(key =>
        key.startsWith(`${region} `) ? [key.slice(region.length + 1)] : [],
      );
      const isMeant = parameterPath === undefined ? glob(find?.namePattern ?? '') : below(parameterPath);
      const found = names.filter(name => {
        const { current, trouble, tags = {} } = stored(name);
        const hasTags = Object.entries(find?.tags ?? {}).every(([key, value]) => tags[key] === value);
        return isMeant(name) && hasTags && trouble !== 'deleted' && current !== undefined;
      });
      if (found.length === 0) return 'EmptyValue';
      const contents = found.map(name => [name, secret(name)] as const);
      const refusal = contents.map(([, content]) => content).find(content => typeof content === 'string');
      return (
        refusal ?? new Map(contents.flatMap(([name, of]) => (typeof of === 'string' ? [] : [[name, of] as const])))
      );
    },
  };
}

function below(path: string): (name: string) => boolean {
  return name => name.startsWith(`${path.replace(/[/]$/, '')}/`);
}

/** No name of a secret begins with a slash. */
function glob(pattern: string): (name: string) => boolean {
  const literal = pattern.replace(/[.+^$()|[\]\\{}]/g, String.raw`\$&`);
  const regExp = new RegExp(`^(?!/)${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
  return name => regExp.test(name);
}
