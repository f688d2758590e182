import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../../test/support/hostile.ts';
import { inRegion, regionOf } from './arn.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const madeOf = (text: string, characters: string): boolean =>
  text !== '' && [...text].every(character => characters.includes(character));

/** The region of an ARN, told part by part. */
function model(id: string): string | undefined {
  const [arn, partition = '', service, region = '', ...rest] = id.split(':');
  const words = region.split('-');
  const number = words.pop() ?? '';
  const [first = ''] = words;
  const isRegion =
    words.length >= 2 && first.length >= 2 && words.every(w => madeOf(w, LETTERS)) && madeOf(number, '0123456789');
  const tail = rest.join(':');
  const isWhole = rest.length > 0 && tail !== '' && !/[\n\r\u2028\u2029]/.test(tail);
  const isArn = arn === 'arn' && madeOf(partition, `${LETTERS}-`) && ['secretsmanager', 'ssm'].includes(service ?? '');
  return isArn && isRegion && isWhole ? region : undefined;
}

const region = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('eu-west-1', 'us-gov-west-1', 'ap-southeast-13') },
  fc.constantFrom('', 'eu', 'e-west-1', 'eu-west-', 'eu--1', 'EU-WEST-1', 'eu-west-1 '),
);
const part = fc.oneof(
  fc.constantFrom('1', 'secret', 'prod/db-AbCdEf', 'arn:aws:secretsmanager:eu-west-1'),
  hostileText,
);
const id = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('arn', 'arn', 'ARN', ''),
      fc.constantFrom('aws', 'aws-cn', '-', 'AWS', ''),
      fc.constantFrom('secretsmanager', 'ssm', 'iam', ''),
      region,
      fc.array(part, { maxLength: 3 }),
    )
    .map(([arn, partition, service, region, parts]) => [arn, partition, service, region, ...parts].join(':')),
  hostileText,
);

test('an ARN has the region that its parts tell, and only that is ever exchanged', () => {
  fc.assert(
    fc.property(id, region, (id, other) => {
      const own = model(id);
      expect(regionOf(id)).toBe(own);
      const parts = id.split(':');
      expect(inRegion(id, other)).toBe(
        own === undefined ? id : [...parts.slice(0, 3), other, ...parts.slice(4)].join(':'),
      );
      if (own !== undefined && model(inRegion(id, other)) !== undefined) {
        expect(inRegion(inRegion(id, other), own)).toBe(id);
      }
    }),
    { numRuns: 500 },
  );
});

test('no text of the length that the API takes keeps it busy', () => {
  for (const piece of ['a-', 'a', '-', 'arn:', 'aa-a-1', ':']) {
    const id = `arn:aws:secretsmanager:aa-${piece.repeat(1_000)}`;
    expect(regionOf(id)).toBe(model(id));
  }
});
