import type { Clock } from '../../controller/runtime/clock.ts';
import { KeyIndex } from '../../controller/runtime/key-index.ts';
import { isCurrent, type Need } from '../planner/need.ts';
import type { SecretMetadata } from '../services/ports.ts';
import { type SecretValueAnswer, type SecretVersionAnswer, versionIn } from './answer.ts';
import { createHeard } from './heard.ts';

/** A version that was asked for, and how often it will be. */
interface Entry extends Pick<Need, 'secretId' | 'version'> {
  /** Whether whoever asked last may be told by a list. */
  mayLag: boolean;
  /** What the secret itself has told last. */
  direct: SecretVersionAnswer | undefined;
  /** When that came. */
  toldAt: number;
  /** What a list has told last, where that is not known to be behind. */
  listed: SecretVersionAnswer | undefined;
  /** Until when no list is expected to have it. */
  unlistedUntil: number;
  intervalMs: number | undefined;
  askedAt: number;
}

interface KeptValue {
  readonly answer: SecretValueAnswer;
  readonly until: number;
}

/** What one identity has been told by one region: versions until they are too old, values until they are used. */
export interface Known {
  /** Notes that somebody asks for it, every `intervalMs`. */
  ask(need: Need, intervalMs: number | undefined): void;
  /** A list counts only for who may be told by one. */
  version(need: Need, freshAfter: number): SecretVersionAnswer | undefined;
  /** Of the version that the secret itself has told. */
  value(need: Need, freshAfter: number): SecretValueAnswer | undefined;
  /** What the secret itself has told. */
  learnVersion(need: Need, answer: SecretVersionAnswer): void;
  /** What a list has told; false where that may be older than what the secret itself has told, and is not taken. */
  learnListed(need: Need, answer: SecretVersionAnswer): boolean;
  /** What a list has told of a secret that nobody has asked for yet. */
  hear(secret: SecretMetadata, observedAt: number): void;
  /** A whole list has not had it: it is another account's, or too new, or gone. */
  learnUnlisted(need: Need): void;
  /** Whether a list is expected to have it. */
  isListed(need: Need): boolean;
  learnValue(need: Need, answer: SecretValueAnswer): void;
  /** Those that will be asked for before half of their interval has passed again, the most urgent first. */
  soonDue(isWanted: (need: Need) => boolean): readonly Need[];
  /** Every stage that somebody asks of a secret under that id. */
  stagesOf(secretId: string): readonly Need[];
  readonly size: number;
}

/** Long enough for every AwsSecret that is due to be written. */
const VALUE_MS = 60_000;
/** Of all values of one identity in one region, in bytes. */
const MAX_VALUE_BYTES = 32 * 1_024 * 1_024;
/** How far a list may lag behind (Secrets Manager API reference, ListSecrets). */
const LIST_LAG_MS = 300_000;
/** A list is not begun for what was not in it, but for others. */
const UNLISTED_MS = 15 * 60_000;
/** Nobody asks for it any more. */
const FORGET_MS = 3_600_000;
const NONE: Need['excluded'] = new Set();
const CURRENT = { stage: 'AWSCURRENT' } as const;

/** Identifies what a need is about, within one identity and region. */
export function keyOf({ secretId, version }: Pick<Need, 'secretId' | 'version'>): string {
  // The usual version needs no text of its own; whoever writes a line break gets no key of anybody else's.
  if (isCurrent(version) && !secretId.includes('\n')) return secretId;
  return 'stage' in version ? `${version.stage}\n${secretId}` : `${version.versionId}\n\n${secretId}`;
}

