import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** Its own certificate, in PEM. */
  readonly cert: string;
  /** A certificate for a server of these names and addresses (IPv4). */
  issue(...names: readonly string[]): Certificate;
}

const DAY_MS = 86_400_000;
const [ECDSA_SHA256, COMMON_NAME] = ['2a8648ce3d040302', '550403'];
const [BASIC_CONSTRAINTS, ALTERNATIVE_NAMES] = ['551d13', '551d11'];

/** An authority that nobody trusts by themselves, until tomorrow. Without openssl, so that unit tests need no tools. */
export function createCertificateAuthority(commonName: string): CertificateAuthority {
  const { privateKey, publicKey } = newKeys();
  const sealed = (subject: string, key: KeyObject, extension: Buffer): string =>
    pem(certificate({ subject, issuer: commonName, key, extension }, privateKey));
  return {
    cert: sealed(commonName, publicKey, extension(BASIC_CONSTRAINTS, sequence(der(0x01, Buffer.from([0xff]))))),
    issue(...names) {
      const own = newKeys();
      const extended = extension(ALTERNATIVE_NAMES, sequence(...names.map(alternativeName)));
      const key = own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: sealed(names[0] ?? '', own.publicKey, extended), key };
    },
  };
}

interface Contents {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly extension: Buffer;
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** RFC 5280, section 4.1. */
function certificate({ subject, issuer, key, extension }: Contents, signer: KeyObject): Buffer {
  const algorithm = sequence(objectId(ECDSA_SHA256));
  const now = Date.now();
  const contents = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    named(issuer),
    sequence(time(now - DAY_MS), time(now + DAY_MS)),
    named(subject),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', contents, signer);
  return sequence(contents, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function sequence(...items: readonly Buffer[]): Buffer {
  return der(0x30, ...items);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function named(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId(COMMON_NAME), der(0x0c, Buffer.from(commonName)))));
}

function time(ms: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\..*/g, '')}Z`));
}

function extension(id: string, contents: Buffer): Buffer {
  return sequence(objectId(id), der(0x01, Buffer.from([0xff])), der(0x04, contents));
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name));
}

function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}
