import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../controller/runtime/clock.ts';
import type { ListedSecret, ListFilters, ListPage } from '../services/ports.ts';
import { type Asked, endless } from './answer.ts';
import { createCollector } from './collector.ts';
import { literalPrefix, matchesGlob } from './glob.ts';
import { createKeptAnswers } from './kept-answers.ts';
import { readPages } from './pages.ts';

export interface Search {
  /** A glob: `*` any characters, `?` one. */
  readonly namePattern: string;
  /** Each key with its value. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Secrets that match, by name; those that have no current version are not among them. */
export interface SearchTold {
  readonly secrets: readonly FoundSecret[];
  /** Monotonic milliseconds. */
  readonly observedAt: number;
}

export interface FoundSecret {
  readonly name: string;
  readonly arn: string;
  readonly versionId: string;
}

/** Searches of one identity in one region. */
export interface SearchLane {
  find(search: Search, freshAfter: number): Promise<Asked<SearchTold>>;
}

export interface SearchLaneOptions {
  readonly clock: Clock;
  readonly list: (
    filters: ListFilters,
    nextToken: string | undefined,
    onStart: (at: number) => void,
  ) => Promise<Asked<ListPage>>;
  readonly onShared: () => void;
}

/** A hundred secrets each. */
const MAX_PAGES = 1_000;

export function createSearchLane({ clock, list, onShared }: SearchLaneOptions): SearchLane {
  // Names and versions only: a few bytes each, of few searches.
  const kept = createKeptAnswers<SearchTold>({
    ...{ clock, sizeOf: () => 0 },
    isSame: (one, other) => isDeepStrictEqual(one.secrets, other.secrets),
  });
  const search = async ({ namePattern, tags }: Search, begin: (at: number) => void): Promise<Asked<SearchTold>> => {
    const prefix = literalPrefix(namePattern);
    const filters = { namePrefixes: prefix === '' ? [] : [prefix], tagKeys: Object.keys(tags) };
    const secrets: ListedSecret[] = [];
    const pages = await readPages<ListPage>({
      read: (nextToken, onStart) => list(filters, nextToken, onStart),
      take: page => secrets.push(...page.secrets.filter(secret => isMatch(secret, namePattern, tags))),
      most: MAX_PAGES,
      onStart: begin,
    });
    if ('error' in pages) return pages;
    if (!pages.answer.isWhole) return endless('ListSecrets');
    const found = secrets.flatMap(({ name, arn, stages }) => {
      const versionId = stages.get('AWSCURRENT');
      return versionId === undefined ? [] : [{ name, arn, versionId }];
    });
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    const answer = { secrets: found, observedAt: pages.answer.observedAt };
    kept.keep(keyOf({ namePattern, tags }), answer);
    return { answer };
  };
  const collector = createCollector<Search, Asked<SearchTold>>({
    ...{ clock, onShared },
    async send(all) {
      await Promise.all(all.map(({ question, begin, settle }) => search(question, begin).then(settle)));
    },
  });
  return {
    async find(search, freshAfter) {
      const key = keyOf(search);
      const known = kept.get(key, freshAfter);
      if (known !== undefined) {
        onShared();
        return { answer: known };
      }
      return await collector.ask(key, search, freshAfter);
    },
  };
}

function keyOf({ namePattern, tags }: Search): string {
  return JSON.stringify([namePattern, Object.entries(tags).sort()]);
}

/** AWS matches a tag's key and its value apart from each other: that they belong together is seen here. */
function isMatch(secret: ListedSecret, namePattern: string, tags: Readonly<Record<string, string>>): boolean {
  const hasTags = Object.entries(tags).every(([key, value]) => secret.tags[key] === value);
  return hasTags && !secret.isDeleted && matchesGlob(namePattern, secret.name);
}
