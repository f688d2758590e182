import type { z } from 'zod';
import type { SourceRecord, SyncRecord } from '../../src/controller/aws-secret/record.ts';
import type { LiveSecret, SecretMetadata } from '../../src/controller/aws-secret/secret/secret.ts';
import type { KnownChange } from '../../src/controller/rollout/change.ts';
import type { PodContainer, SecretUse, Workload } from '../../src/controller/rollout/workload.ts';
import type { Turn } from '../../src/controller/runtime/controller.ts';
import type { Log, LogFields } from '../../src/controller/runtime/log.ts';
import { type AwsSecret, type AwsSecretStatus, awsSecretSpecSchema } from '../../src/crds/aws-secret.ts';
import type { ContentChange } from '../../src/crds/content-history.ts';
import { API_VERSION } from '../../src/crds/names.ts';
import type { ObjectMeta, OwnerReference } from '../../src/crds/object.ts';

/** AwsSecret `shop/payments`, uid `uid-1`, generation 1, of one source, unless told otherwise. Defaults are those of the schema. */
export function anAwsSecret({
  metadata = {},
  spec = {},
  status,
}: {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: z.input<typeof awsSecretSpecSchema>;
  readonly status?: AwsSecretStatus;
} = {}): AwsSecret {
  const base = { name: 'payments', namespace: 'shop', uid: 'uid-1', resourceVersion: '100', generation: 1 };
  const sources = spec.data === undefined ? { dataFrom: [{ secretId: 'prod/db' }] } : {};
  return {
    metadata: { ...base, ...metadata },
    spec: awsSecretSpecSchema.parse({ ...sources, ...spec }),
    ...(status !== undefined && { status }),
  };
}

/** The reference by which an AwsSecret owns its Secret. */
export function anOwner(owner: Partial<OwnerReference> = {}): OwnerReference {
  const base = { apiVersion: API_VERSION, kind: 'AwsSecret', name: 'payments', uid: 'uid-1' };
  return { ...base, controller: true, blockOwnerDeletion: false, ...owner };
}

/** Metadata of Secret `shop/payments`, owned by `anAwsSecret()`, unless told otherwise. */
export function aSecret(metadata: Partial<SecretMetadata> = {}): SecretMetadata {
  const base = { name: 'payments', namespace: 'shop', uid: 'secret-uid', resourceVersion: '7' };
  return { ...base, ownerReferences: [anOwner()], ...metadata };
}

/** `aSecret` with data, as a GET gives it. */
export function aLiveSecret(data: Readonly<Record<string, string>>, live: Partial<LiveSecret> = {}): LiveSecret {
  return { metadata: aSecret(), type: 'Opaque', immutable: false, data: bytesOf(data), ...live };
}

/** What a sync of `anAwsSecret()` into `aSecret()` left behind: version `v1` of `prod/db`, due a minute after 0. */
export function aRecord(record: Partial<SyncRecord> = {}): SyncRecord {
  return {
    uid: 'uid-1',
    generation: 1,
    target: { name: 'payments', uid: 'secret-uid', resourceVersion: '7' },
    sources: [aSource('prod/db')],
    changedAt: '2029-12-31T00:00:00.000Z',
    history: [{ content: 'aaaaaaaa.former', time: '2029-12-31T00:00:00.000Z' }],
    verifiedTime: Date.parse('2030-01-01T00:00:00Z'),
    answeredAt: 0,
    writtenAt: undefined,
    handledRefreshRequest: undefined,
    dueAt: 60_000,
    isTold: true,
    ...record,
  };
}

/** The record of one source in its version `versionId`; null for an optional one that AWS does not have. */
export function aSource(secretId: string, versionId: string | null = 'v1', versionStage = 'AWSCURRENT'): SourceRecord {
  const version = versionId === null ? undefined : { versionId, region: 'eu-west-1' };
  return { source: { kind: 'Secret', secretId, versionStage }, version };
}

/** Deployment `shop/app` that takes Secret `payments` by `envFrom`, never rolled by us, with nothing under way. */
export function aWorkload({
  metadata = {},
  ...workload
}: Partial<Omit<Workload, 'metadata'>> & { readonly metadata?: Partial<ObjectMeta> } = {}): Workload {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    replacement: 'rolling',
    metadata: { name: 'app', namespace: 'shop', uid: 'app-uid', resourceVersion: '50', ...metadata },
    podSelector: 'app=app',
    templateAnnotations: {},
    uses: [aUse()],
    progress: { isComplete: true, isPaused: false, isStuck: false, updated: 2, desired: 2 },
    ...workload,
  };
}

export function aUse(use: Partial<SecretUse> = {}): SecretUse {
  return { secretName: 'payments', container: 'main', how: 'envFrom', optional: false, ...use };
}

/** Contents of a Secret and when each came into it, in wall-clock milliseconds; newest first. */
export function aHistory(...contents: readonly (readonly [content: string, at: number])[]): readonly ContentChange[] {
  return contents.map(([content, at]) => ({ content, time: new Date(at).toISOString() }));
}

/** Secret `payments` holds `k.b` since the start of 2030, an hour after `k.a`, and all that settled before it was seen. */
export function aChange(change: Partial<Omit<KnownChange, 'content'>> = {}): KnownChange {
  const at = Date.parse('2030-01-01T00:00:00Z');
  const { history = aHistory(['k.b', at], ['k.a', at - 3_600_000]) } = change;
  const content = history[0]?.content ?? '';
  const usual = { secretName: 'payments', restart: 'All', createdAt: undefined } as const;
  return { ...usual, knownMs: Number.POSITIVE_INFINITY, ...change, history, content };
}

/** Container `main` of pod `app-1`, that started at this wall-clock time, as soon as its volumes were set up. */
export function aContainer(
  startedAt: number,
  pod = 'app-1',
  container = 'main',
  mountedSince = startedAt,
): PodContainer {
  return { pod: { name: pod, uid: `uid-of-${pod}` }, isReplaced: true, container, mountedSince, startedAt };
}

/** Text values as the bytes that a Secret holds. */
export function bytesOf(data: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(data).map(([key, text]) => [key, new TextEncoder().encode(text)]));
}

/** The inverse of `bytesOf`. */
export function textOf(data: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(
    [...data].map(([key, bytes]) => [key, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)]),
  );
}

export interface LogLine extends LogFields {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
}

/** A log that keeps its lines. */
export function aLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const bind = (bound: LogFields): Log => {
    const at =
      (level: LogLine['level']) =>
      (event: string, fields: LogFields = {}): void => {
        lines.push({ ...bound, ...fields, level, event });
      };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: fields => bind({ ...bound, ...fields }),
    };
  };
  return { log: bind({}), lines };
}

/** A turn of a worker that never has to step aside. */
export function aTurn(log: Log, readySince: number): Turn {
  return { log, readySince, aside: pending => pending };
}
