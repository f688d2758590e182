import { describe, expect, it } from 'vitest';
import { REGION, useAwsServices } from '../../../test/support/aws-services-world.ts';
import type { SecretVersionSelector } from './ports.ts';
import { createSecretsManager } from './secrets-manager.ts';

const ARN = `arn:aws:secretsmanager:${REGION}:123456789012:secret:prod/db-AbCdEf`;
const arnOf = (name: string): string => `arn:aws:secretsmanager:${REGION}:123456789012:secret:${name}-AbCdEf`;
const CREATED = { CreatedDate: 1_800_000_000.5 };
const createdTime = '2027-01-15T08:00:00.500Z';
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe('Secrets Manager', () => {
  const world = useAwsServices();
  const secretsManager = () => createSecretsManager(REGION, world.options());

  describe('a value', () => {
    const rows = [
      { why: 'text', has: { SecretString: 'grün' }, is: 'grün' },
      { why: 'binary', has: { SecretBinary: Buffer.from('\0ü').toString('base64') }, is: '\0ü' },
      { why: 'an empty text is a value', has: { SecretString: '' }, is: '' },
      { why: 'neither is none', has: {}, is: undefined },
      { why: 'null is none', has: { SecretString: null, SecretBinary: null }, is: undefined },
    ];
    it.each(rows)('$why', async ({ has, is }) => {
      world.server.say({ body: { ARN, Name: 'prod/db', VersionId: 'v1', ...CREATED, ...has } });
      const answer = await secretsManager().getValue('prod/db', { stage: 'AWSCURRENT' });
      expect({ ...answer, bytes: text(answer.bytes) }).toEqual({
        ...{ arn: ARN, name: 'prod/db', versionId: 'v1', createdTime },
        bytes: is,
      });
    });

    const selectors: readonly { readonly by: SecretVersionSelector; readonly asks: object }[] = [
      { by: { stage: 'AWSPENDING' }, asks: { VersionStage: 'AWSPENDING' } },
      { by: { versionId: 'v7' }, asks: { VersionId: 'v7' } },
    ];
    it.each(selectors)('is asked for by $by', async ({ by, asks }) => {
      world.server.say({ body: { ARN, Name: 'a', SecretString: 'x' } });
      await secretsManager().getValue('a', by);
      expect(world.server.asked).toMatchObject([
        { target: 'secretsmanager.GetSecretValue', body: { SecretId: 'a', ...asks }, userAgent: /operator\/1/ },
      ]);
      expect(Object.keys(world.server.asked[0]?.body ?? {})).toHaveLength(2);
    });
  });

  describe('a description', () => {
    const rows = [
      { why: 'stages by label', has: { VersionIdsToStages: { v2: ['AWSCURRENT', 'mine'], v1: ['AWSPREVIOUS'] } } },
      { why: 'no version yet', has: {}, stages: {} },
      { why: 'a version without a label', has: { VersionIdsToStages: { v1: [] } }, stages: {} },
      { why: 'scheduled for deletion', has: { DeletedDate: 1_800_000_000 }, stages: {}, isDeleted: true },
    ];
    const all = { AWSCURRENT: 'v2', mine: 'v2', AWSPREVIOUS: 'v1' };
    it.each(rows)('$why', async ({ has, stages = all, isDeleted = false }) => {
      world.server.say({ body: { ARN, Name: 'prod/db', ...has } });
      const answer = await secretsManager().describe(ARN);
      expect({ ...answer, stages: Object.fromEntries(answer.stages) }).toEqual({
        ...{ arn: ARN, name: 'prod/db', stages, isDeleted },
      });
      expect(world.server.asked).toMatchObject([{ target: 'secretsmanager.DescribeSecret', body: { SecretId: ARN } }]);
    });
  });

  describe('a batch', () => {
    const value = (name: string) => ({ ARN: arnOf(name), Name: name, VersionId: `v-${name}`, SecretString: name });
    const error = (SecretId: string, ErrorCode: string) => ({ SecretId, ErrorCode, Message: 'says the test' });
    const page = (SecretValues: object[], Errors: object[], NextToken?: string) => ({
      body: { SecretValues, Errors, NextToken },
    });
    const denied = { secretId: 'b', code: 'AccessDeniedException' };
    const rows = [
      { why: 'all in one page', ids: ['a', 'b'], pages: [page([value('b'), value('a')], [])], values: 'b a' },
      {
        why: 'some are refused beside the values of the others',
        ids: ['a', 'b'],
        pages: [page([value('a')], [error('b', 'AccessDeniedException')])],
        values: 'a',
        errors: [denied],
      },
      {
        why: 'pages are followed over one that is empty, and over one of errors alone',
        ids: ['a', 'b', 'c'],
        pages: [page([], [], '1'), page([value('a')], [], '2'), page([], [error('b', denied.code)], '3')].concat(
          page([value('c')], []),
        ),
        values: 'a c',
        errors: [denied],
      },
      {
        why: 'a token that comes again ends it, and what is missing then is an error',
        ids: ['a', 'b'],
        pages: [page([value('a')], [], '1'), page([], [], '1')],
        values: 'a',
        errors: [{ secretId: 'b', code: '' }],
        asked: 2,
      },
      {
        why: 'an id of which AWS says nothing is an error',
        ids: ['a', 'b'],
        pages: [page([value('a')], [])],
        values: 'a',
        errors: [{ secretId: 'b', code: '' }],
      },
      {
        why: 'an ARN and a partial ARN are told by the secret',
        ids: [arnOf('a'), arnOf('b').slice(0, -7)],
        pages: [page([value('a'), value('b')], [])],
        values: 'a b',
      },
      {
        why: 'an error without a code',
        ids: ['a'],
        pages: [page([], [{ SecretId: 'a' }])],
        values: '',
        errors: [{ secretId: 'a', code: '' }],
      },
      {
        why: 'an answer without anything',
        ids: ['a'],
        pages: [{ body: {} }],
        values: '',
        errors: [{ secretId: 'a', code: '' }],
      },
    ];
    it.each(rows)('$why', async ({ ids, pages, values, errors = [], asked = pages.length }) => {
      world.server.say(...pages);
      const answer = await secretsManager().batchGetValue(ids);
      expect(answer.values.map(({ bytes }) => text(bytes)).join(' ')).toBe(values);
      expect(answer.errors).toEqual(errors);
      expect(world.server.asked).toHaveLength(asked);
      const tokens = [undefined, ...pages.map(({ body }) => ('NextToken' in body ? body.NextToken : undefined))];
      expect(world.server.asked.map(({ body }) => body)).toEqual(
        tokens.slice(0, asked).map(NextToken => ({ SecretIdList: ids, ...(NextToken && { NextToken }) })),
      );
    });

    it('has an end although AWS has ever new tokens', async () => {
      world.server.say(() => page([], [], String(world.server.asked.length)));
      const answer = await secretsManager().batchGetValue(['a']);
      expect(answer).toEqual({ values: [], errors: [{ secretId: 'a', code: '' }] });
      expect(world.server.asked).toHaveLength(40);
    });

    it('is refused whole, with the code of AWS', async () => {
      world.server.say(page([value('a')], [], '1'), { error: 'AccessDeniedException' });
      await expect(secretsManager().batchGetValue(['a', 'b'])).rejects.toMatchObject({ name: 'AccessDeniedException' });
    });
  });

  describe('a list', () => {
    const filters = [
      { why: 'everything', namePrefixes: [], tagKeys: [], asks: [] },
      {
        why: 'by name',
        namePrefixes: ['prod/', 'stage/'],
        tagKeys: [],
        asks: [{ Key: 'name', Values: ['prod/', 'stage/'] }],
      },
      { why: 'by tag', namePrefixes: [], tagKeys: ['team'], asks: [{ Key: 'tag-key', Values: ['team'] }] },
      {
        why: 'by both',
        namePrefixes: ['prod/'],
        tagKeys: ['team'],
        asks: [
          { Key: 'name', Values: ['prod/'] },
          { Key: 'tag-key', Values: ['team'] },
        ],
      },
    ];
    it.each(filters)('of $why: an empty page, and another follows', async ({ namePrefixes, tagKeys, asks }) => {
      world.server.say({ body: { SecretList: [], NextToken: 'next' } });
      const lists = secretsManager();
      expect(await lists.list({ namePrefixes, tagKeys })).toEqual({ secrets: [], nextToken: 'next' });
      await lists.list({ namePrefixes, tagKeys }, 'next');
      const asked = { MaxResults: 100, IncludePlannedDeletion: false, Filters: asks };
      expect(world.server.asked.map(({ body }) => body)).toEqual([asked, { ...asked, NextToken: 'next' }]);
    });

    it('tells versions and tags', async () => {
      const Tags = [{ Key: 'team', Value: 'shop' }, { Key: 'bare' }, { Value: 'nothing' }];
      const secret = { ARN, Name: 'prod/db', SecretVersionsToStages: { v1: ['AWSCURRENT'] }, Tags };
      world.server.say({ body: { SecretList: [secret, { ARN: arnOf('x'), Name: 'x' }] } });
      const { secrets, nextToken } = await secretsManager().list({ namePrefixes: [], tagKeys: [] });
      expect(nextToken).toBeUndefined();
      expect(secrets.map(({ stages, ...rest }) => ({ ...rest, stages: Object.fromEntries(stages) }))).toEqual([
        { arn: ARN, name: 'prod/db', isDeleted: false, stages: { AWSCURRENT: 'v1' }, tags: { team: 'shop', bare: '' } },
        { arn: arnOf('x'), name: 'x', isDeleted: false, stages: {}, tags: {} },
      ]);
    });

    it('an empty token is the end', async () => {
      world.server.say({ body: { SecretList: [], NextToken: '' } });
      expect((await secretsManager().list({ namePrefixes: [], tagKeys: [] })).nextToken).toBeUndefined();
    });
  });
});
