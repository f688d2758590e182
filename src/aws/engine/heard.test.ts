import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createHeard } from './heard.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';

function secret(name: string) {
  const stages = new Map([['AWSCURRENT', 'v1']]);
  return { arn: `${ARN}${name}-AbCdEf`, name, stages, isDeleted: false };
}

describe('what was heard of', () => {
  it.each([
    { why: 'its name', secretId: 'prod/db', isFound: true },
    { why: 'its ARN', secretId: `${ARN}prod/db-AbCdEf`, isFound: true },
    { why: 'its ARN without the suffix', secretId: `${ARN}prod/db`, isFound: true },
    { why: 'the ARN of one that was deleted and made anew', secretId: `${ARN}prod/db-GhIjKl`, isFound: false },
    { why: 'a name that only begins like it', secretId: 'prod/d', isFound: false },
  ])('$why: found is $isFound', ({ secretId, isFound }) => {
    const heard = createHeard(createFakeClock());
    heard.hear(secret('prod/db'), 1_000);
    expect(heard.of(secretId)).toEqual(isFound ? { ...secret('prod/db'), observedAt: 1_000 } : undefined);
  });

  it('is forgotten after a minute, and needs no memory and no timer any more', () => {
    const clock = createFakeClock();
    const heard = createHeard(clock);
    heard.hear(secret('a'), clock.monotonic());
    clock.advance(59_000);
    heard.hear(secret('b'), clock.monotonic());
    clock.advance(1_000);
    expect([heard.of('a'), heard.of('b')?.name]).toEqual([undefined, 'b']);
    clock.advance(120_000);
    expect(heard.of('b')).toBe(undefined);
    expect(clock.timers).toBe(0);
  });

  it('is no more than ten thousand secrets, the last ones', () => {
    const heard = createHeard(createFakeClock());
    for (let i = 0; i <= 10_000; i += 1) heard.hear(secret(`s${i}`), 1_000);
    expect([heard.of('s0'), heard.of('s1')?.name, heard.of('s10000')?.name]).toEqual([undefined, 's1', 's10000']);
  });
});
