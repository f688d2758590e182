import { matches } from '../../../src/aws/services/secret-id.ts';
import { AWS_CANARY } from './fault.ts';
import { parseObject } from './json.ts';

interface SecretValue {
  readonly ARN?: string;
  readonly Name?: string;
}

/** The body of a batch in which AWS refuses some of the ids that were asked for, whatever it knows of them. */
export type WithRefused = (body: string, refused: readonly string[]) => string;

/** How AWS refuses ids with this code beside the answers to the others; undefined for a call that it refuses whole. */
export function refusingIds(operation: string, code: string): WithRefused | undefined {
  if (operation === 'BatchGetSecretValue') return (body, refused) => withIdErrors(body, code, refused);
  // Whatever else is wrong with one of the parameters, none is given.
  return operation === 'GetParameters' && code === 'ParameterNotFound' ? withInvalidParameters : undefined;
}

function withIdErrors(body: string, code: string, refused: readonly string[]): string {
  const { SecretValues = [], Errors = [], ...rest } = parseObject(body) ?? {};
  const values = (SecretValues as readonly SecretValue[]).filter(
    ({ ARN: arn = '', Name: name = '' }) => !refused.some(id => matches(id, { arn, name })),
  );
  const others = (Errors as readonly { readonly SecretId?: string }[]).filter(
    ({ SecretId = '' }) => !refused.includes(SecretId),
  );
  const errors = refused.map(SecretId => ({ SecretId, ErrorCode: code, Message: AWS_CANARY }));
  return JSON.stringify({ ...rest, SecretValues: values, Errors: [...others, ...errors] });
}

function withInvalidParameters(body: string, refused: readonly string[]): string {
  const { Parameters = [], InvalidParameters = [], ...rest } = parseObject(body) ?? {};
  const given = (Parameters as readonly SecretValue[]).filter(
    ({ ARN, Name }) => !refused.some(id => id === ARN || id === Name),
  );
  const others = (InvalidParameters as readonly string[]).filter(id => !refused.includes(id));
  return JSON.stringify({ ...rest, Parameters: given, InvalidParameters: [...others, ...refused] });
}
