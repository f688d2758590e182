import type { Clock } from '../../controller/runtime/clock.ts';
import type { Need } from '../planner/need.ts';
import type { SecretValueAnswer, SecretVersionAnswer } from './answer.ts';

/** A version that was asked for, and how often it will be. */
interface Entry {
  /** As it will be asked for again: the version alone, and of nobody who holds nothing. */
  readonly need: Need;
  answer: SecretVersionAnswer | undefined;
  /** What the secret itself has told last. */
  direct: SecretVersionAnswer | undefined;
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
  version(need: Need, freshAfter: number): SecretVersionAnswer | undefined;
  value(need: Need, freshAfter: number): SecretValueAnswer | undefined;
  /** What the secret itself has told. */
  learnVersion(need: Need, answer: SecretVersionAnswer): void;
  /** What a list has told; false where that may be older than what the secret itself has told, and is not taken. */
  learnListed(need: Need, answer: SecretVersionAnswer): boolean;
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
/** Nobody asks for it any more. */
const FORGET_MS = 3_600_000;
const NONE: Need['excluded'] = new Set();

/** Identifies what a need is about, within one identity and region. */
export function keyOf({ secretId, version }: Pick<Need, 'secretId' | 'version'>): string {
  return 'stage' in version ? `${version.stage}\n${secretId}` : `${version.versionId}\n\n${secretId}`;
}

export function createKnown(clock: Clock): Known {
  const entries = new Map<string, Entry>();
  const byId = new Map<string, Set<string>>();
  const values = new Map<string, KeptValue>();
  let bytes = 0;
  let isSweeping = false;

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
  const sweep = (): void => {
    dropValues();
    const now = clock.monotonic();
    for (const [key, { need, askedAt, intervalMs = 0 }] of entries) {
      if (now - askedAt <= Math.max(FORGET_MS, 2 * intervalMs)) continue;
      entries.delete(key);
      byId.get(need.secretId)?.delete(key);
      if (byId.get(need.secretId)?.size === 0) byId.delete(need.secretId);
    }
    isSweeping = values.size > 0;
    if (isSweeping) clock.schedule(VALUE_MS, sweep);
  };
  const entryOf = (need: Need): Entry => {
    const key = keyOf(need);
    const entry = entries.get(key) ?? {
      need: { ...need, wants: 'version', isFirst: false, excluded: NONE },
      ...{ answer: undefined, direct: undefined, intervalMs: undefined, askedAt: clock.monotonic() },
    };
    entries.set(key, entry);
    const keys = byId.get(need.secretId) ?? new Set();
    byId.set(need.secretId, keys.add(key));
    return entry;
  };
  const valueKey = ({ secretId }: Need, versionId: string): string => `${versionId}\n${secretId}`;
  const version = (need: Need, freshAfter: number): SecretVersionAnswer | undefined => {
    const answer = entries.get(keyOf(need))?.answer;
    return answer !== undefined && answer.observedAt >= freshAfter ? answer : undefined;
  };
  const take = (entry: Entry, answer: SecretVersionAnswer): void => {
    if (entry.answer === undefined || entry.answer.observedAt <= answer.observedAt) entry.answer = answer;
  };
  const learnVersion = (need: Need, answer: SecretVersionAnswer): void => {
    const entry = entryOf(need);
    if (entry.direct === undefined || entry.direct.observedAt <= answer.observedAt) entry.direct = answer;
    take(entry, answer);
  };

  return {
    ask(need, intervalMs) {
      const entry = entryOf(need);
      entry.askedAt = clock.monotonic();
      // Of several AwsSecrets the one that asks most often.
      if (intervalMs !== undefined) entry.intervalMs = Math.min(intervalMs, entry.intervalMs ?? intervalMs);
    },
    version,
    value(need, freshAfter) {
      const known = version(need, freshAfter);
      if (known === undefined) return undefined;
      const kept = values.get(valueKey(need, known.versionId));
      return kept && { ...kept.answer, observedAt: known.observedAt };
    },
    learnVersion,
    learnListed(need, answer) {
      const entry = entryOf(need);
      const { direct } = entry;
      const isOlder = direct !== undefined && answer.observedAt - direct.observedAt < LIST_LAG_MS;
      if (isOlder && direct.versionId !== answer.versionId) return false;
      take(entry, answer);
      return true;
    },
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
      for (const { need, answer, intervalMs, askedAt } of entries.values()) {
        if (answer === undefined || intervalMs === undefined || now - askedAt > 2 * intervalMs) continue;
        const dueAt = answer.observedAt + intervalMs;
        if (dueAt - now <= intervalMs / 2 && isWanted(need)) due.push({ need, dueAt });
      }
      return due.sort((a, b) => a.dueAt - b.dueAt).map(({ need }) => need);
    },
    stagesOf: secretId => [...(byId.get(secretId) ?? [])].flatMap(key => entries.get(key)?.need ?? []),
    get size() {
      return entries.size;
    },
  };
}
