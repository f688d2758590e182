import type { Clock } from '../../controller/runtime/clock.ts';

/** Whole answers of one identity in one region, for as long as others may ask the same. */
export interface KeptAnswers<A> {
  /** Undefined when none is known, or what is known was observed before `freshAfter`. */
  get(key: string, freshAfter: number): A | undefined;
  keep(key: string, answer: A): void;
}

export interface KeptAnswersOptions<A> {
  readonly clock: Clock;
  /** Bytes of an answer that count towards the limit of all. */
  readonly sizeOf: (answer: A) => number;
}

/** Long enough for every AwsSecret that asks the same. */
const KEPT_MS = 60_000;
/** Of all answers that are kept. */
const MAX_BYTES = 32 * 1_024 * 1_024;

export function createKeptAnswers<A extends { readonly observedAt: number }>({
  clock,
  sizeOf,
}: KeptAnswersOptions<A>): KeptAnswers<A> {
  const kept = new Map<string, A>();
  let bytes = 0;
  const forget = (key: string, answer: A): void => {
    if (kept.get(key) !== answer) return;
    kept.delete(key);
    bytes -= sizeOf(answer);
  };
  return {
    get(key, freshAfter) {
      const known = kept.get(key);
      return known !== undefined && known.observedAt >= freshAfter ? known : undefined;
    },
    keep(key, answer) {
      const former = kept.get(key);
      // One call may overtake another that began before it.
      if (former !== undefined && former.observedAt > answer.observedAt) return;
      if (former !== undefined) forget(key, former);
      kept.set(key, answer);
      bytes += sizeOf(answer);
      for (const [oldest, other] of kept) if (bytes > MAX_BYTES) forget(oldest, other);
      clock.schedule(KEPT_MS, () => forget(key, answer));
    },
  };
}
