import { refreshDelayMs } from '../../controller/runtime/schedule.ts';
import { type Need, type Operation, PARAMETER_BATCH_SIZE } from './need.ts';
import { plan } from './plan.ts';
import { pagesOf } from './prices.ts';

/** What AWS counts of some calls. */
export interface Usage {
  readonly calls: number;
  /** Calls that have a price: `least` if AWS counts a batch as one, `most` if it counts each secret in it. */
  readonly priced: { readonly least: number; readonly most: number };
  readonly decryptions: number;
  /** Entries in CloudTrail. */
  readonly records: number;
}

/** A way of reading many secrets or parameters again and again, under one identity in one region. */
export interface Mode {
  readonly title: string;
  /** For so many of them, once. */
  readonly once: (count: number) => Usage;
  /** How often in a month. */
  readonly times: number;
}

export const MONTH_DAYS = 30;
const MINUTE_MS = 60_000;
const MONTH_MS = MONTH_DAYS * 24 * 60 * MINUTE_MS;

/** All that the operator does, and what one call for each secret would be. */
export const MODES: readonly Mode[] = [
  { title: 'Eventual, 1m', once: versions({ mayLag: true }), times: refreshes(1) },
  { title: 'Eventual, 10m', once: versions({ mayLag: true }), times: refreshes(10) },
  { title: 'Strict, 1m', once: versions({ mayLag: false }), times: refreshes(1) },
  { title: 'Strict, 10m', once: versions({ mayLag: false }), times: refreshes(10) },
  { title: 'Parameter Store, 1m', once: parameters, times: refreshes(1) },
  { title: 'Parameter Store, 10m', once: parameters, times: refreshes(10) },
  { title: 'on top, if each changes once a day', once: values, times: MONTH_DAYS },
  { title: 'for comparison: one GetSecretValue each, every minute', once: oneByOne, times: MONTH_MS / MINUTE_MS },
];

/** The versions of so many secrets, by the calls that the planner chooses where some are denied. */
export function versions(need: Pick<Need, 'mayLag'>, denied: readonly Operation[] = []): Mode['once'] {
  return secrets => planned(secrets, { wants: 'version', ...need }, denied);
}

/** Of a mode, over a month of 30 days. */
export function monthOf({ once, times }: Pick<Mode, 'once' | 'times'>, count: number): Usage {
  const { calls, priced, decryptions, records } = once(count);
  return {
    calls: calls * times,
    priced: { least: priced.least * times, most: priced.most * times },
    decryptions: decryptions * times,
    records: records * times,
  };
}

/** In a month. The first of many that is due asks for all: each refresh comes after the shortest delay that there is. */
export function refreshes(minutes: number): number {
  return MONTH_MS / refreshDelayMs(minutes * MINUTE_MS, () => 0);
}

function values(secrets: number): Usage {
  return planned(secrets, { wants: 'value', mayLag: false }, []);
}

/** A batch is an entry, and so is each secret in it (API reference, BatchGetSecretValue); each decryption is one of KMS. */
function planned(secrets: number, part: Pick<Need, 'wants' | 'mayLag'>, denied: readonly Operation[]): Usage {
  const shared = { version: { stage: 'AWSCURRENT' }, excluded: new Set<Operation>(), isFirst: false, ...part };
  const needs = Array.from({ length: secrets }, (_, i): Need => ({ secretId: `prod/secret-${i}`, ...shared }));
  let [calls, batches, batched, decryptions] = [0, 0, 0, 0];
  // The account has no others of that prefix.
  for (const { operation, needs: told } of plan(needs, { denied: new Set(denied), listed: () => secrets })) {
    const isBatch = operation === 'BatchGetSecretValue';
    calls += operation === 'ListSecrets' ? pagesOf(secrets) : 1;
    batches += Number(isBatch);
    batched += isBatch ? told.length : 0;
    decryptions += isBatch || operation === 'GetSecretValue' ? told.length : 0;
  }
  const priced = { least: calls, most: calls - batches + batched };
  return { calls, priced, decryptions, records: calls + batched + decryptions };
}

/** Parameter Store has no price at standard throughput; each parameter is taken for an encrypted one. */
function parameters(count: number): Usage {
  const calls = Math.ceil(count / PARAMETER_BATCH_SIZE);
  return { calls, priced: { least: 0, most: 0 }, decryptions: count, records: calls + count };
}

function oneByOne(secrets: number): Usage {
  return { calls: secrets, priced: { least: secrets, most: secrets }, decryptions: secrets, records: 2 * secrets };
}
