import { expect, test } from 'vitest';
import { createAnswerMemory } from './answer-memory.ts';
import { createCall } from './call.ts';

function ask(body: string, region = 'r') {
  const headers = { 'x-amz-target': 'secretsmanager.GetSecretValue' };
  return createCall(
    1,
    `aws/${region}`,
    { method: 'POST', path: '/', headers, rawHeaders: [], bytes: Buffer.from(body) },
    0,
  );
}

test('goes back by versions, and no further than the oldest', () => {
  const memory = createAnswerMemory<string>();
  for (const [version, answer] of [
    ['1', 'one'],
    ['2', 'two'],
    ['2', 'two, asked again'],
    ['3', 'three'],
  ]) {
    memory.note(ask('a'), JSON.stringify({ VersionId: version, at: answer }), answer ?? '');
  }
  const recalled = [0, 1, 2, 3].map(back => memory.recall(ask('a'), back));
  expect(recalled).toEqual(['three', 'two, asked again', 'one', 'one']);
});

test('another secret, stage or region is another question', () => {
  const memory = createAnswerMemory<string>();
  memory.note(ask('a'), '{}', 'one');
  expect([memory.recall(ask('b'), 0), memory.recall(ask('a', 's'), 0)]).toEqual([undefined, undefined]);
});

const bodies = [
  {
    why: 'stages moved',
    one: '{"VersionIdsToStages":{"1":["A"]}}',
    two: '{"VersionIdsToStages":{"2":["A"]}}',
    is: 'new',
  },
  { why: 'only a date moved', one: '{"VersionId":"1","At":1}', two: '{"VersionId":"1","At":2}', is: 'the same' },
  {
    why: 'one of a batch moved',
    one: '{"SecretValues":[{"ARN":"a","VersionId":"1"}]}',
    two: '{"SecretValues":[{"ARN":"a","VersionId":"2"}]}',
    is: 'new',
  },
  {
    why: 'a stage of a list moved',
    one: '{"SecretList":[{"ARN":"a","SecretVersionsToStages":{"1":["A"]}}]}',
    two: '{"SecretList":[{"ARN":"a","SecretVersionsToStages":{"2":["A"]}}]}',
    is: 'new',
  },
  {
    why: 'only a date of a list moved',
    one: '{"SecretList":[{"ARN":"a","LastAccessedDate":1,"SecretVersionsToStages":{}}]}',
    two: '{"SecretList":[{"ARN":"a","LastAccessedDate":2,"SecretVersionsToStages":{}}]}',
    is: 'the same',
  },
  {
    why: 'a parameter moved',
    one: '{"Parameters":[{"ARN":"a","Version":1}]}',
    two: '{"Parameters":[{"ARN":"a","Version":2}]}',
    is: 'new',
  },
  { why: 'nothing names a version', one: '{"x":1}', two: '{"x":2}', is: 'new' },
];
test.each(bodies)('$why: that is $is', ({ one, two, is }) => {
  const memory = createAnswerMemory<string>();
  memory.note(ask('a'), one, 'one');
  memory.note(ask('a'), two, 'two');
  expect(memory.recall(ask('a'), 1)).toBe(is === 'new' ? 'one' : 'two');
});
