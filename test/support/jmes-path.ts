import { attempt } from '../../src/controller/aws-secret/sources/expression-error.ts';
import { parseExpression } from '../../src/controller/aws-secret/sources/jmes-path/parser.ts';
import { search } from '../../src/controller/aws-secret/sources/jmes-path/search.ts';
import { jsonOf } from '../../src/controller/aws-secret/sources/jmes-path/text.ts';
import { treeOf } from '../../src/controller/aws-secret/sources/jmes-path/tree.ts';
import { tokensOf } from '../../src/controller/aws-secret/sources/json-tokens.ts';
import { createSteps } from '../../src/controller/aws-secret/sources/steps.ts';

/** What an expression finds in a document, as compact JSON; or what is wrong, behind an exclamation mark. */
export function found(expression: string, document: string, steps = createSteps()): string {
  const tokens = tokensOf(document);
  const tree = tokens && treeOf(tokens);
  if (tree === undefined) throw new RangeError('the document is none');
  const text = attempt(() => jsonOf(search(parseExpression(expression), tree, steps), tree, steps));
  return text.ok ? text.value : `! ${text.problem}`;
}
