import type { Parameter as AwsParameter, GetParametersByPathRequest } from '@aws-sdk/client-ssm';
import { parseParameter } from './parameter-id.ts';
import type { ParameterAnswer, ParameterStore } from './ports.ts';
import { type ClientOptions, createRegionalClient } from './regional-client.ts';

/** The most that GetParametersByPath gives at a time. */
const PATH_SIZE = 10;

const encoder = new TextEncoder();

/** Parameter Store in one region, under one identity. */
export function createParameterStore(region: string, options: ClientOptions): ParameterStore {
  const call = createRegionalClient('ssm', region, options, async settings => {
    // Loaded only here: it takes 11 MB of memory, and many installations read no parameter.
    const sdk = await import('@aws-sdk/client-ssm');
    return { client: new sdk.SSMClient(settings), sdk };
  });
  return {
    async getParameters(names) {
      const asking = { Names: [...names], WithDecryption: true };
      const answer = await call(({ client, sdk: { GetParametersCommand } }, inTime) =>
        client.send(new GetParametersCommand(asking), inTime),
      );
      const { Parameters = [], InvalidParameters: invalid = [] } = answer;
      const asked = names.filter(name => !invalid.includes(name));
      return { parameters: Parameters.map(parameter => answerOf(parameter, asked)), invalid };
    },
    async getParametersByPath(path, nextToken) {
      const asking: GetParametersByPathRequest = {
        Path: path,
        Recursive: true,
        WithDecryption: true,
        MaxResults: PATH_SIZE,
        ...(nextToken !== undefined && { NextToken: nextToken }),
      };
      const { Parameters = [], NextToken } = await call(({ client, sdk: { GetParametersByPathCommand } }, inTime) =>
        client.send(new GetParametersByPathCommand(asking), inTime),
      );
      return { parameters: Parameters.map(parameter => answerOf(parameter, [])), nextToken: NextToken || undefined };
    },
  };
}

/** `asked` are the references that AWS did not call invalid. A StringList is the text that it is stored as. */
function answerOf(parameter: AwsParameter, asked: readonly string[]): ParameterAnswer {
  const { Name = '', ARN: arn = '', Value = '', Version: version = 0, Selector, LastModifiedDate } = parameter;
  const { id: name } = parseParameter(Name);
  return {
    name,
    arn,
    selector: Selector === undefined ? selectorOf({ name, arn, version }, asked) : `:${Selector.replace(/^.*:/s, '')}`,
    version,
    ...(LastModifiedDate !== undefined && { createdTime: LastModifiedDate.toISOString() }),
    bytes: encoder.encode(Value),
  };
}

/** Where an answer does not repeat its selector: the version that was asked for, or the only reference there was. */
function selectorOf(
  { name, arn, version }: Pick<ParameterAnswer, 'name' | 'arn' | 'version'>,
  asked: readonly string[],
): string | undefined {
  const selectors = asked
    .map(parseParameter)
    .filter(({ id }) => id === name || id === arn)
    .map(({ selector }) => selector);
  const own = `:${version}`;
  return selectors.includes(own) ? own : selectors.length === 1 ? selectors[0] : undefined;
}
