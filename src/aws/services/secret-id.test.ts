import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from './secret-id.ts';

const HEAD = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';
const db = { arn: `${HEAD}prod/db-AbCd12`, name: 'prod/db' };
/** A secret whose name ends as a complete ARN does. */
const odd = { arn: `${HEAD}prod/db-AbCd12-XyZ789`, name: 'prod/db-AbCd12' };

const rows = [
  { why: 'its name', id: 'prod/db', of: db, is: true },
  { why: 'its ARN', id: db.arn, of: db, is: true },
  { why: 'its ARN without the six characters', id: `${HEAD}prod/db`, of: db, is: true },
  { why: 'another name', id: 'prod/d', of: db, is: false },
  { why: 'a name in other letters', id: 'Prod/DB', of: db, is: false },
  { why: 'an ARN that ends within the name', id: `${HEAD}prod/d`, of: db, is: false },
  { why: 'an ARN that ends with the hyphen', id: `${HEAD}prod/db-`, of: db, is: false },
  { why: 'an ARN that ends within the six characters', id: `${HEAD}prod/db-AbC`, of: db, is: false },
  { why: 'the ARN in another region', id: db.arn.replace('eu-west-1', 'us-east-1'), of: db, is: false },
  { why: 'the ARN in another account', id: db.arn.replace('123456789012', '210987654321'), of: db, is: false },
  { why: 'the name with the six characters', id: 'prod/db-AbCd12', of: db, is: false },
  { why: 'the partial ARN of one whose name begins the same', id: `${HEAD}prod`, of: db, is: false },
  { why: 'a name that ends like an ARN', id: odd.name, of: odd, is: true },
  { why: 'the ARN of a name that ends like one', id: odd.arn, of: odd, is: true },
  { why: 'what looks complete is: for AWS too it is no partial ARN', id: db.arn, of: odd, is: false },
  { why: 'nothing', id: '', of: db, is: false },
  { why: 'nothing, where AWS named no ARN', id: 'arn:', of: { arn: '', name: '' }, is: false },
];

test.each(rows)('$why: $is', ({ id, of, is }) => {
  expect(matches(id, of)).toBe(is);
});

test('of two secrets one id never stands for both, whatever their names', () => {
  const name = fc.stringMatching(/^[a-z/-]{1,12}(-[A-Za-z0-9]{6})?$/);
  const suffix = fc.stringMatching(/^[A-Za-z0-9]{6}$/);
  const secret = fc.tuple(name, suffix).map(([own, end]) => ({ arn: `${HEAD}${own}-${end}`, name: own }));
  fc.assert(
    fc.property(secret, secret, (a, b) => {
      fc.pre(a.name !== b.name && a.arn !== b.arn);
      for (const id of [a.name, a.arn, a.arn.slice(0, -7)]) {
        expect([matches(id, a), matches(id, b)]).not.toEqual([true, true]);
      }
      expect(matches(a.name, a) && matches(a.arn, a)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
