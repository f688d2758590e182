import type { ObservedVersion, SourceReader, SourceRequest, SourceValue } from '../../controller/aws-secret/ports.ts';
import type { Clock } from '../../controller/runtime/clock.ts';
import { ok, type Result } from '../../controller/runtime/error.ts';
import type { Asked } from '../engine/answer.ts';
import type { Lane, Lanes } from '../engine/lanes.ts';
import { inRegion, regionOf } from '../regions/arn.ts';
import { askInOrder } from '../regions/failover.ts';
import { noRegion, refused, unavailable } from './failures.ts';
import { findReading } from './find-reading.ts';
import { createHandovers } from './handovers.ts';
import { parameterReading } from './parameter-reading.ts';
import type { Read, Reading, Told } from './reading.ts';
import { pinnedReading, secretReading } from './secret-reading.ts';

export interface ReaderOptions {
  readonly lanes: Lanes;
  readonly defaultRegions: readonly string[];
  readonly clock: Clock;
}

/** Reads from the first region that answers. Only unavailability goes on to the next: a refusal is an answer. */
export function createReader({ lanes, defaultRegions, clock }: ReaderOptions): SourceReader {
  const laneOf = ({ identity }: SourceRequest, region: string): Lane => lanes.of(identity, region);

  const handovers = createHandovers();

  const answerOf = async <T extends Told>(
    request: SourceRequest,
    readOf: (reading: Reading) => Read<T>,
  ): Promise<Result<T & { readonly region: string }>> => {
    const [primary, ...secondaries] = regionsOf(request, defaultRegions);
    if (primary === undefined) return noRegion(request);
    const reading = readingOf(request);
    const lane = laneOf(request, primary);
    const freshAfter = Math.max(request.freshAfter, handovers.since(lane, request.source) ?? request.freshAfter);
    const ofPrimary = readingOf({ ...request, freshAfter });
    const ask = (region: string): Promise<Asked<T>> =>
      readOf(region === primary ? ofPrimary : reading)(laneOf(request, region), region);
    const accept = (told: T, region: string): Promise<boolean> => reading.accept(laneOf(request, region), region, told);
    const result = await askInOrder([primary, ...secondaries], ask, accept);
    switch (result.kind) {
      case 'answered':
        if (result.region === primary) handovers.answered(lane, request.source, result.answer.observedAt);
        else handovers.left(lane, request.source, clock.monotonic());
        return ok({ ...result.answer, region: result.region });
      case 'refused':
        return refused(result.refusal, request, result.region);
      case 'unavailable':
        return unavailable(request, [primary, ...secondaries], result.refusal, result.unbelieved);
      default:
        return result satisfies never;
    }
  };

  return {
    async readVersion(request): Promise<Result<ObservedVersion>> {
      const { source, held } = request;
      if (source.kind === 'SecretVersion') {
        // A version never changes: what was read once needs no look.
        const region = held?.region ?? regionsOf(request, defaultRegions)[0];
        return region === undefined
          ? noRegion(request)
          : ok({ versionId: source.versionId, region, observedAt: clock.monotonic() });
      }
      const answer = await answerOf(request, ({ version }) => version);
      return answer.ok ? ok(versionOf(answer.value)) : answer;
    },
    async readValue(request): Promise<Result<SourceValue>> {
      const answer = await answerOf(request, ({ value }) => value);
      if (!answer.ok) return answer;
      const { items, region } = answer.value;
      const filled = readingOf(request).fill(items, region);
      return filled.ok ? ok({ ...versionOf(answer.value), items: filled.value }) : filled;
    },
    async isDeleted(request): Promise<Result<boolean>> {
      const { source, held } = request;
      const [primary] = regionsOf(request, defaultRegions);
      if (primary === undefined) return noRegion(request);
      if (source.kind !== 'Secret' && source.kind !== 'SecretVersion') return ok(false);
      const asked = await laneOf(request, primary).describe(inRegion(source.secretId, primary));
      if ('answer' in asked) return ok(asked.answer.isDeleted);
      if (asked.is.reason !== 'SecretNotFound') return refused(asked, request, primary);
      // A name that AWS does not know may be a mistake; an ARN that was read has been there.
      return ok(held !== undefined && regionOf(source.secretId) !== undefined);
    },
  };
}

function readingOf(request: SourceRequest): Reading {
  const { source } = request;
  switch (source.kind) {
    case 'Secret':
      return secretReading(request, source);
    case 'SecretVersion':
      return pinnedReading(request, source);
    case 'Parameter':
    case 'ParameterPath':
      return parameterReading(request, source);
    case 'Find':
      return findReading(request, source);
    default:
      return source satisfies never;
  }
}

function versionOf({
  versionId,
  region,
  createdTime,
  observedAt,
}: Told & { readonly region: string }): ObservedVersion {
  return { versionId, region, observedAt, ...(createdTime !== undefined && { createdTime }) };
}

/** The request's own regions, else that of its ARN before the operator's. */
export function regionsOf({ regions, source }: SourceRequest, defaults: readonly string[]): readonly string[] {
  if (regions.length > 0) return regions;
  const named = 'secretId' in source ? source.secretId : source.kind === 'Parameter' ? source.name : '';
  const own = regionOf(named);
  return own === undefined ? defaults : [own, ...defaults.filter(region => region !== own)];
}
