import type { Clock } from '../../controller/runtime/clock.ts';

/** Whole answers of one identity in one region, for as long as others may ask the same. */
export interface KeptAnswers<A> {
  /** Undefined when none is known, or what is known was observed before `freshAfter`. */
  get(key: string, freshAfter: number): A | undefined;
  /** Takes an answer that has just come. */
  keep(key: string, answer: A): void;
}

export interface KeptAnswersOptions<A> {
  readonly clock: Clock;
  /** Bytes of an answer that count towards the limit of all. */
  readonly sizeOf: (answer: A) => number;
  /** Whether two answers tell the same versions. */
  readonly isSame: (one: A, other: A) => boolean;
}

interface Kept<A> {
  /** Undefined: those that came are in doubt. */
  readonly answer: A | undefined;
  readonly toldAt: number;
}

/** Long enough for every AwsSecret that asks the same. */
const KEPT_MS = 60_000;
/** Of all answers that are kept. */
const MAX_BYTES = 32 * 1_024 * 1_024;

export function createKeptAnswers<A extends { readonly observedAt: number }>({
  clock,
  sizeOf,
  isSame,
}: KeptAnswersOptions<A>): KeptAnswers<A> {
  const all = new Map<string, Kept<A>>();
  let bytes = 0;
  const bytesOf = ({ answer }: Kept<A>): number => (answer === undefined ? 0 : sizeOf(answer));
  const forget = (key: string, kept: Kept<A>): void => {
    if (all.get(key) !== kept) return;
    all.delete(key);
    bytes -= bytesOf(kept);
  };
  /** Of two calls that overlap nobody knows which AWS has looked at last: where they differ, neither proves anything. */
  const settled = (former: Kept<A> | undefined, answer: A): A | undefined => {
    if (former === undefined || answer.observedAt >= former.toldAt) return answer;
    if (former.answer === undefined || !isSame(former.answer, answer)) return undefined;
    return former.answer.observedAt > answer.observedAt ? former.answer : answer;
  };
  return {
    get(key, freshAfter) {
      const answer = all.get(key)?.answer;
      return answer !== undefined && answer.observedAt >= freshAfter ? answer : undefined;
    },
    keep(key, answer) {
      const former = all.get(key);
      const kept = { answer: settled(former, answer), toldAt: clock.monotonic() };
      if (former !== undefined) forget(key, former);
      all.set(key, kept);
      bytes += bytesOf(kept);
      for (const [oldest, other] of all) if (bytes > MAX_BYTES) forget(oldest, other);
      clock.schedule(KEPT_MS, () => forget(key, kept));
    },
  };
}
