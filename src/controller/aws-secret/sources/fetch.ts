import type { AwsSecret } from '../../../crds/aws-secret.ts';
import type { Result, SyncError } from '../../runtime/error.ts';
import type { SourceReader, SourceReference, SourceVersion } from '../ports.ts';
import type { SourceRecord, SyncRecord } from '../record.ts';
import { sourceKey, sourceReferences } from './references.ts';
import type { SourceBytes } from './select.ts';

export interface SourceFailure {
  readonly secretId: string;
  readonly versionStage: string;
  readonly error: SyncError;
}

export type Verification =
  | { readonly kind: 'same'; readonly sources: readonly SourceRecord[] }
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly failures: readonly SourceFailure[] };

export type Fetched =
  | { readonly kind: 'fetched'; readonly sources: readonly SourceRecord[]; readonly bytes: SourceBytes }
  | { readonly kind: 'failed'; readonly failures: readonly SourceFailure[] };

/** Asks AWS whether every source still has the version of `record`. Reads no value. */
export async function verifySources(
  reader: SourceReader,
  awsSecret: AwsSecret,
  record: SyncRecord,
): Promise<Verification> {
  const answers = await readAll(awsSecret, record, reference => reader.readVersion(reference));
  if (answers.failures.length > 0) return { kind: 'failed', failures: answers.failures };
  const known = new Map(record.sources.map(source => [source.key, source.version]));
  const isSame = answers.found.every(
    ({ record: { key, version } }) => known.get(key)?.versionId === version?.versionId,
  );
  if (!isSame) return { kind: 'moved' };
  // What only a read of the value tells stays; the region is the one that answered now.
  const merge = ({ record: source }: { record: SourceRecord }): SourceRecord => ({
    ...source,
    version: source.version && { ...known.get(source.key), ...source.version },
  });
  return { kind: 'same', sources: answers.found.map(merge) };
}

/** Reads every source whole. All or nothing: one failure fails all, so that no Secret is ever written in part. */
export async function fetchSources(
  reader: SourceReader,
  awsSecret: AwsSecret,
  record: SyncRecord | undefined,
): Promise<Fetched> {
  const answers = await readAll(awsSecret, record, reference => reader.readValue(reference));
  if (answers.failures.length > 0) return { kind: 'failed', failures: answers.failures };
  return {
    kind: 'fetched',
    sources: answers.found.map(answer => answer.record),
    bytes: new Map(answers.found.map(({ record, answer }) => [record.key, answer?.bytes])),
  };
}

interface Answers<T> {
  readonly found: readonly { readonly record: SourceRecord; readonly answer: T | undefined }[];
  readonly failures: readonly SourceFailure[];
}

type Read<T> = (reference: SourceReference) => Promise<Result<T>>;

async function readAll<T extends SourceVersion>(
  awsSecret: AwsSecret,
  record: SyncRecord | undefined,
  read: Read<T>,
): Promise<Answers<T>> {
  const references = sourceReferences(awsSecret);
  const heldBy = new Map(record?.sources.map(source => [source.key, source.version?.versionId]));
  const results = await Promise.all(
    references.map(reference => {
      const held = heldBy.get(sourceKey(reference));
      return read(held === undefined ? reference : { ...reference, held });
    }),
  );
  const found: { record: SourceRecord; answer: T | undefined }[] = [];
  const failures: SourceFailure[] = [];
  for (const [index, { secretId, versionStage }] of references.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    const key = sourceKey({ secretId, versionStage });
    if (result.ok) {
      const answer = result.value;
      const { versionId, region, createdTime } = answer;
      const version = { versionId, region, ...(createdTime !== undefined && { createdTime }) };
      found.push({ record: { key, secretId, versionStage, version }, answer });
    } else if (result.error.reason === 'SecretNotFound' && isOptional(awsSecret, key)) {
      found.push({ record: { key, secretId, versionStage, version: undefined }, answer: undefined });
    } else {
      failures.push({ secretId, versionStage, error: result.error });
    }
  }
  return { found, failures };
}

/** Whether every use of a source is by an optional entry. */
function isOptional({ spec }: AwsSecret, key: string): boolean {
  const isWhole = (spec.dataFrom ?? []).some(entry => sourceKey(entry) === key);
  return !isWhole && (spec.data ?? []).every(entry => entry.optional || sourceKey(entry) !== key);
}
