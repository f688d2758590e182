import type { Clock } from '../../controller/runtime/clock.ts';
import { BATCH_SIZE, type Need, type PlannedCall } from '../planner/need.ts';
import { canAnswer, plan } from '../planner/plan.ts';
import {
  type Asked,
  alwaysMoved,
  noSuchVersion,
  type Refusal,
  type SecretValueAnswer,
  type SecretVersionAnswer,
} from './answer.ts';
import { createCollector, type Inquiry } from './collector.ts';
import type { Denials } from './denials.ts';
import { type Known, keyOf } from './known.ts';
import type { ListSizes } from './list-sizes.ts';
import { createRides } from './rides.ts';
import type { Outcomes, SecretCalls } from './secret-calls.ts';

export interface SecretLaneOptions {
  readonly clock: Clock;
  readonly calls: SecretCalls;
  readonly known: Known;
  readonly denials: Denials;
  readonly listSizes: ListSizes;
  /** What will be asked for next, so that a batch need not go half empty. */
  readonly upcoming: () => Iterable<Need>;
  /** An answer that needed no call of its own. */
  readonly onShared: () => void;
}

export interface Question {
  /** Monotonic milliseconds: what was observed before is too old. */
  readonly freshAfter: number;
  /** How often it is asked; undefined: this once. */
  readonly intervalMs: number | undefined;
}

/** All that one identity asks of Secrets Manager in one region: what is asked at the same time is asked together. */
export interface SecretLane {
  version(need: Need, question: Question): Promise<Asked<SecretVersionAnswer>>;
  value(need: Need, question: Question): Promise<Asked<SecretValueAnswer>>;
}

const ANY_AGE = Number.NEGATIVE_INFINITY;
/** Whoever is told of a version while it moves on asks once more, so often. */
const TRIES = 3;
const NONE: ReadonlySet<Need> = new Set();

/** Undefined: what is known answers it now. */
type Outcome = Refusal | undefined;

interface Waiting {
  readonly inquiry: Inquiry<Need, Outcome>;
  /** Of the call that was tried before. */
  readonly refusal: Refusal | undefined;
}
type Open = ReadonlyMap<Need, Waiting>;

export function createSecretLane(options: SecretLaneOptions): SecretLane {
  const { clock, calls, known, denials, listSizes, upcoming, onShared } = options;
  const rides = createRides();
  const knowledge = { denied: denials.operations, listed: listSizes.of };
  const withoutList = { ...knowledge, listed: () => Number.POSITIVE_INFINITY };

  /** The calls for these needs, and with them for what would be asked for soon anyway. */
  const planWithCompany = (needs: readonly Need[]): readonly PlannedCall[] => {
    const taken = new Set([...[...needs, ...collector.pending()].map(keyOf), ...rides.keys()]);
    const isFree = (need: Need): boolean => !taken.has(keyOf(need)) && denials.of(need.secretId).size === 0;
    const due = needs.some(({ wants }) => wants === 'version') ? known.soonDue(isFree) : [];
    const list = plan([...needs, ...due], knowledge).find(({ operation }) => operation === 'ListSecrets');
    // A list tells of all of them at once; else the last batch is filled.
    const listable = new Set(list?.needs);
    const direct = needs.filter(need => !listable.has(need));
    const isListed = direct.length < needs.length;
    const listed = isListed ? listable : NONE;
    const batched = direct.filter(isBatchable).length;
    const room = batched === 0 ? 0 : (BATCH_SIZE - (batched % BATCH_SIZE)) % BATCH_SIZE;
    const next =
      direct.some(({ wants }) => wants === 'value') && room > 0
        ? [...upcoming()].filter(need => isFree(need) && known.value(need, ANY_AGE) === undefined)
        : [];
    const others = new Map([...next, ...due.filter(need => !listed.has(need))].map(need => [keyOf(need), need]));
    const company = [...others.values()].filter(isBatchable).slice(0, room);
    return [...(isListed && list !== undefined ? [list] : []), ...plan([...direct, ...company], withoutList)];
  };

  /** Asks for all of them; what one call cannot tell is asked by another. */
  const ask = async (open: Open, planned: readonly PlannedCall[]): Promise<void> => {
    const covered = new Set(planned.flatMap(call => call.needs));
    for (const [need, { inquiry, refusal }] of open) {
      if (!covered.has(need)) inquiry.settle(refusal ?? noSuchVersion('GetSecretValue'));
    }
    await Promise.all(planned.map(call => carryOut(call, open)));
  };

  const carryOut = async (call: PlannedCall, open: Open): Promise<void> => {
    const riders = call.needs.filter(need => !open.has(need));
    const ride = rides.board(riders, call.operation);
    const outcomes = await calls
      .make(call, at => {
        ride.started(at);
        for (const need of call.needs) open.get(need)?.inquiry.begin(at);
      })
      .finally(ride.over);
    const again = stillOpen(call, outcomes, open);
    if (again.size > 0) await ask(again, plan([...again.keys()], knowledge));
  };

  const collector = createCollector<Need, Outcome>({
    ...{ clock, onShared },
    async send(all) {
      const open = new Map(all.map(inquiry => [inquiry.question, { inquiry, refusal: undefined }]));
      await ask(open, planWithCompany([...open.keys()]));
    },
  });

  const answer = async <T>(
    need: Need,
    { freshAfter, intervalMs }: Question,
    look: () => T | undefined,
  ): Promise<Asked<T>> => {
    known.ask(need, intervalMs);
    if (look() === undefined) await rides.join(need, freshAfter);
    const found = look();
    if (found !== undefined) {
      onShared();
      return { answer: found };
    }
    for (let tries = 0; tries < TRIES; tries += 1) {
      const question = questionOf(need);
      const refusal = await collector.ask(inquiryKey(question), question, freshAfter);
      if (refusal !== undefined) return refusal;
      const told = look();
      if (told !== undefined) return { answer: told };
    }
    return alwaysMoved('GetSecretValue');
  };
  const questionOf = (need: Need): Need => ({
    ...need,
    mayLag: need.mayLag && known.isListed(need),
    excluded: denials.of(need.secretId),
  });

  return {
    version: (need, question) => answer(need, question, () => known.version(need, question.freshAfter)),
    value: (need, question) => answer(need, question, () => known.value(need, question.freshAfter)),
  };
}

/** Settles who has an answer, and gives those back whom this call could not tell. */
function stillOpen(call: PlannedCall, outcomes: Outcomes, open: Open): Open {
  const again = new Map<Need, Waiting>();
  for (const [need, outcome] of outcomes) {
    const waiting = open.get(need);
    if (waiting === undefined) continue;
    const { inquiry, refusal } = waiting;
    if (outcome.kind !== 'open') inquiry.settle(outcome.kind === 'refused' ? outcome.refusal : undefined);
    else again.set(without(need, call), { inquiry, refusal: outcome.refusal ?? refusal });
  }
  return again;
}

/** Who may not be told by a list does not join who may. */
function inquiryKey(need: Need): string {
  return `${need.wants} ${canAnswer(need, 'ListSecrets')} ${keyOf(need)}`;
}

function without(need: Need, { operation }: PlannedCall): Need {
  return { ...need, excluded: new Set([...need.excluded, operation]) };
}

function isBatchable(need: Need): boolean {
  return canAnswer(need, 'BatchGetSecretValue');
}
