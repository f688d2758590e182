import { AWS_CANARY } from './fault.ts';
import { parseObject } from './json.ts';

interface SecretValue {
  readonly ARN?: string;
  readonly Name?: string;
}

/** The body of a BatchGetSecretValue in which AWS refuses some of the ids that were asked for, whatever it knows of them. */
export function withIdErrors(body: string, code: string, refused: readonly string[]): string {
  const { SecretValues = [], Errors = [], ...rest } = parseObject(body) ?? {};
  const isRefused = (id: string | undefined): boolean => id !== undefined && refused.includes(id);
  const values = (SecretValues as readonly SecretValue[]).filter(
    ({ ARN, Name }) => !isRefused(ARN) && !isRefused(Name),
  );
  const others = (Errors as readonly { readonly SecretId?: string }[]).filter(({ SecretId }) => !isRefused(SecretId));
  const errors = refused.map(SecretId => ({ SecretId, ErrorCode: code, Message: AWS_CANARY }));
  return JSON.stringify({ ...rest, SecretValues: values, Errors: [...others, ...errors] });
}
