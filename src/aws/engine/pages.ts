import type { Asked } from './answer.ts';

export interface Page {
  readonly nextToken: string | undefined;
}

export interface PagesOptions<P extends Page> {
  /** `onStart` is told of the moment of which the page is true, in monotonic milliseconds. */
  readonly read: (nextToken: string | undefined, onStart: (at: number) => void) => Promise<Asked<P>>;
  /** No more are read. */
  readonly most: number;
  readonly take: (page: P, observedAt: number) => void;
  /** Told of the first page's moment: all are at least as fresh. */
  readonly onStart: (at: number) => void;
}

export interface Pages {
  /** Of the first page. */
  readonly observedAt: number;
  readonly count: number;
  /** False: there were more, or it cannot be told. */
  readonly isWhole: boolean;
}

/** Reads page after page, also over empty ones; ends at a token that it has had already, since that would never end. */
export async function readPages<P extends Page>({ read, most, take, onStart }: PagesOptions<P>): Promise<Asked<Pages>> {
  const seen = new Set<string>();
  let nextToken: string | undefined;
  let firstAt = Number.POSITIVE_INFINITY;
  for (let count = 1; ; count += 1) {
    let observedAt = 0;
    const asked = await read(nextToken, at => {
      observedAt = at;
      if (count === 1) onStart(at);
      firstAt = Math.min(firstAt, at);
    });
    if ('error' in asked) return asked;
    take(asked.answer, observedAt);
    nextToken = asked.answer.nextToken;
    if (nextToken === undefined || seen.has(nextToken) || count >= most) {
      return { answer: { observedAt: firstAt, count, isWhole: nextToken === undefined } };
    }
    seen.add(nextToken);
  }
}
