import type { Content, ContentName } from './content.ts';

export const PRIMARY = 'eu-west-1';
export const SECONDARY = 'eu-central-1';

/** Why AWS does not give a secret that it has. */
export type Trouble = 'deleted' | 'denied' | 'sealed';

/** What AWS has of one secret in one region; of a parameter, its second version and its first, which has the label FORMER. */
export interface Stored {
  /** Undefined for a secret that was made without a value. */
  readonly current?: Content;
  readonly previous?: Content;
  readonly trouble?: Trouble;
  readonly tags?: Readonly<Record<string, string>>;
}

/** By `storedKey`. */
export type Aws = ReadonlyMap<string, Stored>;

export function storedKey(region: string, secretId: string): string {
  return `${region} ${secretId}`;
}

/** Gives a secret a new value; the one before is the previous one. */
export function put(aws: Aws, region: string, secretId: string, content: Content): Aws {
  const key = storedKey(region, secretId);
  const { current } = aws.get(key) ?? {};
  return new Map(aws).set(key, { current: content, ...(current !== undefined && { previous: current }) });
}

/** Secrets that each sequence has of its own, and rotates: what they hold at first. `regional` is in both regions, with different values. */
export const OWN = {
  login: 'login',
  more: 'more',
  keys: 'keys',
  text: 'text',
  regional: 'login',
} as const satisfies Readonly<Record<string, ContentName>>;

export type OwnSecret = keyof typeof OWN;
export const OWN_SECRETS = Object.keys(OWN) as readonly OwnSecret[];

/** What a shared secret holds, and held before; without content it was made without a value. */
export interface SharedContent {
  readonly previous?: ContentName;
  readonly content?: ContentName;
  readonly trouble?: Trouble;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Secrets that all sequences share, and nobody changes. */
export const SHARED = {
  bytes: { content: 'bytes' },
  docker: { content: 'a Docker configuration' },
  /** With a value before it. */
  twice: { previous: 'login without a password', content: 'login', tags: { team: 'shop' } },
  list: { content: 'a list' },
  bare: { content: 'an object without properties' },
  misnamed: { content: 'a name that is no key' },
  large: { content: 'large' },
  placeholder: {},
  deleted: { content: 'login', trouble: 'deleted' },
  denied: { content: 'login', trouble: 'denied' },
  sealed: { content: 'login', trouble: 'sealed' },
} as const satisfies Readonly<Record<string, SharedContent>>;

export type SharedSecret = keyof typeof SHARED;
export const SHARED_SECRETS = Object.keys(SHARED) as readonly SharedSecret[];

/** Parameters below one path, which all sequences share, and nobody changes: their two versions. */
export const PARAMETERS = {
  level: { previous: 'text', content: 'text' },
  'db/login': { previous: 'login without a password', content: 'login' },
  /** By its label alone, because moto does not tell which one it was asked for. */
  labelled: { previous: 'login without a password', content: 'text' },
} as const satisfies Readonly<Record<string, SharedContent>>;

export type SharedParameter = keyof typeof PARAMETERS;
export const SHARED_PARAMETERS = Object.keys(PARAMETERS) as readonly SharedParameter[];
export const FORMER = 'former';
