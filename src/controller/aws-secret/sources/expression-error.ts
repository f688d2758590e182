/**
 * What is wrong with an expression or pattern of a spec, or what it cannot be applied to. Thrown and caught within this
 * folder; the message is the second half of a sentence, made of names and kinds, never of values.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** What `run` gives, or the message of the ExpressionError that it throws. */
export function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { ok: false, problem: error.message };
  }
}
