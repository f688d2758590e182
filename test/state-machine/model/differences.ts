import type { LiveAwsSecret, LiveSecret } from '../../integration/objects.ts';
import { conditionDefects } from '../../support/kstatus.ts';
import { PRIMARY } from './aws.ts';
import type { ModelSecret, Secrets } from './secrets.ts';
import { primaryRegion, type Spec, targetOf } from './spec.ts';
import { companionOf, type Verdict } from './verdict.ts';

const PREFIX = 'secrets-operator.io';
const [CONTENT, CHANGED_AT, HISTORY] = [`${PREFIX}/content`, `${PREFIX}/changed-at`, `${PREFIX}/history`];
const OURS: readonly string[] = [CONTENT, CHANGED_AT, HISTORY];

type Live = ReadonlyMap<string, LiveSecret>;
type Texts = Readonly<Record<string, string>>;

/** How the Secrets that are there differ from those that should be, each as a sentence; none when they do not. */
export function secretDifferences(wanted: Secrets, live: Live): readonly string[] {
  return [...new Set([...wanted.keys(), ...live.keys()])].flatMap(name => {
    const [want, have] = [wanted.get(name), live.get(name)];
    if (want === undefined) return [`Secret ${name} should not be there`];
    if (have === undefined) return [`Secret ${name} is not there`];
    return partDifferences(want, have).map(part => `Secret ${name} has another ${part}`);
  });
}

function partDifferences(want: ModelSecret, { type, data = {}, metadata, ...rest }: LiveSecret): readonly string[] {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const { theirs, asked, keeper, owner } = want;
  const ours = { [`${PREFIX}/owner`]: keeper, 'app.kubernetes.io/managed-by': 'secrets-operator' };
  const isImmutable = (rest as { readonly immutable?: boolean }).immutable ?? false;
  const isSame: Readonly<Record<string, boolean>> = {
    type: type === want.type,
    immutability: isImmutable === (want.isImmutable ?? false),
    data: isEqual(data, want.data),
    labels: isEqual(labels, { ...theirs.labels, ...asked.labels, ...(keeper !== undefined && ours) }),
    annotations: isEqual(without(annotations, OURS), { ...theirs.annotations, ...asked.annotations }),
    history: keeper === undefined ? OURS.every(name => !(name in annotations)) : isHistory(annotations),
    owner: ownerReferences.map(({ uid }) => uid).join() === (owner ?? ''),
  };
  return Object.entries(isSame).flatMap(([part, is]) => (is ? [] : [part]));
}

function isHistory(annotations: Texts): boolean {
  const [newest] = JSON.parse(annotations[HISTORY] ?? '[]') as readonly { content: string; time: string }[];
  return newest !== undefined && newest.content === annotations[CONTENT] && newest.time === annotations[CHANGED_AT];
}

/** Where a Secret of ours tells of a change without one, or of none with one: consumers are restarted by that. */
export function changeDifferences(before: Live, after: Live): readonly string[] {
  return [...after].flatMap(([name, { data = {}, metadata }]) => {
    const { data: formerData = {}, metadata: former } = before.get(name) ?? {};
    const [is, was] = [metadata.annotations ?? {}, former?.annotations ?? {}];
    if (is[CONTENT] === undefined || was[CONTENT] === undefined) return [];
    const isSame = isEqual(data, formerData);
    const says = [CONTENT, CHANGED_AT].filter(key => is[key] === was[key]).length;
    if (says === (isSame ? 2 : 0)) return [];
    return [
      `Secret ${name} holds ${isSame ? 'the same, and tells of a change' : 'another content, and does not tell'}`,
    ];
  });
}

/** How the status differs from what the verdict on `spec` asks for, each as a sentence. */
export function statusDifferences(
  verdict: Verdict,
  spec: Spec,
  awsSecret: LiveAwsSecret,
  live: Live,
): readonly string[] {
  const { status, metadata } = awsSecret;
  if (status?.observedGeneration !== metadata.generation) return ['the status is of another generation'];
  const told = (status?.conditions ?? []).map(({ type, status: is }) => `${type}=${is}`).sort();
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const says = (...wanted: readonly string[]): readonly string[] =>
    told.join() === wanted.join() ? [] : [`the conditions are ${told.join()} in place of ${wanted.join()}`];
  const isFor = (wanted: boolean): readonly string[] => (wanted ? [] : [`the reason is ${ready?.reason}`]);
  const defects = conditionDefects(awsSecret);
  switch (verdict.kind) {
    case 'holds':
      return [
        ...says('Ready=True'),
        ...isFor(ready?.reason === 'Synced'),
        ...recordDifferences(spec, awsSecret, live),
        ...defects,
      ];
    case 'refused': {
      const reason = [...verdict.reasons].find(wanted => wanted === ready?.reason);
      const companion = reason === undefined ? [] : says('Ready=False', `${companionOf(reason)}=True`);
      return [...isFor(reason !== undefined), ...companion, ...defects];
    }
    case 'suspended':
      return [...says(`Ready=${verdict.ready}`), ...isFor(ready?.reason === 'Suspended'), ...defects];
    default:
      return verdict satisfies never;
  }
}

/** The target as it is, and the sources as the spec names them. */
function recordDifferences(spec: Spec, { metadata, status }: LiveAwsSecret, live: Live): readonly string[] {
  const { name } = targetOf(spec, metadata.name);
  const secret = live.get(name)?.metadata;
  const target = status?.target;
  const isTarget =
    target?.name === name && target.uid === secret?.uid && target.resourceVersion === secret?.resourceVersion;
  const sources = new Set(namesOf(spec));
  const listed = status?.sources ?? [];
  const region = primaryRegion(spec, PRIMARY);
  const areSources = listed.every(source => sources.has(source.name) && [region, undefined].includes(source.region));
  return [
    ...(isTarget ? [] : ['the status names another target']),
    ...(areSources ? [] : ['the status names other sources']),
  ];
}

/** What the spec calls its sources. */
function namesOf({ data = [], dataFrom = [] }: Spec): readonly (string | undefined)[] {
  const whole = dataFrom.map(({ secretId, parameterPath, find }) => secretId ?? parameterPath ?? find?.namePattern);
  return [...data.map(({ secretId, parameter }) => secretId ?? parameter), ...whole];
}

/** What a spec or a value that was refused, and taken back, must leave as it was. */
export function keptOf(awsSecret: LiveAwsSecret, secrets: Live): object {
  const { conditions, target, lastChangeTime } = awsSecret.status ?? {};
  return {
    conditions: conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
    target: { ...target, resourceVersion: undefined },
    lastChangeTime,
    // An apply of what is there already notes its manager, once: nobody sees that.
    secrets: new Map([...secrets].map(([name, secret]) => [name, unversioned(secret)])),
  };
}

function unversioned(secret: LiveSecret): object {
  const {
    resourceVersion: _,
    managedFields: __,
    ...metadata
  } = secret.metadata as LiveSecret['metadata'] & {
    readonly managedFields?: unknown;
  };
  return { ...secret, metadata };
}

function isEqual(a: Texts, b: Readonly<Record<string, string | undefined>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && a[key] === b[key]);
}

function without(texts: Texts, names: readonly string[]): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([name]) => !names.includes(name)));
}
