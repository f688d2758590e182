/** How a parameter is asked for: its name or ARN, and which version. */
export interface ParameterReference {
  readonly id: string;
  /** `:7` or `:label`; undefined: the newest. */
  readonly selector: string | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly arn: string;
  readonly selector: string | undefined;
}

/** No name and no label has a colon in it (PutParameter and LabelParameterVersion in the API reference). */
const REFERENCE = /^(arn:[^:]*:ssm:[^:]*:[^:]*:[^:]+|[^:]+)(:.+)?$/s;

/** Takes `name:7`, `name:label` and the like of an ARN apart. */
export function parseParameter(reference: string): ParameterReference {
  const [, id = reference, selector] = REFERENCE.exec(reference) ?? [];
  return { id, selector };
}

/**
 * Whether `reference`, as it was asked for, is this answer. Names match to the letter: `/a` is not `a`, although one ARN
 * may stand for either.
 */
export function matchesParameter(reference: string, { name, arn, selector }: Parameter): boolean {
  const asked = parseParameter(reference);
  return asked.selector === selector && (asked.id === name || asked.id === arn);
}
