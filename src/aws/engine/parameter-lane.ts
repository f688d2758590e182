import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../controller/runtime/clock.ts';
import type { AwsMetrics } from '../metrics.ts';
import { PARAMETER_BATCH_SIZE } from '../planner/need.ts';
import type { ParameterAnswer, ParameterStore, ParametersPage } from '../services/ports.ts';
import { type Asked, endless, isOfWholeCall, noSuchParameter, type Refusal, untold } from './answer.ts';
import { createCollector, type Inquiry } from './collector.ts';
import type { GuardedCall } from './guarded-call.ts';
import { createKeptAnswers } from './kept-answers.ts';
import { readPages } from './pages.ts';

export interface ParameterLaneOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly service: ParameterStore;
  readonly guarded: GuardedCall;
  readonly metrics: AwsMetrics;
}

/** Parameters as a region has told them. */
export interface ParametersTold {
  readonly parameters: readonly ParameterAnswer[];
  /** Monotonic milliseconds at which they were asked for. */
  readonly observedAt: number;
}

/** What is asked for: one parameter, as `name:selector`, or all below a path. */
export type ParameterQuestion = { readonly name: string } | { readonly path: string };

/** All that one identity asks of Parameter Store in one region. Parameter Store tells no version without the value. */
export interface ParameterLane {
  read(question: ParameterQuestion, freshAfter: number): Promise<Asked<ParametersTold>>;
}

/** Ten parameters each: more than a Secret can hold. */
const MAX_PAGES = 1_000;

export function createParameterLane({ region, clock, service, guarded, metrics }: ParameterLaneOptions): ParameterLane {
  const kept = createKeptAnswers<ParametersTold>({
    clock,
    sizeOf: ({ parameters }) => parameters.reduce((sum, parameter) => sum + parameter.bytes.length, 0),
    isSame: (one, other) => isDeepStrictEqual(versionsOf(one), versionsOf(other)),
  });

  type Waiting = Inquiry<ParameterQuestion, Asked<ParametersTold>>;
  const settleAll = (waiting: readonly Waiting[], answer: Asked<ParametersTold>): void => {
    for (const inquiry of waiting) inquiry.settle(answer);
  };

  const getParameters = async (waiting: readonly Waiting[]): Promise<void> => {
    let observedAt = 0;
    const names = waiting.map(({ question }) => ('name' in question ? question.name : ''));
    const asked = await guarded(
      'GetParameters',
      false,
      () => service.getParameters(names),
      at => {
        observedAt = at;
        for (const inquiry of waiting) inquiry.begin(at);
      },
    );
    if ('error' in asked) return await refusedBatch(waiting, asked);
    const { parameters, invalid } = asked.answer;
    metrics.decrypted(region, parameters.length);
    const found = new Map(parameters.flatMap(told => idsOf(told).map(id => [id, told] as const)));
    // What is passed over in silence is not called absent: somebody may do without it if it is.
    const alone: Waiting[] = [];
    for (const [i, inquiry] of waiting.entries()) {
      const name = names[i] ?? '';
      const parameter = found.get(name);
      if (parameter === undefined && waiting.length > 1 && !invalid.includes(name)) alone.push(inquiry);
      else settleOne(inquiry, parameter, invalid.length > 0, observedAt);
    }
    await Promise.all(alone.map(inquiry => getParameters([inquiry])));
  };
  const settleOne = (
    inquiry: Waiting,
    parameter: ParameterAnswer | undefined,
    isInvalid: boolean,
    observedAt: number,
  ): void => {
    if (parameter === undefined) inquiry.settle(isInvalid ? noSuchParameter('GetParameters') : untold('GetParameters'));
    else {
      const told = { parameters: [parameter], observedAt };
      kept.keep(keyOf(inquiry.question), told);
      inquiry.settle({ answer: told });
    }
  };
  const refusedBatch = async (waiting: readonly Waiting[], refusal: Refusal): Promise<void> => {
    if (isOfWholeCall(refusal) || waiting.length === 1) return settleAll(waiting, refusal);
    // One name that AWS does not accept, or may not be read, must not fail the others.
    const half = Math.ceil(waiting.length / 2);
    await Promise.all([getParameters(waiting.slice(0, half)), getParameters(waiting.slice(half))]);
  };

  const getByPath = async (inquiry: Waiting, path: string): Promise<void> => {
    const parameters: ParameterAnswer[] = [];
    const pages = await readPages<ParametersPage>({
      read: (nextToken, onStart) =>
        guarded('GetParametersByPath', false, () => service.getParametersByPath(path, nextToken), onStart),
      take: page => parameters.push(...page.parameters),
      most: MAX_PAGES,
      onStart: inquiry.begin,
    });
    if ('error' in pages) return inquiry.settle(pages);
    if (!pages.answer.isWhole) return inquiry.settle(endless('GetParametersByPath'));
    metrics.decrypted(region, parameters.length);
    const told = { parameters, observedAt: pages.answer.observedAt };
    kept.keep(keyOf(inquiry.question), told);
    inquiry.settle({ answer: told });
  };

  const collector = createCollector<ParameterQuestion, Asked<ParametersTold>>({
    clock,
    onShared: () => metrics.shared(region),
    async send(all) {
      const calls: Promise<void>[] = [];
      const single = all.filter(({ question }) => 'name' in question);
      for (let first = 0; first < single.length; first += PARAMETER_BATCH_SIZE) {
        calls.push(getParameters(single.slice(first, first + PARAMETER_BATCH_SIZE)));
      }
      for (const inquiry of all) if ('path' in inquiry.question) calls.push(getByPath(inquiry, inquiry.question.path));
      await Promise.all(calls);
    },
  });

  return {
    async read(question, freshAfter) {
      const key = keyOf(question);
      const known = kept.get(key, freshAfter);
      if (known !== undefined) {
        metrics.shared(region);
        return { answer: known };
      }
      return await collector.ask(key, question, freshAfter);
    },
  };
}

function keyOf(question: ParameterQuestion): string {
  return 'name' in question ? `name ${question.name}` : `path ${question.path}`;
}

function versionsOf({ parameters }: ParametersTold): readonly unknown[] {
  return parameters.map(({ name, version, createdTime }) => [name, version, createdTime]);
}

/** Every way in which a parameter may have been asked for. */
function idsOf({ name, arn, selector = '' }: ParameterAnswer): readonly string[] {
  return [name + selector, arn + selector];
}
