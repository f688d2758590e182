import { expect, test } from 'vitest';
import { firstThatAnswers } from './first-that-answers.ts';

const refused = (name: string) => Object.assign(new Error('hunter2'), { name, $metadata: { httpStatusCode: 403 } });
const silent = Object.assign(new Error('hunter2'), { name: 'TimeoutError' });

const rows = [
  { why: 'the first is believed', answers: ['ok', 'ok'], gives: 'a', asks: 1 },
  { why: 'silence goes on', answers: [silent, 'ok'], gives: 'b', asks: 2 },
  { why: 'through all of them', answers: [silent, silent, 'ok'], gives: 'c', asks: 3 },
  { why: 'a refusal is an answer', answers: [refused('AccessDenied'), 'ok'], gives: 'AccessDenied', asks: 1 },
  {
    why: 'STS may be on elsewhere where it is off here',
    answers: [refused('RegionDisabledException'), 'ok'],
    gives: 'b',
    asks: 2,
  },
  {
    why: 'and where it is on, its refusal is the one to tell',
    answers: [refused('RegionDisabledException'), refused('AccessDenied')],
    gives: 'AccessDenied',
    asks: 2,
  },
  {
    why: 'it is off everywhere',
    answers: [refused('RegionDisabledException'), refused('RegionDisabledException')],
    gives: 'RegionDisabledException',
    asks: 2,
  },
  {
    why: 'what a secondary refuses while the primary is silent proves nothing',
    answers: [silent, refused('AccessDenied'), 'ok'],
    gives: 'c',
    asks: 3,
  },
  {
    why: 'and mends itself with the primary',
    answers: [silent, refused('AccessDenied')],
    gives: 'TimeoutError',
    asks: 2,
  },
  { why: 'nobody answers', answers: [silent, silent], gives: 'TimeoutError', asks: 2 },
];

for (const { why, answers, gives, asks } of rows) {
  test(`gives ${gives}: ${why}`, async () => {
    const regions = ['a', 'b', 'c'].slice(0, answers.length);
    const asked: string[] = [];
    const given = await firstThatAnswers(regions, async region => {
      asked.push(region);
      const answer = answers[regions.indexOf(region)];
      if (typeof answer !== 'string') throw answer;
      return region;
    }).catch((error: Error) => error.name);
    expect(given).toBe(gives);
    expect(asked).toEqual(regions.slice(0, asks));
  });
}
