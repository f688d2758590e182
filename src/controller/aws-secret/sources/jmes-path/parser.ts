import { ExpressionError } from '../expression-error.ts';
import { type Token, tokenize } from './lexer.ts';
import { isFunctionName, type Parameter, SIGNATURES, type Signature } from './signatures.ts';
import { type Argument, type Comparator, CURRENT, type Expression } from './syntax.ts';

/** How strongly a mark binds what stands before it: jmespath/jmespath.py, parser.py, BINDING_POWER. */
const POWERS: ReadonlyMap<string, number> = new Map([
  ...(['|', '||', '&&'] as const).map((mark, index) => [mark, index + 1] as const),
  ...(['==', '!=', '<', '<=', '>', '>='] as const).map(mark => [mark, 5] as const),
  ...([
    ['[]', 9],
    ['*', 20],
    ['[?', 21],
    ['.', 40],
    ['!', 45],
    ['[', 55],
  ] as const),
]);
/** What binds less ends a projection. */
const PROJECTION = 10;

/** Parses by the powers of what binds (V. R. Pratt, "Top down operator precedence"). Throws an ExpressionError. */
export function parseExpression(text: string): Expression {
  const parser = createParser(tokenize(text));
  const expression = parser.expression(0);
  parser.take('end');
  return expression;
}

interface Parser {
  expression(power: number): Expression;
  take(mark: string): void;
}

