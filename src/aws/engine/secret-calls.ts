import { classify, errorCode } from '../classify.ts';
import type { AwsMetrics } from '../metrics.ts';
import { type Need, type Operation, PAGE_SIZE, type PlannedCall } from '../planner/need.ts';
import { idsOf } from '../regions/arn.ts';
import type { ListedSecret, ListPage, SecretAnswer, SecretsManager } from '../services/ports.ts';
import { codeError, isOfWholeCall, noSuchVersion, type Refusal, versionIn } from './answer.ts';
import type { Denials } from './denials.ts';
import type { GuardedCall } from './guarded-call.ts';
import { type Known, keyOf } from './known.ts';
import type { ListSizes } from './list-sizes.ts';
import { readPages } from './pages.ts';

/** `told`: what is known answers it now. `open`: this call cannot tell, perhaps another can. */
export type CallOutcome =
  | { readonly kind: 'told' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'open'; readonly refusal?: Refusal };

export type Outcomes = ReadonlyMap<Need, CallOutcome>;

/** Carries out planned calls, and notes what they tell. Never rejects. */
export interface SecretCalls {
  /** `onStart` is told of the moment from which on its answer is true. */
  make(call: PlannedCall, onStart: (startedAt: number) => void): Promise<Outcomes>;
}

export interface SecretCallsOptions {
  readonly region: string;
  readonly service: SecretsManager;
  readonly guarded: GuardedCall;
  readonly known: Known;
  readonly denials: Denials;
  readonly listSizes: ListSizes;
  readonly metrics: AwsMetrics;
  readonly onDenied: (operation: Operation) => void;
}

const TOLD: CallOutcome = { kind: 'told' };
const OPEN: CallOutcome = { kind: 'open' };