export function createKnown(clock: Clock): Known {
  const entries = new Map<string, Entry>();
  /** Keys by id, but for those that are ids. */
  const byId = new KeyIndex();
  const values = new Map<string, KeptValue>();
  const heard = createHeard(clock);
  let bytes = 0;
  let isSweeping = false;
  let sweptAt = clock.monotonic();

  const forgetValue = (key: string, kept: KeptValue): void => {
    values.delete(key);
    bytes -= kept.answer.bytes?.length ?? 0;
  };
  const dropValues = (): void => {
    const now = clock.monotonic();
    for (const [key, kept] of values) {
      if (kept.until > now && bytes <= MAX_VALUE_BYTES) break;
      forgetValue(key, kept);
    }
  };
  const forget = (now: number): void => {
    sweptAt = now;
    for (const [key, { secretId, askedAt, intervalMs = 0 }] of entries) {
      if (now - askedAt <= Math.max(FORGET_MS, 2 * intervalMs)) continue;
      entries.delete(key);
      byId.delete(secretId, key);
    }
  };
  const sweep = (): void => {
    dropValues();
    forget(clock.monotonic());
    isSweeping = values.size > 0;
    if (isSweeping) clock.schedule(VALUE_MS, sweep);
  };
  const create = (key: string, need: Need): Entry => {
    const { secretId, version, mayLag } = need;
    const secret = heard.of(secretId);
    const listed = secret && versionIn(secret, need, secret.observedAt);
    const entry: Entry = {
      ...{ secretId, version: isCurrent(version) ? CURRENT : version, mayLag },
      ...{ direct: undefined, toldAt: 0, listed, unlistedUntil: 0 },
      ...{ intervalMs: undefined, askedAt: clock.monotonic() },
    };
    entries.set(key, entry);
    if (key !== secretId) byId.add(secretId, key);
    return entry;
  };
  const entryOf = (need: Need): Entry => {
    const key = keyOf(need);
    return entries.get(key) ?? create(key, need);
  };
  const valueKey = ({ secretId }: Need, versionId: string): string => `${versionId}\n${secretId}`;
  const version = (need: Need, freshAfter: number): SecretVersionAnswer | undefined => {
    const entry = entries.get(keyOf(need));
    const answer = need.mayLag ? newestOf(entry) : entry?.direct;
    return answer !== undefined && answer.observedAt >= freshAfter ? answer : undefined;
  };
  const learnVersion = (need: Need, answer: SecretVersionAnswer): void => {
    const entry = entryOf(need);
    // Of two calls that overlap nobody knows which AWS has looked at last: where they differ, neither proves anything.
    const isOverlapping = answer.observedAt < entry.toldAt;
    const isInDoubt = isOverlapping && entry.direct?.versionId !== answer.versionId;
    entry.direct = isInDoubt ? undefined : later(entry.direct, answer);
    entry.toldAt = Math.ceil(clock.monotonic());
    if (entry.listed !== undefined && isBehind(entry.listed, answer)) entry.listed = undefined;
  };

  return {
    ask(need, intervalMs) {
      const now = clock.monotonic();
      if (now - sweptAt > FORGET_MS) forget(now);
      const entry = entryOf(need);
      const { intervalMs: known = 0, askedAt } = entry;
      const isShared = known > 0 && now - askedAt <= 2 * known;
      entry.askedAt = now;
      entry.mayLag = need.mayLag;
      // Of several AwsSecrets the one that asks most often, while it does.
      if (intervalMs !== undefined) entry.intervalMs = isShared ? Math.min(intervalMs, known) : intervalMs;
    },
    version,
    value(need, freshAfter) {
      // A list may be behind what another region has told, and the value that it names be still kept.
      const known = version({ ...need, mayLag: false }, freshAfter);
      if (known === undefined) return undefined;
      const kept = values.get(valueKey(need, known.versionId));
      return kept && { ...kept.answer, observedAt: known.observedAt };
    },
    learnVersion,
    learnListed(need, answer) {
      const entry = entryOf(need);
      entry.unlistedUntil = 0;
      if (entry.direct !== undefined && isBehind(answer, entry.direct)) return false;
      entry.listed = later(entry.listed, answer);
      // It proves nothing any more; who may not lag, and comes later, asks anew.
      const isOld = entry.direct !== undefined && answer.observedAt - entry.direct.observedAt >= LIST_LAG_MS;
      if (isOld && entry.mayLag) entry.direct = undefined;
      return true;
    },
    hear: heard.hear,
    learnUnlisted(need) {
      entryOf(need).unlistedUntil = clock.monotonic() + UNLISTED_MS;
    },
    isListed: need => (entries.get(keyOf(need))?.unlistedUntil ?? 0) <= clock.monotonic(),
    learnValue(need, answer) {
      const { bytes: _, name: __, ...told } = answer;
      learnVersion(need, told);
      const key = valueKey(need, answer.versionId);
      const former = values.get(key);
      if (former !== undefined) forgetValue(key, former);
      values.set(key, { answer, until: clock.monotonic() + VALUE_MS });
      bytes += answer.bytes?.length ?? 0;
      dropValues();
      if (!isSweeping) {
        isSweeping = true;
        clock.schedule(VALUE_MS, sweep);
      }
    },
    soonDue(isWanted) {
      const now = clock.monotonic();
      const due: { readonly need: Need; readonly dueAt: number }[] = [];
      for (const entry of entries.values()) {
        const dueAt = soonDueAt(entry, now);
        if (dueAt === undefined) continue;
        const need = again(entry);
        if (isWanted(need)) due.push({ need: entry.unlistedUntil > now ? { ...need, mayLag: false } : need, dueAt });
      }
      return due.sort((a, b) => a.dueAt - b.dueAt).map(({ need }) => need);
    },
    stagesOf: secretId =>
      [secretId, ...byId.get(secretId)].flatMap(key => {
        const entry = entries.get(key);
        return entry?.secretId === secretId ? [again(entry)] : [];
      }),
    get size() {
      return entries.size;
    },
  };
}

/** As it will be asked for again: the version alone, and of nobody who holds nothing. */
function again({ secretId, version, mayLag }: Entry): Need {
  return { secretId, version, wants: 'version', mayLag, excluded: NONE, isFirst: false };
}

function later(before: SecretVersionAnswer | undefined, now: SecretVersionAnswer): SecretVersionAnswer {
  if (before === undefined) return now;
  if (before.observedAt > now.observedAt) return before;
  // The same texts, which who was told before holds too.
  const isSame = before.versionId === now.versionId && before.previous === now.previous;
  return isSame && before.createdTime === now.createdTime ? { ...before, observedAt: now.observedAt } : now;
}

function newestOf(entry: Entry | undefined): SecretVersionAnswer | undefined {
  const { direct, listed } = entry ?? {};
  return direct === undefined || listed === undefined ? (listed ?? direct) : later(direct, listed);
}

/** When it will be asked for again; undefined where that is not before half of its interval has passed, or not at all. */
function soonDueAt(entry: Entry, now: number): number | undefined {
  const { mayLag, direct, intervalMs, askedAt } = entry;
  const answer = mayLag ? newestOf(entry) : direct;
  if (answer === undefined || intervalMs === undefined || now - askedAt > 2 * intervalMs) return undefined;
  const dueAt = answer.observedAt + intervalMs;
  return dueAt - now <= intervalMs / 2 ? dueAt : undefined;
}

/** Whether a list may be older than what the secret itself has told. */
function isBehind(listed: SecretVersionAnswer, direct: SecretVersionAnswer): boolean {
  return listed.versionId !== direct.versionId && listed.observedAt - direct.observedAt < LIST_LAG_MS;
}
