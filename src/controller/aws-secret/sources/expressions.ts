import type { AwsSecretSpec } from '../../../crds/aws-secret.ts';
import { fail, ok, type Result } from '../../runtime/error.ts';
import { attempt } from './expression-error.ts';
import { parseExpression } from './jmes-path/parser.ts';
import type { Expression } from './jmes-path/syntax.ts';
import { compileKeys, type KeyRules } from './keys.ts';

/** What the expressions and patterns of a spec mean. */
export interface Expressions {
  /** By key of the entry of `data`. */
  readonly paths: ReadonlyMap<string, Expression>;
  /** Of the entries of `dataFrom`, in their order. */
  readonly keys: readonly KeyRules[];
}

/** Instructions of all patterns of an AwsSecret: to compile them takes about a tenth of a second. */
const MAX_SIZE = 20_000;

/** Refused where one of them cannot be understood: nothing that AWS gives would help. */
export function compileExpressions({ data = [], dataFrom = [] }: AwsSecretSpec): Result<Expressions> {
  const paths = new Map<string, Expression>();
  for (const { key, jmesPath } of data) {
    if (jmesPath === undefined) continue;
    const path = attempt(() => parseExpression(jmesPath));
    if (!path.ok) return badPath(key, path.problem);
    paths.set(key, path.value);
  }
  const keys: KeyRules[] = [];
  let size = 0;
  for (const entry of dataFrom) {
    const rules = attempt(() => compileKeys(entry.keys));
    if (!rules.ok) return badPattern(rules.problem);
    size += rules.value.size;
    if (size > MAX_SIZE) return badPattern('all patterns together ask for too many repetitions');
    keys.push(rules.value);
  }
  return ok({ paths, keys });
}

function badPath(key: string, problem: string): Result<never> {
  const message = `\`jmesPath\` of key ${JSON.stringify(key)} is no JMESPath: ${problem}; jmespath.org tells how it is written`;
  return fail('InvalidSpec', 'terminal', message);
}

function badPattern(problem: string): Result<never> {
  const message = `\`keys.rename\` cannot be followed: ${problem}; github.com/google/re2/wiki/Syntax tells how patterns are written`;
  return fail('InvalidSpec', 'terminal', message);
}