export function createSecretCalls(options: SecretCallsOptions): SecretCalls {
  const { region, service, guarded, known, denials, listSizes, metrics } = options;

  const learnDenied = (operation: Operation, secretId?: string): void => {
    if (!denials.learn(operation, secretId)) return;
    metrics.denied(operation, region);
    options.onDenied(operation);
  };
  const all = (needs: readonly Need[], outcome: CallOutcome): Outcomes => new Map(needs.map(need => [need, outcome]));
  const isFirst = (needs: readonly Need[]): boolean => needs.some(need => need.isFirst);

  const learnValue = (need: Need, answer: SecretAnswer, observedAt: number): CallOutcome => {
    const { name, versionId, createdTime, bytes } = answer;
    known.learnValue(need, { name, versionId, createdTime, bytes, previous: undefined, observedAt });
    return TOLD;
  };
  const getValue = async (need: Need, onStart: (at: number) => void): Promise<Outcomes> => {
    let observedAt = 0;
    const asked = await guarded(
      'GetSecretValue',
      need.isFirst,
      () => service.getValue(need.secretId, need.version),
      at => {
        observedAt = at;
        onStart(at);
      },
    );
    if ('error' in asked) return new Map([[need, { kind: 'refused', refusal: asked }]]);
    metrics.decrypted(region, 1);
    return new Map([[need, learnValue(need, asked.answer, observedAt)]]);
  };

  const describe = async (need: Need, onStart: (at: number) => void): Promise<Outcomes> => {
    let observedAt = 0;
    const asked = await guarded(
      'DescribeSecret',
      need.isFirst,
      () => service.describe(need.secretId),
      at => {
        observedAt = at;
        onStart(at);
      },
    );
    if ('answer' in asked) {
      const told = versionIn(asked.answer, need, observedAt);
      if (told === undefined) return all([need], { kind: 'refused', refusal: noSuchVersion('DescribeSecret') });
      known.learnVersion(need, told);
      return all([need], TOLD);
    }
    if (asked.is.reason !== 'AccessDenied') return new Map([[need, { kind: 'refused', refusal: asked }]]);
    learnDenied('DescribeSecret', need.secretId);
    return new Map([[need, { kind: 'open', refusal: asked }]]);
  };

  const batch = async (needs: readonly Need[], onStart: (at: number) => void): Promise<Outcomes> => {
    let observedAt = 0;
    const asked = await guarded(
      'BatchGetSecretValue',
      isFirst(needs),
      () => service.batchGetValue([...new Set(needs.map(({ secretId }) => secretId))]),
      at => {
        observedAt = at;
        onStart(at);
      },
    );
    if ('error' in asked) return await refusedBatch(needs, asked, onStart);
    const { values, errors } = asked.answer;
    metrics.decrypted(region, values.length);
    const byId = new Map(values.flatMap(value => idsOf(value).map(id => [id, value] as const)));
    const codes = new Map(errors.map(({ secretId, code }) => [secretId, code]));
    return new Map(
      needs.map(need => {
        const value = byId.get(need.secretId);
        if (value !== undefined) return [need, learnValue(need, value, observedAt)];
        const code = codes.get(need.secretId);
        return [need, code === undefined ? OPEN : refusedInBatch(code)];
      }),
    );
  };
  /** Which of them is to blame is found out by halves; one alone is asked for in another way. */
  const refusedBatch = async (
    needs: readonly Need[],
    refusal: Refusal,
    onStart: (at: number) => void,
  ): Promise<Outcomes> => {
    if (refusal.is.reason === 'AccessDenied') {
      learnDenied('BatchGetSecretValue');
      return all(needs, { kind: 'open', refusal });
    }
    if (isOfWholeCall(refusal)) return all(needs, { kind: 'refused', refusal });
    if (needs.length === 1) return all(needs, OPEN);
    const half = Math.ceil(needs.length / 2);
    const halves = await Promise.all([batch(needs.slice(0, half), onStart), batch(needs.slice(half), onStart)]);
    return new Map(halves.flatMap(outcomes => [...outcomes]));
  };

  const list = async (
    { needs, namePrefixes }: Extract<PlannedCall, { operation: 'ListSecrets' }>,
    onStart: (at: number) => void,
  ): Promise<Outcomes> => {
    /** By key: whether the list has told of it, and not only had it. */
    const seen = new Map<string, boolean>();
    let count = 0;
    const pages = await readPages<ListPage>({
      read: (nextToken, onStart) => {
        const send = () => service.list({ namePrefixes, tagKeys: [] }, nextToken);
        return guarded('ListSecrets', isFirst(needs), send, onStart);
      },
      take({ secrets }, observedAt) {
        count += secrets.length;
        for (const secret of secrets) learnListed(secret, observedAt, seen);
      },
      most: mostPages(needs.length),
      onStart,
    });
    if ('answer' in pages) {
      const { isWhole } = pages.answer;
      listSizes.learn(namePrefixes, isWhole ? count : 2 * Math.max(count, pages.answer.count * PAGE_SIZE));
      if (isWhole) needs.filter(need => !seen.has(keyOf(need))).forEach(known.learnUnlisted);
    } else if (pages.is.reason === 'AccessDenied') learnDenied('ListSecrets');
    // What AWS does not like about the list says nothing of the secrets.
    const isFinal = 'error' in pages && isOfWholeCall(pages);
    const untold: CallOutcome = isFinal ? { kind: 'refused', refusal: pages } : OPEN;
    return new Map(needs.map(need => [need, seen.get(keyOf(need)) === true ? TOLD : untold]));
  };
  const learnListed = (secret: ListedSecret, observedAt: number, seen: Map<string, boolean>): void => {
    const asked = idsOf(secret).flatMap(known.stagesOf);
    if (asked.length === 0) known.hear(secret, observedAt);
    for (const need of asked) {
      const version = versionIn(secret, need, observedAt);
      seen.set(keyOf(need), version !== undefined && known.learnListed(need, version));
    }
  };

  return {
    async make(call, onStart) {
      switch (call.operation) {
        case 'ListSecrets':
          return await list(call, onStart);
        case 'BatchGetSecretValue':
          return await batch(call.needs, onStart);
        case 'DescribeSecret':
        case 'GetSecretValue': {
          const one = call.operation === 'DescribeSecret' ? describe : getValue;
          const outcomes = await Promise.all(call.needs.map(need => one(need, onStart)));
          return new Map(outcomes.flatMap(found => [...found]));
        }
        default:
          return call satisfies never;
      }
    },
  };
}

/** What AWS says of one secret within a batch; a code that it does not know says nothing yet. */
function refusedInBatch(code: string): CallOutcome {
  const error = codeError(code);
  const is = classify(error);
  const isKnown = is.reason !== 'InvalidReference' && errorCode(error) !== 'NoAnswer';
  return isKnown ? { kind: 'refused', refusal: { error, is, operation: 'GetSecretValue' } } : OPEN;
}

/** A list that turns out far longer than what it spares is broken off, and not begun again soon. */
function mostPages(needs: number): number {
  return Math.max(2, 2 * needs);
}
