import {
  type Aws,
  OWN,
  OWN_SECRETS,
  PARAMETERS,
  PRIMARY,
  SECONDARY,
  SHARED,
  SHARED_PARAMETERS,
  SHARED_SECRETS,
  type SharedContent,
  type Stored,
  storedKey,
} from './aws.ts';
import { contentOf } from './content.ts';
import type { Names } from './names.ts';
import type { ModelSecret, Secrets } from './secrets.ts';
import type { Scene } from './verdict.ts';

export const BOSS = '0e0e0e0e-0000-4000-8000-000000000000';

/** What there is before the AwsSecret is: secrets in AWS, whose values hold `stamp`, and Secrets of others. */
export function initialScene(names: Names, uid: string, stamp: string): Scene {
  return {
    aws: initialAws(names, stamp),
    secrets: othersSecrets(names),
    self: { name: names.awsSecret, uid, former: [] },
  };
}

function initialAws({ own, shared, parameters }: Names, stamp: string): Aws {
  const regional = contentOf(OWN.regional, `${stamp}-${SECONDARY}`);
  return new Map<string, Stored>([
    ...OWN_SECRETS.map(name => [storedKey(PRIMARY, own[name]), { current: contentOf(OWN[name], stamp) }] as const),
    [storedKey(SECONDARY, own.regional), { current: regional }],
    ...SHARED_SECRETS.map(name => [storedKey(PRIMARY, shared[name]), sharedOf(SHARED[name], stamp)] as const),
    ...SHARED_PARAMETERS.map(
      name => [storedKey(PRIMARY, parameters[name]), sharedOf(PARAMETERS[name], stamp)] as const,
    ),
  ]);
}

function sharedOf({ previous, content, trouble, tags }: SharedContent, stamp: string): Stored {
  return {
    ...(previous !== undefined && { previous: contentOf(previous, `${stamp}-previous`) }),
    ...(content !== undefined && { current: contentOf(content, stamp) }),
    ...(trouble !== undefined && { trouble }),
    ...(tags !== undefined && { tags }),
  };
}

function othersSecrets({ handmade, frozen, controlled }: Names): Secrets {
  const theirs = { labels: { app: 'theirs' }, annotations: { keep: 'me' } };
  const base: ModelSecret = { type: 'Opaque', data: { theirs: 'eA==' }, theirs, asked: {} };
  return new Map([
    [handmade, base],
    [frozen, { ...base, isImmutable: true }],
    [controlled, { ...base, owner: BOSS }],
  ]);
}