function createParser(tokens: readonly Token[]): Parser {
  let at = 0;
  const last = tokens.at(-1);

  const peek = (ahead = 0): Token => tokens[at + ahead] ?? last ?? { kind: 'end', at: 1 };
  const markOf = (token: Token): string => (token.kind === 'mark' ? token.text : token.kind);
  const isNext = (mark: string, ahead = 0): boolean => markOf(peek(ahead)) === mark;
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const refuse = (token: Token): never => {
    throw new ExpressionError(
      token.kind === 'end' ? 'it ends too early' : `character ${token.at} is not expected there`,
    );
  };
  const take = (mark: string): void => {
    if (isNext(mark)) at += 1;
    else refuse(peek());
  };
  const power = (): number => POWERS.get(markOf(peek())) ?? 0;

  const expression = (least: number): Expression => {
    let left = begin(next());
    while (least < power()) left = goOn(left, next());
    return left;
  };

  /** What an expression begins with. */
  const begin = (token: Token): Expression => {
    switch (token.kind) {
      case 'literal':
        return { kind: 'literal', value: token.value };
      case 'quoted':
        return { kind: 'field', name: token.text };
      case 'name':
        return isNext('(') ? call(token.text) : { kind: 'field', name: token.text };
      case 'mark':
        return beginWithMark(token);
      default:
        return refuse(token);
    }
  };

  const beginWithMark = (token: Token & { kind: 'mark' }): Expression => {
    switch (token.text) {
      case '@':
        return CURRENT;
      case '!':
        return { kind: 'not', of: expression(45) };
      case '(': {
        const inner = expression(0);
        take(')');
        return inner;
      }
      case '{':
        return object();
      case '*':
        return { kind: 'values', of: CURRENT, each: rest(20) };
      case '[':
        return isNext('number') || isNext(':') || isStar() ? bracket(CURRENT) : list();
      case '[]':
      case '[?':
        return goOn(CURRENT, token);
      default:
        return refuse(token);
    }
  };

  /** What follows an expression. */
  const goOn = (left: Expression, token: Token): Expression => {
    const mark = markOf(token);
    switch (mark) {
      case '.':
        if (!isNext('*')) return { kind: 'chain', of: left, next: member() };
        next();
        return { kind: 'values', of: left, each: rest(40) };
      case '[':
        return bracket(left);
      case '[]':
        return { kind: 'project', of: { kind: 'flatten', of: left }, each: rest(9) };
      case '[?': {
        const where = expression(0);
        take(']');
        return { kind: 'filter', of: left, where, each: isNext('[]') ? CURRENT : rest(21) };
      }
      case '|':
        return { kind: 'chain', of: left, next: expression(1) };
      case '||':
        return { kind: 'or', left, right: expression(2) };
      case '&&':
        return { kind: 'and', left, right: expression(3) };
      default:
        return isComparator(mark) ? { kind: 'compare', by: mark, left, right: expression(5) } : refuse(token);
    }
  };

  const isStar = (): boolean => isNext('*') && isNext(']', 1);

  /** Behind `[`: an index, a slice or `*`. */
  const bracket = (left: Expression): Expression => {
    if (isStar()) {
      at += 2;
      return { kind: 'project', of: left, each: rest(20) };
    }
    const token = peek();
    if (token.kind !== 'number' || isNext(':', 1)) return slice(left);
    next();
    take(']');
    return { kind: 'chain', of: left, next: { kind: 'index', at: token.value } };
  };

  const slice = (left: Expression): Expression => {
    const parts: (number | undefined)[] = [undefined];
    while (!isNext(']')) {
      const token = next();
      if (token.kind === 'number' && parts.at(-1) === undefined) parts[parts.length - 1] = token.value;
      else if (markOf(token) === ':' && parts.length < 3) parts.push(undefined);
      else refuse(token);
    }
    take(']');
    const [start, stop, step = 1] = parts;
    if (step === 0) throw new ExpressionError('a slice must not have a step of 0');
    const cut = {
      kind: 'slice',
      step,
      ...(start !== undefined && { start }),
      ...(stop !== undefined && { stop }),
    } as const;
    return { kind: 'project', of: { kind: 'chain', of: left, next: cut }, each: rest(20) };
  };

  /** What a projection does with each item. */
  const rest = (least: number): Expression => {
    if (power() < PROJECTION) return CURRENT;
    if (isNext('[') || isNext('[?')) return expression(least);
    take('.');
    return member(least);
  };

  /** Behind a dot. */
  const member = (least = 40): Expression => {
    const token = peek();
    if (token.kind === 'name' || token.kind === 'quoted' || isNext('*')) return expression(least);
    next();
    if (markOf(token) === '[') return list();
    return markOf(token) === '{' ? object() : refuse(token);
  };

  const list = (): Expression => {
    const items = [expression(0)];
    while (isNext(',')) {
      next();
      items.push(expression(0));
    }
    take(']');
    return { kind: 'list', items };
  };

  const object = (): Expression => {
    const entries = [entry()];
    while (isNext(',')) {
      next();
      entries.push(entry());
    }
    take('}');
    return { kind: 'object', entries };
  };

  const entry = (): readonly [string, Expression] => {
    const token = next();
    if (token.kind !== 'name' && token.kind !== 'quoted') return refuse(token);
    take(':');
    return [token.text, expression(0)];
  };

  const call = (name: string): Expression => {
    if (!isFunctionName(name)) throw new ExpressionError(`there is no function \`${name}\``);
    take('(');
    const args = isNext(')') ? [] : [argument()];
    while (isNext(',')) {
      next();
      args.push(argument());
    }
    take(')');
    const problem = misuse(SIGNATURES[name], args);
    if (problem !== undefined) throw new ExpressionError(`function \`${name}\` ${problem}`);
    return { kind: 'call', name, args };
  };

  const argument = (): Argument => {
    if (!isNext('&')) return expression(0);
    next();
    return { kind: 'reference', to: expression(0) };
  };

  return { expression, take };
}

function isComparator(mark: string): mark is Comparator {
  return POWERS.get(mark) === 5;
}

/** What is wrong with the number of arguments, or with which of them are references; undefined when nothing is. */
function misuse({ parameters, isVariadic = false }: Signature, args: readonly Argument[]): string | undefined {
  const { length } = parameters;
  if (args.length < length || (args.length > length && !isVariadic)) {
    return `takes ${isVariadic ? 'at least ' : ''}${length} argument${length === 1 ? '' : 's'}`;
  }
  const parameter = (index: number): Parameter | undefined => parameters[index] ?? parameters.at(-1);
  const odd = args.findIndex(({ kind }, index) => (kind === 'reference') !== (parameter(index) === 'reference'));
  if (odd === -1) return undefined;
  const wanted = parameter(odd) === 'reference' ? 'an expression behind "&"' : 'no "&"';
  return `takes ${wanted} as argument ${odd + 1}`;
}
