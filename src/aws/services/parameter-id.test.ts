import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesParameter, parseParameter } from './parameter-id.ts';

const ARN = 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db';

const rows = [
  { why: 'a name', reference: '/prod/db', id: '/prod/db', selector: undefined },
  { why: 'a name without a slash', reference: 'db', id: 'db', selector: undefined },
  { why: 'a version', reference: '/prod/db:7', id: '/prod/db', selector: ':7' },
  { why: 'a label', reference: 'db:live.1', id: 'db', selector: ':live.1' },
  { why: 'an ARN', reference: ARN, id: ARN, selector: undefined },
  { why: 'an ARN with a version', reference: `${ARN}:7`, id: ARN, selector: ':7' },
  {
    why: 'an ARN of another partition',
    reference: `${ARN.replace('aws', 'aws-cn')}:x`,
    id: ARN.replace('aws', 'aws-cn'),
    selector: ':x',
  },
  { why: 'a colon at the end selects nothing', reference: 'db:', id: 'db:', selector: undefined },
  { why: 'nothing', reference: '', id: '', selector: undefined },
];

test.each(rows)('$why: $reference', ({ reference, id, selector }) => {
  expect(parseParameter(reference)).toEqual({ id, selector });
});

test('nothing of a reference is lost', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map(end => `${ARN}:${end}`),
      ),
      reference => {
        const { id, selector = '' } = parseParameter(reference);
        expect(id + selector).toBe(reference);
      },
    ),
  );
});

const slashed = { name: '/db', arn: 'arn:aws:ssm:eu-west-1:1:parameter/db', selector: undefined };
const bare = { ...slashed, name: 'db' };
const pinned = { ...slashed, selector: ':7' };

const matching = [
  { why: 'its name', reference: '/db', of: slashed, is: true },
  { why: 'its ARN', reference: slashed.arn, of: slashed, is: true },
  { why: 'the ARN of a name without a slash', reference: bare.arn, of: bare, is: true },
  { why: 'another slash, another name', reference: 'db', of: slashed, is: false },
  { why: 'the other way round', reference: '/db', of: bare, is: false },
  { why: 'its name and version', reference: '/db:7', of: pinned, is: true },
  { why: 'its ARN and version', reference: `${pinned.arn}:7`, of: pinned, is: true },
  { why: 'another version', reference: '/db:8', of: pinned, is: false },
  { why: 'the newest is not what was pinned', reference: '/db', of: pinned, is: false },
  { why: 'nor the other way round', reference: '/db:7', of: slashed, is: false },
  { why: 'below it', reference: '/db/x', of: slashed, is: false },
];

test.each(matching)('$why: $is', ({ reference, of, is }) => {
  expect(matchesParameter(reference, of)).toBe(is);
});
