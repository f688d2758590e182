import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inRegion, regionOf } from './arn.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf';

const rows = [
  {
    why: 'an ARN',
    id: ARN,
    region: 'eu-west-1',
    moved: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf',
  },
  {
    why: 'another partition stays in it',
    id: 'arn:aws-cn:secretsmanager:cn-north-1:1:secret:a-b',
    region: 'cn-north-1',
    moved: 'arn:aws-cn:secretsmanager:us-east-1:1:secret:a-b',
  },
  {
    why: 'a partial ARN, without the random suffix',
    id: 'arn:aws:secretsmanager:eu-west-1:1:secret:a',
    region: 'eu-west-1',
    moved: 'arn:aws:secretsmanager:us-east-1:1:secret:a',
  },
  {
    why: 'the name within an ARN may look like one',
    id: 'arn:aws:secretsmanager:eu-west-1:1:secret:arn:aws:x:eu-west-1:y',
    region: 'eu-west-1',
    moved: 'arn:aws:secretsmanager:us-east-1:1:secret:arn:aws:x:eu-west-1:y',
  },
  {
    why: 'a parameter',
    id: 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db',
    region: 'eu-west-1',
    moved: 'arn:aws:ssm:us-east-1:123456789012:parameter/prod/db',
  },
  { why: 'a name', id: 'prod/db', region: undefined, moved: 'prod/db' },
  { why: 'a name with colons is none', id: 'a:b:c:d:e:f', region: undefined, moved: 'a:b:c:d:e:f' },
  { why: 'a name that only begins like one', id: 'arn:prod', region: undefined, moved: 'arn:prod' },
  {
    why: 'an ARN of a service without regions',
    id: 'arn:aws:iam::1:role/x',
    region: undefined,
    moved: 'arn:aws:iam::1:role/x',
  },
  { why: 'nothing', id: '', region: undefined, moved: '' },
];

for (const { why, id, region, moved } of rows) {
  test(`${why}: ${JSON.stringify(id)}`, () => {
    expect(regionOf(id)).toBe(region);
    expect(inRegion(id, 'us-east-1')).toBe(moved);
  });
}

test('a region with a dollar sign is no pattern', () => {
  expect(inRegion(ARN, '$1$&')).toBe('arn:aws:secretsmanager:$1$&:123456789012:secret:prod/db-AbCdEf');
});

test('an ARN that was moved names the region it was moved to, and moves back', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9/_+=.@-]{1,20}$/);
  fc.assert(
    fc.property(name, secret => {
      const id = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${secret}`;
      expect(regionOf(inRegion(id, 'us-east-1'))).toBe('us-east-1');
      expect(inRegion(inRegion(id, 'us-east-1'), 'eu-west-1')).toBe(id);
    }),
  );
});
