import { withBlocks } from '../../crds/reference/blocks.ts';
import { code, table } from '../../crds/reference/markdown.ts';
import { MODES, monthOf, refreshes, type Usage, versions } from '../planner/month.ts';
import type { Operation } from '../planner/need.ts';
import { CALL_PRICE, DECRYPTION_PRICE, INTERACTION_PRICE, RECORD_PRICE } from '../planner/prices.ts';

const COUNTS = [100, 1_000, 10_000] as const;
const COUNTED = ['calls', 'decryptions', 'audit records', 'for calls', 'for KMS', 'a second trail'] as const;

/** Each `<!-- cost: name -->` block of a page, by its name. */
const TABLES: Readonly<Record<string, () => string>> = {
  prices: () =>
    table(
      ['what', 'US dollars'],
      [
        ['10,000 calls of Secrets Manager', dollars(10_000 * CALL_PRICE)],
        ['10,000 requests to KMS', dollars(10_000 * DECRYPTION_PRICE)],
        ['100,000 management events in a further trail', dollars(100_000 * RECORD_PRICE)],
        ['10,000 interactions with Parameter Store at higher throughput', dollars(10_000 * INTERACTION_PRICE)],
      ],
    ),
  months: () =>
    table(
      ['secrets', 'mode', ...COUNTED],
      COUNTS.flatMap(count =>
        MODES.map(mode => [count.toLocaleString('en-US'), mode.title, ...cells(monthOf(mode, count))]),
      ),
    ),
  denied: () =>
    table(
      ['consistency', 'denied', ...COUNTED],
      DENIED.map(({ consistency, denied }) => {
        const once = versions({ mayLag: consistency === 'Eventual' }, denied);
        return [consistency, denied.map(code).join(', '), ...cells(monthOf({ once, times: refreshes(1) }, 1_000))];
      }),
    ),
};

const DENIED: readonly { readonly consistency: 'Eventual' | 'Strict'; readonly denied: readonly Operation[] }[] = [
  { consistency: 'Eventual', denied: [] },
  { consistency: 'Eventual', denied: ['ListSecrets'] },
  { consistency: 'Eventual', denied: ['ListSecrets', 'BatchGetSecretValue'] },
  { consistency: 'Strict', denied: [] },
  { consistency: 'Strict', denied: ['BatchGetSecretValue'] },
  { consistency: 'Strict', denied: ['BatchGetSecretValue', 'DescribeSecret'] },
];

/** A page written by hand, with the tables of its blocks written anew. Throws when a block names no table, or has no end. */
export function withCostTables(page: string): string {
  return withBlocks(page, 'cost', name => {
    const render = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
    if (render === undefined) throw new Error(`${name} is no table of costs; correct the block`);
    return render();
  });
}

function cells({ calls, priced, decryptions, records }: Usage): readonly string[] {
  const [least, most] = [dollars(priced.least * CALL_PRICE), dollars(priced.most * CALL_PRICE)];
  return [
    ...[calls, decryptions, records].map(rounded),
    least === most ? least : `${least} to ${most}`,
    dollars(decryptions * DECRYPTION_PRICE),
    dollars(records * RECORD_PRICE),
  ];
}

/** To three digits: the rest is not what somebody should rely on. */
function rounded(count: number): string {
  return count.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

function dollars(amount: number): string {
  return amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}
