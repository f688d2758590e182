import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { errorName } from '../../controller/runtime/error.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** The certificates of a PEM file. Throws an Error that names the file when one of them cannot be read, or there is none. */
export function readCaBundle(file: string): readonly string[] {
  const certificates = readText(file).match(CERTIFICATE) ?? [];
  const isWhole = certificates.length > 0 && certificates.every(isCertificate);
  if (!isWhole)
    throw new Error(`the CA bundle ${file} holds no certificates in PEM, or a broken one; correct the file`);
  return certificates;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = errorName(error) } = error as NodeJS.ErrnoException;
    throw new Error(`the CA bundle ${file} cannot be read (${code}); mount it, or correct --aws-ca-bundle`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== '';
  } catch {
    return false;
  }
}
