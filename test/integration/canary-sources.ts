import type { SecretContent } from '../support/aws-admin.ts';
import { mark } from '../support/canary.ts';

/** A secret in AWS that is full of canaries, and the AwsSecret that reads it. */
export interface CanarySource {
  readonly name: string;
  readonly content: SecretContent;
  /** What must not come out, beside the content as a whole. */
  readonly values: readonly (string | Uint8Array)[];
  /** Spec of the AwsSecret. */
  readonly spec: (secretId: string) => object;
}

/** AWS stores no more. */
const LONGEST = 65_536;

const all = (secretId: string) => ({ dataFrom: [{ secretId }] });
const whole = (secretId: string) => ({ data: [{ key: 'value', secretId }] });

/** Content of every shape, which the operator takes. Each call gives other values. */
export function goodSources(): readonly CanarySource[] {
  return [properties(), binary(), text(), long()];
}

/** JSON whose values try whatever quotes, escapes or encodes them. `keyLike` is its own name: only its encoding is secret. */
export function properties(): CanarySource {
  const [plain, quoted, nested, encoded, keyLike] = [mark(), mark(), mark(), mark(), mark()];
  const number = `9${[...mark()].map(letter => letter.charCodeAt(0) % 10).join('')}${Date.now() % 1_000_000}`;
  const base64 = Buffer.from(encoded.repeat(4)).toString('base64');
  const json = JSON.stringify({
    password: plain.repeat(4),
    quoted: `"${quoted}'\n\t\\${quoted}\u0000\u2028é😀\${${quoted}}%s`,
    nested: { list: [nested.repeat(2)] },
    encoded: base64,
    [keyLike]: keyLike,
    number: 0,
  });
  return {
    name: 'properties',
    // Beyond 2^53: it must come through as the text that it is.
    content: json.replace('"number":0', `"number":${number}`),
    values: [plain, plain.repeat(4), quoted, nested, encoded, base64, Buffer.from(keyLike).toString('base64'), number],
    spec: all,
  };
}

function binary(): CanarySource {
  const value = mark();
  const content = Buffer.concat([Buffer.of(0xff, 0x00, 0xfe), Buffer.from(value.repeat(4)), Buffer.of(0x80, 0xc0)]);
  return { name: 'binary', content, values: [value], spec: whole };
}

function text(): CanarySource {
  const value = mark();
  const content = `-----BEGIN ${value}-----\n${value.repeat(4)}\r\n-----END ${value}-----\n`;
  return { name: 'text', content, values: [value], spec: whole };
}

function long(): CanarySource {
  const value = mark();
  const content = value.repeat(LONGEST / value.length);
  return { name: 'long', content, values: [value], spec: whole };
}

/** A source that the operator has to refuse, and the reason that it gives. */
export interface BadSource extends CanarySource {
  readonly reason: string;
}

/** Content that cannot be used, each kind with its own reason; none of it may be quoted. */
export function badSources(): readonly BadSource[] {
  const bad = (
    name: string,
    reason: string,
    contentOf: (value: string) => SecretContent,
    spec: CanarySource['spec'] = all,
  ): BadSource => {
    const value = mark();
    return { name, reason, content: contentOf(value), values: [value], spec };
  };
  const target = (type: string, keys: readonly string[]) => (secretId: string) => ({
    data: keys.map(key => ({ key, secretId })),
    target: { type },
  });
  const keys = Array.from({ length: 17 }, (_, i) => `part-${i}`);
  return [
    bad('not-json', 'NotJson', value => `password: ${value}`),
    bad('broken-json', 'NotJson', value => `{"password":"${value}", ${value}`),
    bad('cut-json', 'NotJson', value => `{"password":"${value}`),
    bad('list', 'NotJson', value => `["${value}"]`),
    bad('not-utf8', 'NotJson', value => Buffer.concat([Buffer.from(`{"a":"${value}`), Buffer.of(0xff, 0x22, 0x7d)])),
    bad('bad-key', 'InvalidKey', value => JSON.stringify({ 'a b': value })),
    bad(
      'no-property',
      'PropertyNotFound',
      value => JSON.stringify({ here: value }),
      secretId => ({ data: [{ key: 'k', secretId, property: 'elsewhere' }] }),
    ),
    bad(
      'twice',
      'DuplicateKey',
      value => JSON.stringify({ k: value }),
      secretId => ({ dataFrom: [{ secretId }, { secretId }] }),
    ),
    bad('type-keys', 'MissingTypeKeys', value => value.repeat(4), target('kubernetes.io/tls', ['password'])),
    bad(
      'too-large',
      'TooLarge',
      value => value.repeat(LONGEST / value.length),
      secretId => ({ data: keys.map(key => ({ key, secretId })) }),
    ),
    bad(
      'registry',
      'NotJson',
      value => `{"auths": ${value}`,
      target('kubernetes.io/dockerconfigjson', ['.dockerconfigjson']),
    ),
  ];
}
