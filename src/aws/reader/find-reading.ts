import type { SourceRequest } from '../../controller/aws-secret/ports.ts';
import type { Source } from '../../controller/aws-secret/sources/source.ts';
import { ok } from '../../controller/runtime/error.ts';
import type { Refusal, SecretValueAnswer } from '../engine/answer.ts';
import type { Lane } from '../engine/lanes.ts';
import type { FoundSecret } from '../engine/search-lane.ts';
import { digestOf, newest } from './digest.ts';
import { filledOf, type Reading, type Told, type ToldItem } from './reading.ts';
import { needOf } from './secret-reading.ts';

type FindSource = Extract<Source, { kind: 'Find' }>;

/** All secrets that a search finds. A list tells which there are; Strict asks each of them for its version too. */
export function findReading(request: SourceRequest, source: FindSource): Reading {
  const readSecret = (lane: Lane, region: string, { arn }: FoundSecret) => {
    const secret = { kind: 'Secret', secretId: arn, versionStage: 'AWSCURRENT' } as const;
    return lane.secrets.value(needOf(request, secret, region, 'value'), request);
  };
  const value: Reading['value'] = async (lane, region) => {
    const found = await lane.searches.find(source, request.freshAfter);
    if ('error' in found) return found;
    const { secrets } = found.answer;
    const all = await Promise.all(secrets.map(secret => readSecret(lane, region, secret)));
    // One that was deleted while the list has not heard of it is not there any more.
    const refusals = all.filter((asked): asked is Refusal => 'error' in asked);
    const refusal = refusals.find(({ is }) => is.reason !== 'SecretNotFound');
    if (refusal !== undefined) return refusal;
    const answers = all.flatMap((asked): SecretValueAnswer[] => ('answer' in asked ? [asked.answer] : []));
    const items = answers.map(({ name, bytes }): ToldItem => ({ name, bytes }));
    const versionId = digestOf(answers.map(answer => [answer.name, answer.versionId]));
    // One of them may have been told to somebody else before the list was.
    const observedAt = Math.min(found.answer.observedAt, ...answers.map(answer => answer.observedAt));
    return { answer: { versionId, createdTime: newest(answers.map(answer => answer.createdTime)), observedAt, items } };
  };
  const listed: Reading['version'] = async lane => {
    const found = await lane.searches.find(source, request.freshAfter);
    if ('error' in found) return found;
    const { secrets, observedAt } = found.answer;
    const versionId = digestOf(secrets.map(secret => [secret.name, secret.versionId]));
    return { answer: { versionId, createdTime: undefined, observedAt } };
  };
  const isHeld = ({ versionId }: Told): boolean => request.held === undefined || versionId === request.held.versionId;
  return {
    value,
    version: request.consistency === 'Eventual' ? listed : value,
    // That one of many was made later says nothing of the others, nor of those that are not replicated.
    async accept(lane, region, told: Told) {
      if (isHeld(told)) return true;
      // A list may lag behind the secrets themselves.
      if ('items' in told) return false;
      const full = await value(lane, region);
      return 'answer' in full && isHeld(full.answer);
    },
    fill: items => ok(filledOf(items)),
  };
}
