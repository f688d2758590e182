import type { AwsSecretSpec } from '../../../crds/aws-secret.ts';

export type Encoding = NonNullable<AwsSecretSpec['data']>[number]['encoding'];

/** What the bytes stand for; undefined when they are not in that encoding. */
export function decode(bytes: Uint8Array, encoding: Encoding): Uint8Array | undefined {
  return encoding === 'None' ? bytes : decodeBase64(bytes, encoding);
}

const ALPHABETS = {
  /** RFC 4648, section 4. */
  Base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  /** RFC 4648, section 5; most who write it leave the padding out (RFC 7515, section 2). */
  Base64Url: /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/,
} as const;

/** Strict but for line breaks, which tools put in and Go ignores. A text that no encoder writes is damaged. */
function decodeBase64(bytes: Uint8Array, encoding: keyof typeof ALPHABETS): Uint8Array | undefined {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\r\n]/g, '');
  if (!ALPHABETS[encoding].test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64');
  // The last character may have bits that belong to nothing: they are 0.
  const written = decoded.toString(encoding === 'Base64' ? 'base64' : 'base64url');
  return written.replace(/=+$/, '') === text.replace(/=+$/, '') ? decoded : undefined;
}
