import { nameOf } from '../regions/arn.ts';
import { BATCH_SIZE, isCurrent, type Knowledge, type Need, type Operation, type PlannedCall } from './need.ts';
import { prefixesOf } from './prefixes.ts';
import { priceOf } from './prices.ts';

/** Calls that ask for a secret by its id, the one with the fewest side effects first. */
const DIRECT = ['DescribeSecret', 'GetSecretValue', 'BatchGetSecretValue'] as const;

/**
 * The cheapest calls that answer every need. Each need is in one call that can answer it, or in none where every such
 * call has been tried: that need has no answer. What nobody holds yet comes first.
 */
export function plan(needs: readonly Need[], knowledge: Knowledge): readonly PlannedCall[] {
  const left = [...needs].sort((a, b) => Number(b.isFirst) - Number(a.isFirst));
  const values = left.filter(need => need.wants === 'value');
  const versions = left.filter(need => need.wants === 'version');
  return [...planValues(values, knowledge), ...planVersions(versions, knowledge)];
}

/** Calls that can answer a need, whatever they cost. */
export function canAnswer(need: Need, operation: Operation): boolean {
  if (need.excluded.has(operation)) return false;
  const hasStage = 'stage' in need.version;
  switch (operation) {
    case 'GetSecretValue':
      return true;
    case 'BatchGetSecretValue':
      return isCurrent(need.version);
    case 'DescribeSecret':
      return need.wants === 'version' && hasStage;
    case 'ListSecrets':
      return need.wants === 'version' && hasStage && need.mayLag;
    default:
      return operation satisfies never;
  }
}

/** In batches, and singly what a batch cannot give; one alone is had for the same price, and needs less permission. */
function planValues(needs: readonly Need[], { denied }: Knowledge): readonly PlannedCall[] {
  const isOpen = (need: Need, operation: Operation): boolean => canAnswer(need, operation) && !denied.has(operation);
  const batched = needs.filter(need => isOpen(need, 'BatchGetSecretValue'));
  const together = batched.length > 1 ? batched : [];
  const single = needs.filter(need => !together.includes(need));
  return [...inBatches(together), ...single.flatMap(need => singly(need, denied, DIRECT))];
}

/** One list, or batches, or one call for each; what cannot be had in the cheapest way is had in the next. */
function planVersions(needs: readonly Need[], knowledge: Knowledge): readonly PlannedCall[] {
  const { denied, listed } = knowledge;
  const isOpen = (need: Need, operation: Operation): boolean => canAnswer(need, operation) && !denied.has(operation);
  const listable = needs.filter(need => isOpen(need, 'ListSecrets'));
  const namePrefixes = prefixesOf(listable.map(({ secretId }) => nameOf(secretId)));
  const listPrice = priceOf('ListSecrets', listable.length, listed(namePrefixes) ?? listable.length);
  const isOnlyListed = listable.some(need => !DIRECT.some(operation => canAnswer(need, operation)));
  const isListed = isOnlyListed || (listable.length > 0 && listPrice < directPrice(listable, knowledge));
  const direct = isListed ? needs.filter(need => !listable.includes(need)) : needs;
  const batchable = direct.filter(need => isOpen(need, 'BatchGetSecretValue'));
  const describable = batchable.filter(need => isOpen(need, 'DescribeSecret'));
  const isBatched = batchedIsCheaper(batchable.length, describable.length);
  const together = isBatched ? batchable : [];
  const single = direct.filter(need => !together.includes(need));
  return [
    ...(isListed ? [{ operation: 'ListSecrets', needs: listable, namePrefixes } as const] : []),
    ...inBatches(together),
    ...single.flatMap(need => singly(need, denied, DIRECT)),
  ];
}

/** What the same needs cost without a list. */
function directPrice(needs: readonly Need[], { denied }: Knowledge): number {
  const isOpen = (need: Need, operation: Operation): boolean => canAnswer(need, operation) && !denied.has(operation);
  const batchable = needs.filter(need => isOpen(need, 'BatchGetSecretValue'));
  const rest = needs.length - batchable.length;
  const describable = batchable.filter(need => isOpen(need, 'DescribeSecret')).length;
  const batched = batchedIsCheaper(batchable.length, describable)
    ? priceOf('BatchGetSecretValue', batchable.length, 0)
    : priceOf('DescribeSecret', batchable.length, 0);
  return batched + priceOf('DescribeSecret', rest, 0);
}

function batchedIsCheaper(batchable: number, describable: number): boolean {
  if (batchable === 0) return false;
  if (describable < batchable) return batchable > 1;
  return priceOf('BatchGetSecretValue', batchable, 0) < priceOf('DescribeSecret', batchable, 0);
}

function inBatches(needs: readonly Need[]): readonly PlannedCall[] {
  const calls: PlannedCall[] = [];
  for (let first = 0; first < needs.length; first += BATCH_SIZE) {
    calls.push({ operation: 'BatchGetSecretValue', needs: needs.slice(first, first + BATCH_SIZE) });
  }
  return calls;
}

/** A call that is denied is tried all the same where there is no other: its refusal says what is missing. */
function singly(
  need: Need,
  denied: ReadonlySet<Operation>,
  operations: readonly Exclude<Operation, 'ListSecrets'>[],
): readonly PlannedCall[] {
  const open = operations.filter(candidate => canAnswer(need, candidate));
  const operation = open.find(candidate => !denied.has(candidate)) ?? open[0];
  return operation === undefined ? [] : [{ operation, needs: [need] }];
}
