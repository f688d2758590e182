import { classify } from '../classify.ts';

/**
 * Asks the regions in order, and gives the first answer. A refusal is final, unless a region before it was silent: then
 * it may be that region's replica that is behind, and the silence is what is told.
 */
export async function firstThatAnswers<T>(regions: readonly string[], ask: (region: string) => Promise<T>): Promise<T> {
  let silence: unknown;
  let refusal: unknown = new Error('no region to ask');
  for (const region of regions) {
    try {
      return await ask(region);
    } catch (error) {
      const { isTransient, isElsewhere } = classify(error);
      if (isTransient) silence ??= error;
      else refusal = error;
      if (!isElsewhere && silence === undefined) break;
    }
  }
  throw silence ?? refusal;
}
