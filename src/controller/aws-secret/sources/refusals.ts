import { fail, type Result } from '../../runtime/error.ts';

/** However long a name is that AWS gave, the status must have room for the way out. */
const SHOWN = 300;

/** A name in the words of a message. */
export function quote(name: string): string {
  const quoted = JSON.stringify(name);
  return quoted.length > SHOWN ? `${quoted.slice(0, SHOWN)}…"`.toWellFormed() : quoted;
}

/** `whose` and all below: a source in the words of a message, such as `secret "prod/db"`. */
export function notJson(whose: string): Result<never> {
  const message = `the value of ${whose} is not a JSON object in UTF-8; use \`data\` without \`property\` to take it whole`;
  return fail('NotJson', 'content', message);
}

export function noDocument(whose: string): Result<never> {
  const message = `the value of ${whose} is not JSON in UTF-8, or nested more than 500 levels deep; use \`data\` without \`jmesPath\` to take it whole`;
  return fail('NotJson', 'content', message);
}

/** Taking it at its word would empty a Secret that pods rely on. */
export function nothingIn(whose: string, what: string): Result<never> {
  const message = `${whose} ${what}; add one in AWS, or take it out of \`dataFrom\``;
  return fail('EmptyValue', 'content', message);
}

export function nothingThere(key: string, whose: string, field: 'property' | 'jmesPath', asked: string): Result<never> {
  const lacks = field === 'property' ? `has no property ${quote(asked)}` : `has nothing at ${quote(asked)}`;
  const message = `${whose} ${lacks}, which key ${quote(key)} asks for; add it in AWS, correct \`${field}\`, or set \`optional: true\``;
  return fail('PropertyNotFound', 'content', message);
}

export function cannotBeDecoded(key: string, whose: string, encoding: string): Result<never> {
  const message = `what key ${quote(key)} takes of ${whose} is not ${encoding}; correct the value in AWS, or \`encoding\``;
  return fail('DecodingFailed', 'content', message);
}

export function pathFailed(key: string, whose: string, problem: string): Result<never> {
  const message = `\`jmesPath\` of key ${quote(key)} cannot be applied to ${whose}: ${problem}; correct the expression, or the value in AWS`;
  return fail('ExpressionFailed', 'content', message);
}

export function renamingFailed(origin: string, problem: string): Result<never> {
  const message = `\`keys.rename\` cannot be applied to ${origin}: ${problem}; correct the pattern, or rename it in AWS`;
  return fail('ExpressionFailed', 'content', message);
}

/** `origin`, here and below: a name and its source, such as `property "a" of secret "prod/db"`. */
export function badKey(key: string, origin: string): Result<never> {
  const message = `${origin} cannot be key ${quote(key)} of a Secret: letters, digits, "-", "_" and ".", ${MAX_KEY} at the most; rename it in AWS or by \`keys\`, or name each key by \`data\` in place of \`dataFrom\``;
  return fail('InvalidKey', 'content', message);
}

export function twice(key: string, first: string, second: string): Result<never> {
  const message = `key ${quote(key)} is given by both ${first} and ${second}; rename one by \`keys\`, or name the key in \`data\` to say which one counts`;
  return fail('DuplicateKey', 'content', message);
}

const MAX_KEY = 253;

/** kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/validation, IsConfigMapKey. */
export function isSecretKey(key: string): boolean {
  return key.length <= MAX_KEY && /^[-._a-zA-Z0-9]+$/.test(key) && key !== '.' && !key.startsWith('..');
}
