import type { Clock } from '../../controller/runtime/clock.ts';
import { KeyIndex } from '../../controller/runtime/key-index.ts';
import type { Need } from '../planner/need.ts';
import { idsOf } from '../regions/arn.ts';
import type { SecretMetadata } from '../services/ports.ts';
import { type SecretValueAnswer, type SecretVersionAnswer, versionIn } from './answer.ts';
import { createHeard } from './heard.ts';

/** A version that was asked for, and how often it will be. */
interface Entry {
  /** As it will be asked for again: the version alone, of nobody who holds nothing, and from a list if that does for all. */
  need: Need;
  /** Of the secret itself. */
  direct: SecretVersionAnswer | undefined;
  /** Of a list that began later than that: only for who may lag behind. */
  listed: SecretVersionAnswer | undefined;
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
  /** Of the secret itself. */
  learnVersion(need: Need, answer: SecretVersionAnswer): void;
  /** Of a list. Returns the ids by which somebody has asked for it and of which all is told now. */
  learnListed(secret: SecretMetadata, observedAt: number): readonly string[];
  learnValue(need: Need, answer: SecretValueAnswer): void;
  /** Those that will be asked for before half of their interval has passed again, the most urgent first. */
  soonDue(isWanted: (need: Need) => boolean): readonly Need[];
  readonly size: number;
}

/** Long enough for every AwsSecret that is due to be written. */
const VALUE_MS = 60_000;
/** Of all values of one identity in one region, in bytes. */
const MAX_VALUE_BYTES = 32 * 1_024 * 1_024;
/** Nobody asks for it any more. */
const FORGET_MS = 3_600_000;
const NONE: Need['excluded'] = new Set();

/** Identifies what a need is about, within one identity and region. */
export function keyOf({ secretId, version }: Pick<Need, 'secretId' | 'version'>): string {
  return 'stage' in version ? `${version.stage}\n${secretId}` : `${version.versionId}\n\n${secretId}`;
}

export function createKnown(clock: Clock): Known {
  const entries = new Map<string, Entry>();
  const byId = new KeyIndex();
  const values = new Map<string, KeptValue>();
  const heard = createHeard(clock);
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
      byId.delete(need.secretId, key);
    }
    isSweeping = values.size > 0;
    if (isSweeping) clock.schedule(VALUE_MS, sweep);
  };
  const create = (key: string, need: Need): Entry => {
    const secret = heard.of(need.secretId);
    const entry: Entry = {
      need: { ...need, wants: 'version', isFirst: false, excluded: NONE },
      ...{ direct: undefined, listed: secret && versionIn(secret, need, secret.observedAt) },
      ...{ intervalMs: undefined, askedAt: clock.monotonic() },
    };
    entries.set(key, entry);
    byId.add(need.secretId, key);
    return entry;
  };
  const entryOf = (need: Need): Entry => {
    const key = keyOf(need);
    return entries.get(key) ?? create(key, need);
  };
  const valueKey = ({ secretId }: Need, versionId: string): string => `${versionId}\n${secretId}`;
  const latest = (entry: Entry | undefined, { mayLag }: Need): SecretVersionAnswer | undefined =>
    (mayLag ? entry?.listed : undefined) ?? entry?.direct;
  const version = (need: Need, freshAfter: number): SecretVersionAnswer | undefined => {
    const answer = latest(entries.get(keyOf(need)), need);
    return answer !== undefined && answer.observedAt >= freshAfter ? answer : undefined;
  };
  const learnVersion = (need: Need, answer: SecretVersionAnswer): void => {
    const entry = entryOf(need);
    if (isNewer(answer, entry.direct)) entry.direct = answer;
    if (isNewer(answer, entry.listed)) entry.listed = undefined;
  };
  const learnFromList = (secret: SecretMetadata, entry: Entry, observedAt: number): boolean => {
    const answer = versionIn(secret, entry.need, observedAt);
    if (answer === undefined) return false;
    if (!isNewer(answer, entry.direct) || !isNewer(answer, entry.listed)) return true;
    entry.listed = answer;
    // Nobody would be told of it any more; who may not lag, and comes later, asks anew.
    if (entry.need.mayLag) entry.direct = undefined;
    return true;
  };

  return {
    ask(need, intervalMs) {
      const entry = entryOf(need);
      entry.askedAt = clock.monotonic();
      if (entry.need.mayLag && !need.mayLag) entry.need = { ...entry.need, mayLag: false };
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
    learnListed(secret, observedAt) {
      const told = idsOf(secret).filter(id => {
        const asked = byId.get(id).flatMap(key => entries.get(key) ?? []);
        return asked.length > 0 && asked.map(entry => learnFromList(secret, entry, observedAt)).every(isTold => isTold);
      });
      if (told.length === 0) heard.hear(secret, observedAt);
      return told;
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
      for (const entry of entries.values()) {
        const { need, intervalMs, askedAt } = entry;
        const answer = latest(entry, need);
        if (answer === undefined || intervalMs === undefined || now - askedAt > 2 * intervalMs) continue;
        const dueAt = answer.observedAt + intervalMs;
        if (dueAt - now <= intervalMs / 2 && isWanted(need)) due.push({ need, dueAt });
      }
      return due.sort((a, b) => a.dueAt - b.dueAt).map(({ need }) => need);
    },
    get size() {
      return entries.size;
    },
  };
}

function isNewer({ observedAt }: SecretVersionAnswer, than: SecretVersionAnswer | undefined): boolean {
  return than === undefined || than.observedAt <= observedAt;
}
