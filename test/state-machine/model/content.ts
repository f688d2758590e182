/** What one version of a secret holds, in two hands' writing: the bytes that AWS gives, and what users may expect of them. */
export interface Content {
  readonly bytes: Buffer;
  /** Of a JSON object, each property and the value that a key has of it; undefined for all else. */
  readonly properties?: ReadonlyMap<string, string>;
}

export type ContentName = keyof typeof CONTENTS;

/** `stamp` makes a version different from all others, and can be found wherever a part of it leaks. */
export function contentOf(name: ContentName, stamp: string): Content {
  return CONTENTS[name](stamp);
}

const CONTENTS = {
  login: (stamp: string) =>
    object([
      ...texts({ username: `user-${stamp}`, password: `pass \\"${stamp}\nü`, host: `${stamp}.example.com` }),
      ['port', '5432', '5432'],
      ['enabled', 'true', 'true'],
      ['note', 'null', 'null'],
      ['nested', '{ "a" : [ 1, "x" ] }', '{"a":[1,"x"]}'],
      ['big', '12345678901234567890.10', '12345678901234567890.10'],
      ['empty', '""', ''],
    ]),
  'login without a password': (stamp: string) => object(texts({ username: `user-${stamp}`, host: stamp })),
  /** Shares a key with `login`, and has names that are special to programs. */
  more: (stamp: string) =>
    object(texts({ password: `other-${stamp}`, ...named('__proto__', stamp), constructor: stamp, '-._': stamp })),
  /** What the types of Secrets ask for. */
  keys: (stamp: string) =>
    object(
      texts({
        'tls.crt': `certificate-${stamp}`,
        'tls.key': `key-${stamp}`,
        'ssh-privatekey': `ssh-${stamp}`,
        '.dockerconfigjson': `{"auths":{"${stamp}":{}}}`,
        encoded: Buffer.from(`encoded-${stamp}`).toString('base64'),
      }),
    ),
  text: (stamp: string) => plain(`text-${stamp}`),
  bytes: (stamp: string) => ({ bytes: Buffer.concat([Buffer.of(0, 255, 254), Buffer.from(stamp)]) }),
  'a Docker configuration': (stamp: string) => object([['auths', `{"${stamp}":{}}`, `{"${stamp}":{}}`]]),
  'a list': (stamp: string) => plain(`["${stamp}"]`),
  'an object without properties': (_stamp: string) => object([]),
  'a name that is no key': (stamp: string) => object(texts({ 'a b': stamp })),
  large: (stamp: string) => plain(stamp.padEnd(65_536, stamp)),
} as const satisfies Readonly<Record<string, (stamp: string) => Content>>;

/** Name, JSON, and what a key has of it. */
type Property = readonly [name: string, json: string, value: string];

function object(properties: readonly Property[]): Content {
  const json = properties.map(([name, source]) => `${JSON.stringify(name)}: ${source}`).join(', ');
  return { bytes: Buffer.from(`{${json}}`), properties: new Map(properties.map(([name, , value]) => [name, value])) };
}

function texts(values: Readonly<Record<string, string>>): readonly Property[] {
  return Object.entries(values).map(([name, value]) => [name, JSON.stringify(value), value]);
}

/** An own property, which a literal of `__proto__` is not. */
function named(name: string, value: string): Readonly<Record<string, string>> {
  return Object.fromEntries([[name, value]]);
}

function plain(text: string): Content {
  return { bytes: Buffer.from(text) };
}
