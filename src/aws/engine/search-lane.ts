import type { Clock } from '../../controller/runtime/clock.ts';
import type { ListedSecret, ListFilters, ListPage } from '../services/ports.ts';
import { type Asked, endless } from './answer.ts';
import { createCollector } from './collector.ts';
import { literalPrefix, matchesGlob } from './glob.ts';
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

const KEPT_MS = 60_000;
/** A hundred secrets each. */
const MAX_PAGES = 1_000;

export function createSearchLane({ clock, list, onShared }: SearchLaneOptions): SearchLane {
  const kept = new Map<string, SearchTold>();
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
    return { answer: { secrets: found, observedAt: pages.answer.observedAt } };
  };
  const collector = createCollector<Search, Asked<SearchTold>>({
    ...{ clock, onShared },
    async send(all) {
      await Promise.all(all.map(({ question, begin, settle }) => search(question, begin).then(settle)));
    },
  });
  const keep = (key: string, answer: SearchTold): void => {
    const former = kept.get(key);
    // One call may overtake another that began before it.
    if (former !== undefined && former.observedAt >= answer.observedAt) return;
    kept.set(key, answer);
    clock.schedule(KEPT_MS, () => {
      if (kept.get(key) === answer) kept.delete(key);
    });
  };
  return {
    async find(search, freshAfter) {
      const key = JSON.stringify([search.namePattern, Object.entries(search.tags).sort()]);
      const known = kept.get(key);
      if (known !== undefined && known.observedAt >= freshAfter) {
        onShared();
        return { answer: known };
      }
      const asked = await collector.ask(key, search, freshAfter);
      if ('answer' in asked) keep(key, asked.answer);
      return asked;
    },
  };
}

/** AWS matches a tag's key and its value apart from each other: that they belong together is seen here. */
function isMatch(secret: ListedSecret, namePattern: string, tags: Readonly<Record<string, string>>): boolean {
  const hasTags = Object.entries(tags).every(([key, value]) => secret.tags[key] === value);
  return hasTags && !secret.isDeleted && matchesGlob(namePattern, secret.name);
}
