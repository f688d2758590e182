import type { SourceItem, SourceRequest } from '../../controller/aws-secret/ports.ts';
import type { Source } from '../../controller/aws-secret/sources/source.ts';
import { ok, type Result } from '../../controller/runtime/error.ts';
import type { Asked, SecretValueAnswer } from '../engine/answer.ts';
import type { Need } from '../planner/need.ts';
import { inRegion } from '../regions/arn.ts';
import { isBelieved } from '../regions/replica.ts';
import type { SecretMetadata } from '../services/ports.ts';
import { emptyValue } from './failures.ts';
import { filledOf, type Reading, type ToldItem, type ToldValue } from './reading.ts';

type SecretSource = Extract<Source, { kind: 'Secret' }>;
type PinnedSource = Extract<Source, { kind: 'SecretVersion' }>;

/** A secret by its stage. */
export function secretReading(request: SourceRequest, source: SecretSource): Reading {
  const need = (region: string, wants: Need['wants']): Need => needOf(request, source, region, wants);
  return {
    version: (lane, region) => lane.secrets.version(need(region, 'version'), request),
    value: async (lane, region) => toldValue(await lane.secrets.value(need(region, 'value'), request)),
    async accept(lane, region, told) {
      if ('items' in told && hasNoValue(told.items as readonly ToldItem[])) return false;
      const { versionId } = told;
      if (isBelieved({ versionId, previous: told.previous }, request)) return true;
      const secretId = inRegion(source.secretId, region);
      const described = await lane.describe(secretId);
      const previous = 'answer' in described ? previousOf(described.answer, versionId) : undefined;
      if (isBelieved({ versionId, previous }, request)) return true;
      const read = await lane.read(secretId, versionId);
      if ('error' in read || !isBelieved({ versionId, createdTime: read.answer.createdTime }, request)) return false;
      // One that never had ours may have been sent an older one late.
      return request.held === undefined || 'answer' in (await lane.read(secretId, request.held.versionId));
    },
    fill: (items, region) => filled(items, source, region),
  };
}

/** A secret by its version, which never changes. */
export function pinnedReading(request: SourceRequest, source: PinnedSource): Reading {
  const { secretId, versionId } = source;
  const need = (region: string): Need => ({
    ...{ secretId: inRegion(secretId, region), version: { versionId }, wants: 'value', mayLag: false },
    ...{ excluded: new Set(), isFirst: request.held === undefined },
  });
  const value: Reading['value'] = async (lane, region) =>
    toldValue(await lane.secrets.value(need(region), { ...request, intervalMs: undefined }));
  return {
    value,
    version: value,
    accept: async () => !request.wasAbsent,
    fill: (items, region) => filled(items, source, region),
  };
}

/** The need that a request for a secret comes down to, in a region. */
export function needOf(request: SourceRequest, source: SecretSource, region: string, wants: Need['wants']): Need {
  return {
    secretId: inRegion(source.secretId, region),
    version: { stage: source.versionStage },
    wants,
    mayLag: request.consistency === 'Eventual',
    excluded: new Set(),
    isFirst: request.held === undefined,
  };
}

/** What a current version follows upon, as far as a description of that same moment tells. */
function previousOf({ stages }: SecretMetadata, versionId: string): string | undefined {
  return stages.get('AWSCURRENT') === versionId ? stages.get('AWSPREVIOUS') : undefined;
}

function toldValue(asked: Asked<SecretValueAnswer>): Asked<ToldValue> {
  if ('error' in asked) return asked;
  const { name, bytes, ...told } = asked.answer;
  return { answer: { ...told, items: [{ name, bytes }] } };
}

function hasNoValue(items: readonly ToldItem[]): boolean {
  return items.some(({ bytes }) => bytes === undefined);
}

function filled(items: readonly ToldItem[], source: Source, region: string): Result<readonly SourceItem[]> {
  const full = filledOf(items);
  return full.length < items.length ? emptyValue(source, region) : ok(full);
}
