import type { Reason } from '../../../src/crds/reasons.ts';
import { isValidMetadata } from './metadata.ts';
import { type Metadata, type Spec, targetOf } from './spec.ts';

/** A Secret as it should be. */
export interface ModelSecret {
  readonly type: string;
  /** In base64. */
  readonly data: Readonly<Record<string, string>>;
  /** What people have put there: it stays. */
  readonly theirs: Metadata;
  /** What a spec has asked for. */
  readonly asked: Metadata;
  /** UID of the controller that owns it. */
  readonly owner?: string;
  /** UID of the AwsSecret in our label; without one nothing of ours is on it. */
  readonly keeper?: string;
  readonly isImmutable?: boolean;
}

/** By name. */
export type Secrets = ReadonlyMap<string, ModelSecret>;

/** An AwsSecret in its present life, and in those before it was deleted and made again. */
export interface Self {
  readonly name: string;
  readonly uid: string;
  readonly former: readonly string[];
}

type Data = ReadonlyMap<string, Buffer>;

/** What stands in the way of writing `data` to the target that `spec` names; none when nothing does. */
export function obstacles(spec: Spec, data: Data | undefined, secrets: Secrets, self: Self): ReadonlySet<Reason> {
  const { name, type, isOwned, metadata } = targetOf(spec, self.name);
  const reasons = new Set<Reason>();
  if (!isValidMetadata(metadata)) reasons.add('InvalidSpec');
  if (data !== undefined) for (const reason of misfits(type, data)) reasons.add(reason);
  const there = secrets.get(name);
  if (there === undefined) return reasons;
  const refusal = claim(there, isOwned, self);
  if (refusal !== undefined) return reasons.add(refusal);
  if (there.type !== type) reasons.add('TargetTypeDiffers');
  if (there.isImmutable && (data === undefined || !isEqual(there.data, encoded(data)))) reasons.add('TargetImmutable');
  return reasons;
}

/** docs/concepts.md, "Whose Secret it is". */
function claim({ owner, keeper }: ModelSecret, isOwned: boolean, { uid, former }: Self): Reason | undefined {
  if (owner !== undefined) return owner === uid || former.includes(owner) ? undefined : 'TargetOwnedByOther';
  return isOwned && keeper !== uid ? 'TargetNotOwned' : undefined;
}

const MAX_BYTES = 1024 * 1024;

/** kubernetes.io/docs/concepts/configuration/secret, "Types of Secret". */
function misfits(type: string, data: Data): readonly Reason[] {
  const has = (key: string): boolean => data.has(key);
  const complete: Readonly<Record<string, boolean>> = {
    'kubernetes.io/basic-auth': has('username') || has('password'),
    'kubernetes.io/dockerconfigjson': has('.dockerconfigjson'),
    'kubernetes.io/ssh-auth': (data.get('ssh-privatekey')?.length ?? 0) > 0,
    'kubernetes.io/tls': has('tls.crt') && has('tls.key'),
  };
  if (complete[type] === false) return ['MissingTypeKeys'];
  const bytes = [...data.values()].reduce((sum, value) => sum + value.length, 0);
  const config = type === 'kubernetes.io/dockerconfigjson' ? data.get('.dockerconfigjson') : undefined;
  return [
    ...(bytes > MAX_BYTES ? (['TooLarge'] as const) : []),
    ...(config !== undefined && !isJsonObject(config) ? (['NotJson'] as const) : []),
  ];
}

function isJsonObject(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The Secrets after `data` was written, and those that were named before have been left. */
export function written(spec: Spec, data: Data, secrets: Secrets, { name: awsSecret, uid }: Self): Secrets {
  const { name, type, isOwned, metadata } = targetOf(spec, awsSecret);
  const { theirs = {}, isImmutable = false } = secrets.get(name) ?? {};
  const target: ModelSecret = {
    ...{ type, data: encoded(data), theirs, asked: withoutOurs(metadata), keeper: uid, isImmutable },
    ...(isOwned && { owner: uid }),
  };
  const others = [...secrets]
    .filter(([other]) => other !== name)
    .flatMap(([other, secret]) => left(other, secret, uid));
  return new Map([...others, [name, target]]);
}

/** The operator's own label takes the place of one that the spec asks for (docs/reference/aws-secret.md, "Names"). */
function withoutOurs({ labels = {}, annotations = {} }: Metadata): Metadata {
  const { 'app.kubernetes.io/managed-by': _, ...others } = labels;
  return { labels: others, annotations };
}

/** docs/concepts.md, "A former target": nobody uses Secrets here. */
function left(name: string, secret: ModelSecret, uid: string): readonly (readonly [string, ModelSecret])[] {
  const { owner, keeper, ...rest } = secret;
  if (owner === uid) return secret.type === 'Opaque' ? [] : [[name, secret]];
  const isAdopted = owner === undefined && keeper === uid;
  return [[name, isAdopted ? rest : secret]];
}

function encoded(data: Data): Readonly<Record<string, string>> {
  return Object.fromEntries([...data].map(([key, value]) => [key, value.toString('base64')]));
}

function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const sorted = (data: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(data).sort());
  return sorted(a) === sorted(b);
}
