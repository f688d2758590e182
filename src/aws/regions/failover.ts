import type { Asked, Refusal } from '../engine/answer.ts';

/** What the regions said, asked in order. */
export type Failover<T> =
  | { readonly kind: 'answered'; readonly answer: T; readonly region: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly region: string }
  /** `refusal` is the primary's trouble; `unbelieved` the first secondary whose answer was not accepted. */
  | { readonly kind: 'unavailable'; readonly refusal: Refusal; readonly unbelieved: string | undefined };

/**
 * Asks the primary, and the others in order while it cannot answer. The primary is always believed; a refusal of its is
 * final. A secondary's answer counts if `accept` says so; what it refuses or lacks says nothing, because only its
 * replica or our permission there may be missing.
 */
export async function askInOrder<T>(
  [primary, ...secondaries]: readonly [string, ...string[]],
  ask: (region: string) => Promise<Asked<T>>,
  accept: (answer: T, region: string) => Promise<boolean>,
): Promise<Failover<T>> {
  const first = await ask(primary);
  if ('answer' in first) return { kind: 'answered', answer: first.answer, region: primary };
  if (!first.is.isElsewhere) return { kind: 'refused', refusal: first, region: primary };
  let unbelieved: string | undefined;
  for (const region of secondaries) {
    const asked = await ask(region);
    if ('error' in asked) continue;
    if (await accept(asked.answer, region)) return { kind: 'answered', answer: asked.answer, region };
    unbelieved ??= region;
  }
  return { kind: 'unavailable', refusal: first, unbelieved };
}
