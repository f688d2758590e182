import { RE2JS } from 're2js';
import { ExpressionError } from './expression-error.ts';
import type { Steps } from './steps.ts';

export interface Renaming {
  /** What a match may cost: instructions of the compiled pattern. */
  readonly size: number;
  /** Replaces each match. Throws an ExpressionError when a name grows too long, or it takes too many steps. */
  apply(name: string, steps: Steps): string;
}

/** 256 characters can ask for many thousand, such as by `x{1000}x{1000}`. */
const MAX_SIZE = 1_000;
/** Far longer than a key; names of AWS are not. */
const MAX_NAME = 2_048;
/** Instructions that are tried at one character in the time of one step. */
const TRIED_PER_STEP = 4;

/**
 * Compiles a pattern of RE2 (github.com/google/re2/wiki/Syntax), whose time does not grow beyond pattern × name.
 * Throws an ExpressionError.
 */
export function compileRenaming(pattern: string, replacement: string): Renaming {
  const compiled = compilePattern(pattern);
  const size = compiled.programSize();
  if (size > MAX_SIZE) throw new ExpressionError('asks for too many repetitions');
  const parts = replacementParts(replacement, compiled);
  return {
    size,
    apply(name, steps) {
      steps.spend((size * (1 + name.length)) / TRIED_PER_STEP);
      if (name.length > MAX_NAME) throw new ExpressionError(`cannot take names of more than ${MAX_NAME} characters`);
      const renamed = replaceAll(name, compiled, parts);
      steps.spend(renamed.length);
      return renamed;
    },
  };
}

function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw new ExpressionError('is no regular expression of RE2');
  }
}

/** Text, or a group of the match by its number. */
type Part = string | number;

const PART = /\$(?:([0-9])|\{([0-9]{1,3}|[A-Za-z_][A-Za-z0-9_]*)\}|(\$))|[^$]+/suy;

function replacementParts(replacement: string, compiled: RE2JS): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const [whole, digit, braced, dollar] of replacement.matchAll(new RegExp(PART, 'suyg'))) {
    const group = digit ?? braced;
    parts.push(group === undefined ? (dollar ?? whole) : groupOf(group, compiled));
    end += whole.length;
  }
  if (end < replacement.length) {
    throw new ExpressionError('has a `replacement` in which "$" is followed by neither a digit, "{…}" nor "$"');
  }
  return parts;
}

function groupOf(name: string, compiled: RE2JS): number {
  const group = /^[0-9]/.test(name) ? Number(name) : new Map(Object.entries(compiled.namedGroups())).get(name);
  if (group !== undefined && group <= compiled.groupCount()) return group;
  throw new ExpressionError(`has no group ${JSON.stringify(name)}, which its \`replacement\` names`);
}

/** As GlobalReplace of RE2: an empty match right behind another one is none, so that `(.*)` matches a name once. */
function replaceAll(name: string, compiled: RE2JS, parts: readonly Part[]): string {
  const texts: string[] = [];
  let end = 0;
  for (const match of compiled.matchAll(name)) {
    const { index = 0 } = match;
    if (match[0] === '' && index === end && texts.length > 0) continue;
    texts.push(name.slice(end, index), ...parts.map(part => (typeof part === 'string' ? part : (match[part] ?? ''))));
    end = index + (match[0]?.length ?? 0);
  }
  return texts.join('') + name.slice(end);
}
