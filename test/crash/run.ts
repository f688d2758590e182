import type { AwsSecretStatus } from '../../src/crds/aws-secret.ts';
import { CONTENT_ANNOTATION, HASH_KEY_SECRET } from '../../src/crds/names.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { digestOf, HOLDS } from './cluster.ts';
import { type History, keyOf, type Revision } from './history.ts';
import type { Pace } from './pace.ts';

/** A scenario as it was played once. */
export interface Run {
  readonly namespace: string;
  /** The operator's calls from the beginning of the act until the declared state was reached. */
  readonly calls: readonly Call[];
  /** Those after that. */
  readonly later: readonly Call[];
  /** Every change in the namespace, and how many of them came before the act, and before the end was reached. */
  readonly revisions: readonly Revision[];
  readonly begin: number;
  readonly reached: number;
  /** What there is at the end, such that equal ends are equal texts. */
  readonly end: string;
  /** Log lines of all processes. */
  readonly lines: readonly string[];
  /** What was stored in AWS. */
  readonly values: readonly string[];
  /** Whether the call that was to fail was made. */
  readonly wasMet: boolean;
}

export interface ActParts {
  readonly namespace: string;
  readonly history: History;
  readonly time: Pace;
  /** For how long nothing may change once it is reached. */
  readonly calmMs: number;
  /** The history's version when it began. */
  readonly begun: number;
  /** The operator's calls since then. */
  readonly actCalls: () => readonly Call[];
}

/** What has come of an act whose end is reached now, and what comes after. */
export async function recordAct({ namespace, history, time, calmMs, begun, actCalls }: ActParts) {
  const calls = actCalls();
  const ended = await history.version();
  await time.pass(calmMs);
  await history.caughtUp(namespace);
  const revisions = [...history.of(namespace)];
  const countUntil = (until: number): number => revisions.filter(({ version }) => version <= until).length;
  const [begin, reached] = [countUntil(begun), countUntil(ended)];
  const later = actCalls().slice(calls.length);
  return { namespace, begin, reached, revisions, calls, later, end: endOf(history, namespace) };
}

const HASH = /[0-9a-f]{8}\.[0-9a-f]{32}/g;
/** Of a search, made of names that no other run has. */
const DIGEST = /"versionId":"[0-9a-f]{32}"/g;
/** A point in time, as Kubernetes writes it. */
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const OF_ONE_RUN: ReadonlySet<string> = new Set([
  ...['uid', 'creationTimestamp', 'managedFields', 'resourceVersion'],
  // Told only where a version was read by itself, and not in a batch.
  'createdTime',
]);

/** Everything that there is in a namespace, without what is different in each run of one scenario. */
export function endOf(history: History, namespace: string): string {
  const live = [...history.live(namespace).values()].filter(({ kind, object }) => {
    return kind !== 'Event' && object.metadata.name !== HASH_KEY_SECRET && object.metadata.name !== 'kube-root-ca.crt';
  });
  const names = contentNames(history.of(namespace));
  const uids = live.map(revision => [revision.object.metadata.uid, keyOf(revision)] as const);
  const told = live.map(revision => describe(revision, live)).sort();
  let text = told.join('\n');
  for (const [uid, name] of uids) text = text.replaceAll(uid, `<uid of ${name}>`);
  return text
    .replaceAll(namespace, '<namespace>')
    .replace(DIGEST, '"versionId":"<digest>"')
    .replace(HASH, hash => names.get(hash) ?? '<unknown content>')
    .replace(TIME, '<time>');
}

function describe(revision: Revision, live: readonly Revision[]): string {
  const { kind, object } = revision;
  // How often a pod was made is no part of the end; what it runs with is.
  if (kind === 'Pod') return `Pod of ${object.metadata.labels?.['app']} holds ${object.metadata.annotations?.[HOLDS]}`;
  const text = JSON.stringify(object, (key, value) => (OF_ONE_RUN.has(key) ? undefined : sorted(value)));
  if (kind !== 'AwsSecret') return `${keyOf(revision)} ${text}`;
  const { target } = (object['status'] ?? {}) as AwsSecretStatus;
  const secret = live.find(other => keyOf(other) === `Secret/${target?.name}`)?.object.metadata;
  const isLive = secret?.uid === target?.uid && secret?.resourceVersion === target?.resourceVersion;
  return `${keyOf(revision)} ${text} tells of ${isLive ? 'the' : 'another'} Secret`;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What each content hash stands for: the key of the hashes is different in each run. */
function contentNames(revisions: readonly Revision[]): ReadonlyMap<string, string> {
  const secrets = revisions.filter(
    ({ kind, object }) => kind === 'Secret' && object.metadata.annotations !== undefined,
  );
  return new Map(
    secrets.flatMap(({ object }) => {
      const hash = object.metadata.annotations?.[CONTENT_ANNOTATION];
      return hash === undefined ? [] : [[hash, `<content of ${digestOf(object)}>`] as const];
    }),
  );
}
