import type { AwsSecretSpec } from '../../../crds/aws-secret.ts';
import { ExpressionError } from './expression-error.ts';
import { compileRenaming, type Renaming } from './rename.ts';
import type { Steps } from './steps.ts';

type Keys = NonNullable<NonNullable<AwsSecretSpec['dataFrom']>[number]['keys']>;

export interface KeyRules {
  /** Of all patterns together. */
  readonly size: number;
  /** The key that a name becomes: renamed, then its case, then the prefix. Throws an ExpressionError. */
  keyOf(name: string, steps: Steps): string;
}

/** Throws an ExpressionError that names the pattern. */
export function compileKeys({ rename = [], case: style, prefix = '' }: Keys = {}): KeyRules {
  const renamings = rename.map(({ pattern, replacement }) => ({
    pattern,
    renaming: naming(pattern, () => compileRenaming(pattern, replacement)),
  }));
  return {
    size: renamings.reduce((sum, { renaming }) => sum + renaming.size, 0),
    keyOf(name, steps) {
      let key = name;
      for (const { pattern, renaming } of renamings) key = renamed(key, pattern, renaming, steps);
      return prefix + (style === undefined ? key : CASES[style](key));
    },
  };
}

function renamed(name: string, pattern: string, renaming: Renaming, steps: Steps): string {
  return naming(pattern, () => renaming.apply(name, steps));
}

function naming<T>(pattern: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(`pattern ${JSON.stringify(pattern)} ${error.message}`);
  }
}

const CASES: Readonly<Record<NonNullable<Keys['case']>, (name: string) => string>> = {
  UpperSnake: name => snake(name).replace(/[a-z]+/g, letters => letters.toUpperCase()),
  LowerSnake: name => snake(name).replace(/[A-Z]+/g, letters => letters.toLowerCase()),
};

/**
 * "_" between words, and in place of what stands between them. Only ASCII is looked at: other letters are no part of a
 * key, and some of them would become one by their case.
 */
function snake(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])/g, '_').replace(/[ -/:-@[-`{-~]+/g, '_');
}
