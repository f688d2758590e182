import type { Json } from './json.ts';
import type { FunctionName } from './signatures.ts';

export type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A JMESPath expression (jmespath.org/specification.html), by what is done with the value that it is applied to. */
export type Expression =
  | { readonly kind: 'current' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'slice'; readonly start?: number; readonly stop?: number; readonly step: number }
  /** `next` is applied to what `of` gives: a dot, an index, a pipe. */
  | { readonly kind: 'chain'; readonly of: Expression; readonly next: Expression }
  /** `each` is applied to the items of the list that `of` gives. */
  | { readonly kind: 'project'; readonly of: Expression; readonly each: Expression }
  | { readonly kind: 'filter'; readonly of: Expression; readonly where: Expression; readonly each: Expression }
  | { readonly kind: 'values'; readonly of: Expression; readonly each: Expression }
  | { readonly kind: 'flatten'; readonly of: Expression }
  | {
      readonly kind: 'compare';
      readonly by: Comparator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [name: string, value: Expression])[] }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Argument[] };

/** A reference (`&`) is not evaluated, but handed to the function. */
export type Argument = Expression | { readonly kind: 'reference'; readonly to: Expression };

export const CURRENT: Expression = { kind: 'current' };
