import { ExpressionError } from '../expression-error.ts';
import type { Steps } from '../steps.ts';
import { compare } from './compare.ts';
import { callFunction } from './functions.ts';
import { isList, isObject, isTruthy, type Json, type JsonList } from './json.ts';
import type { Argument, Expression } from './syntax.ts';
import type { Tree } from './tree.ts';

/**
 * What an expression finds in a document. Throws an ExpressionError when a function gets what it does not take, or it
 * takes too many steps.
 */
export function search(expression: Expression, tree: Tree, steps: Steps): Json {
  return evaluate(expression, tree.root, { tree, steps });
}

interface Context {
  readonly tree: Tree;
  readonly steps: Steps;
}

/** jmespath.org/specification.html. */
function evaluate(expression: Expression, value: Json, context: Context): Json {
  context.steps.spend(1);
  const on = (inner: Expression, at: Json = value): Json => evaluate(inner, at, context);
  switch (expression.kind) {
    case 'current':
      return value;
    case 'literal':
      return expression.value;
    case 'field':
      return field(value, expression.name);
    case 'index':
      return item(value, expression.at);
    case 'slice':
      return cut(value, expression, context.steps);
    case 'chain':
      return on(expression.next, on(expression.of));
    case 'project':
      return project(on(expression.of), item => on(expression.each, item));
    case 'filter':
      return project(on(expression.of), item =>
        isTruthy(on(expression.where, item)) ? on(expression.each, item) : null,
      );
    case 'values':
      return project(valuesOf(on(expression.of)), item => on(expression.each, item));
    case 'flatten':
      return flatten(on(expression.of), context.steps);
    case 'compare':
      return compare(expression.by, on(expression.left), on(expression.right), context.steps);
    case 'and':
    case 'or': {
      const left = on(expression.left);
      return isTruthy(left) === (expression.kind === 'and') ? on(expression.right) : left;
    }
    case 'not':
      return !isTruthy(on(expression.of));
    case 'list':
      return value === null ? null : expression.items.map(item => on(item));
    case 'object':
      return value === null ? null : new Map(expression.entries.map(([name, item]) => [name, on(item)]));
    case 'call':
      return call(expression, value, context);
    default:
      return expression satisfies never;
  }
}

function field(value: Json, name: string): Json {
  return isObject(value) ? (value.get(name) ?? null) : null;
}

function item(value: Json, at: number): Json {
  return isList(value) ? (value.at(at) ?? null) : null;
}

function valuesOf(value: Json): Json {
  return isObject(value) ? [...value.values()] : null;
}

/** What is null is left out of a projection. */
function project(list: Json, each: (item: Json) => Json): Json {
  return isList(list) ? list.map(each).filter(item => item !== null) : null;
}

function flatten(list: Json, steps: Steps): Json {
  if (!isList(list)) return null;
  steps.spend(list.reduce<number>((sum, item) => sum + (isList(item) ? item.length : 1), 0));
  return list.flat(1) as JsonList;
}

/** As in Python: negative places count from the end. */
function cut(list: Json, { start, stop, step }: Expression & { kind: 'slice' }, steps: Steps): Json {
  if (!isList(list)) return null;
  steps.spend(list.length);
  const { length } = list;
  const [first, last] = step > 0 ? [0, length] : [length - 1, -1];
  const place = (at: number | undefined, whenAbsent: number): number => {
    if (at === undefined) return whenAbsent;
    const fromStart = at < 0 ? at + length : at;
    return step > 0 ? Math.min(Math.max(fromStart, 0), length) : Math.min(Math.max(fromStart, -1), length - 1);
  };
  const items: Json[] = [];
  const end = place(stop, last);
  for (let at = place(start, first); step > 0 ? at < end : at > end; at += step) items.push(list[at] ?? null);
  return items;
}

function call({ name, args }: Expression & { kind: 'call' }, value: Json, context: Context): Json {
  const values = args.flatMap(arg => (arg.kind === 'reference' ? [] : [evaluate(arg, value, context)]));
  const reference = args.find(isReference);
  const apply = (item: Json): Json => {
    if (reference === undefined) throw new ExpressionError(`function \`${name}\` has no expression to apply`);
    return evaluate(reference.to, item, context);
  };
  return callFunction(name, values, { ...context, apply });
}

function isReference(arg: Argument): arg is Argument & { kind: 'reference' } {
  return arg.kind === 'reference';
}
