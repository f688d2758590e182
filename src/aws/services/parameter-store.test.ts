import { describe, expect, it } from 'vitest';
import { REGION, useAwsServices } from '../../../test/support/aws-services-world.ts';
import { createParameterStore } from './parameter-store.ts';

const arnOf = (name: string): string =>
  `arn:aws:ssm:${REGION}:123456789012:parameter${name.startsWith('/') ? '' : '/'}${name}`;
const parameter = (Name: string, more: object = {}) => ({
  ...{ Name, ARN: arnOf(Name), Type: 'SecureString', Value: `of ${Name}`, Version: 3, LastModifiedDate: 1_800_000_000 },
  ...more,
});
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('Parameter Store', () => {
  const world = useAwsServices();
  const parameterStore = () => createParameterStore(REGION, world.options());

  const values = [
    { why: 'a secure string, decrypted by AWS', has: {}, is: 'of /a' },
    { why: 'a list stays the text that it is', has: { Type: 'StringList', Value: 'x,y' }, is: 'x,y' },
    { why: 'text beyond ASCII', has: { Value: 'grün' }, is: 'grün' },
  ];
  it.each(values)('a value: $why', async ({ has, is }) => {
    world.server.say({ body: { Parameters: [parameter('/a', has)], InvalidParameters: [] } });
    const { parameters, invalid } = await parameterStore().getParameters(['/a']);
    expect(parameters.map(({ bytes, ...rest }) => ({ ...rest, is: text(bytes) }))).toEqual([
      { name: '/a', arn: arnOf('/a'), selector: undefined, version: 3, createdTime: '2027-01-15T08:00:00.000Z', is },
    ]);
    expect(invalid).toEqual([]);
    expect(world.server.asked).toMatchObject([
      { target: 'AmazonSSM.GetParameters', body: { Names: ['/a'], WithDecryption: true }, userAgent: /operator\/1/ },
    ]);
  });

  const selectors = [
    { why: 'as AWS repeats it', names: ['/a:3'], has: { Selector: ':3' }, is: ':3' },
    { why: 'a label', names: ['/a:live'], has: { Selector: ':live' }, is: ':live' },
    {
      why: 'with its name, as the API reference has it',
      names: ['/a:live'],
      has: { Selector: '/a:live' },
      is: ':live',
    },
    { why: 'none', names: ['/a'], has: {}, is: undefined },
    { why: 'of an ARN', names: [`${arnOf('/a')}:3`], has: { Selector: ':3' }, is: ':3' },
    { why: 'not repeated, the only one', names: ['/a:live', '/b:3'], has: {}, is: ':live' },
    { why: 'not repeated, of an ARN', names: [`${arnOf('/a')}:live`], has: {}, is: ':live' },
    { why: 'not repeated, the version among several', names: ['/a:2', '/a:3', '/a:live'], has: {}, is: ':3' },
    { why: 'not repeated, one of several that cannot be told apart', names: ['/a', '/a:live'], has: {}, is: undefined },
    { why: 'not repeated, beside one that AWS does not have', names: ['/a:live', '/a:gone'], has: {}, is: ':live' },
    { why: 'standing in the name', names: ['/a:3'], has: { Name: '/a:3', Selector: ':3' }, is: ':3' },
  ];
  it.each(selectors)('a selector: $why', async ({ names, has, is }) => {
    world.server.say({ body: { Parameters: [parameter('/a', has)], InvalidParameters: ['/a:gone'] } });
    const { parameters } = await parameterStore().getParameters(names);
    expect(parameters).toMatchObject([{ name: '/a', selector: is }]);
  });

  it('names that AWS does not have are told as they were asked for', async () => {
    world.server.say({ body: { Parameters: [parameter('b')], InvalidParameters: ['/a:9', '/gone'] } });
    const answer = await parameterStore().getParameters(['/a:9', 'b', '/gone']);
    expect(answer).toMatchObject({ parameters: [{ name: 'b', arn: arnOf('b') }], invalid: ['/a:9', '/gone'] });
  });

  it('an answer without anything', async () => {
    world.server.say({ body: {} });
    expect(await parameterStore().getParameters(['/a'])).toEqual({ parameters: [], invalid: [] });
  });

  const pages = [
    { why: 'short, and another follows', has: { Parameters: [parameter('/p/x')], NextToken: 'next' }, names: ['/p/x'] },
    { why: 'empty, and another follows', has: { Parameters: [], NextToken: 'next' }, names: [] },
    { why: 'the last', has: { Parameters: [parameter('/p/x/y'), parameter('/p/z')] }, names: ['/p/x/y', '/p/z'] },
    { why: 'the last, with an empty token', has: { Parameters: [], NextToken: '' }, names: [] },
    { why: 'without anything', has: {}, names: [] },
  ];
  it.each(pages)('a page of a path: $why', async ({ has, names }) => {
    world.server.say({ body: has });
    const store = parameterStore();
    const page = await store.getParametersByPath('/p');
    expect(page.parameters.map(({ name, selector }) => [name, selector])).toEqual(names.map(name => [name, undefined]));
    expect(page.nextToken).toBe('NextToken' in has && has.NextToken !== '' ? has.NextToken : undefined);
    await store.getParametersByPath('/p', 'next');
    const asked = { Path: '/p', Recursive: true, WithDecryption: true, MaxResults: 10 };
    expect(world.server.asked.map(({ target, body }) => [target, body])).toEqual([
      ['AmazonSSM.GetParametersByPath', asked],
      ['AmazonSSM.GetParametersByPath', { ...asked, NextToken: 'next' }],
    ]);
  });

  const refusals = [
    { error: 'AccessDeniedException', status: 400 },
    { error: 'InvalidKeyId', status: 400 },
    { error: 'ValidationException', status: 400 },
  ];
  it.each(refusals)('rejects with the code of AWS: $error', async refusal => {
    world.server.say(refusal);
    await expect(parameterStore().getParameters(['/a'])).rejects.toMatchObject({ name: refusal.error });
    expect(world.server.asked).toHaveLength(1);
  });
});
