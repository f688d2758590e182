import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createRequestHandler } from '../../src/aws/network.ts';
import { matchesParameter } from '../../src/aws/services/parameter-id.ts';
import { createParameterStore } from '../../src/aws/services/parameter-store.ts';
import type { ParameterStore, SecretsManager, Stages } from '../../src/aws/services/ports.ts';
import { matches } from '../../src/aws/services/secret-id.ts';
import { createSecretsManager } from '../../src/aws/services/secrets-manager.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import * as faults from '../support/fault-proxy/fault.ts';
import { type AwsFaultProxy, startAwsFaultProxy } from '../support/fault-proxy/fault-proxy.ts';

const REGION = 'eu-west-1';
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const staged = (stages: Stages) => Object.fromEntries(stages);

describe('the clients of both services against moto', () => {
  const prefix = `clients-${randomUUID().slice(0, 8)}`;
  const aws = createAwsAdmin(inject('moto')[REGION], REGION);
  const requestHandler = createRequestHandler({ ca: [], env: {}, clock: systemClock });
  let proxy: AwsFaultProxy;
  let secrets: SecretsManager;
  let parameters: ParameterStore;
  beforeAll(async () => {
    proxy = await startAwsFaultProxy({ aws: inject('moto') });
    const urls = { [`secretsmanager/${REGION}`]: proxy.aws[REGION] ?? '', [`ssm/${REGION}`]: proxy.aws[REGION] ?? '' };
    const credentials = async () => ({ accessKeyId: 'clients', secretAccessKey: 'x' });
    const shared = { credentials, requestHandler, userAgent: 'test/1', deadlineMs: 10_000, clock: systemClock };
    const options = { ...shared, endpoints: { urls, isFips: false } };
    secrets = createSecretsManager(REGION, options);
    parameters = createParameterStore(REGION, options);
  });
  afterAll(async () => {
    requestHandler.destroy();
    await proxy.stop();
  });

  describe('secrets', () => {
    it('a secret through its life: stages, values, scheduled for deletion, gone', async () => {
      const name = `${prefix}/life`;
      const [first, second] = [await aws.create(name, 'one'), await aws.put(name, 'two')];
      const described = await secrets.describe(name);
      expect({ ...described, stages: staged(described.stages) }).toMatchObject({
        ...{ name, isDeleted: false, stages: { AWSCURRENT: second, AWSPREVIOUS: first } },
      });
      const { arn } = described;
      for (const id of [name, arn, arn.slice(0, -7)]) {
        const value = await secrets.getValue(id, { stage: 'AWSCURRENT' });
        expect(value).toMatchObject({ arn, name, versionId: second });
        expect([text(value.bytes), matches(id, value)]).toEqual(['two', true]);
        expect(Date.parse(value.createdTime ?? '')).toBeGreaterThan(Date.now() - 60_000);
      }
      expect(text((await secrets.getValue(name, { stage: 'AWSPREVIOUS' })).bytes)).toBe('one');
      expect(text((await secrets.getValue(arn, { versionId: first })).bytes)).toBe('one');

      await aws.updateStage(name, 'live', { to: first });
      expect(staged((await secrets.describe(arn)).stages)).toMatchObject({ live: first, AWSCURRENT: second });
      expect(text((await secrets.getValue(name, { stage: 'live' })).bytes)).toBe('one');
      await aws.updateStage(name, 'live', { from: first });
      await expect(secrets.getValue(name, { stage: 'live' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });

      await aws.scheduleDeletion(name);
      expect(await secrets.describe(name)).toMatchObject({ arn, isDeleted: true });
      await expect(secrets.getValue(name, { stage: 'AWSCURRENT' })).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
      await aws.delete(name);
      await expect(secrets.describe(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    const contents = [
      { why: 'text', content: 'grün', is: 'grün' },
      { why: 'binary', content: Buffer.from([0, 255, 10]), is: Buffer.from([0, 255, 10]).toString() },
      { why: 'one byte', content: Buffer.from([0]), is: '\0' },
    ];
    it.each(contents)('a value that is $why, singly and in a batch', async ({ why, content, is }) => {
      const name = `${prefix}/${why.replace(' ', '-')}`;
      await aws.create(name, content);
      expect(text((await secrets.getValue(name, { stage: 'AWSCURRENT' })).bytes)).toBe(is);
      expect((await secrets.batchGetValue([name])).values.map(({ bytes }) => text(bytes))).toEqual([is]);
    });

    it('a secret without a value has no stage and no value', async () => {
      const name = `${prefix}/empty`;
      await aws.create(name, undefined);
      expect(await secrets.describe(name)).toMatchObject({ name, stages: new Map(), isDeleted: false });
      await expect(secrets.getValue(name, { stage: 'AWSCURRENT' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    it('a batch of twenty: values by name, ARN and partial ARN, beside those that are missing, deleted or denied', async () => {
      const names = Array.from({ length: 18 }, (_, index) => `${prefix}/batch/${index}`);
      for (const name of names) await aws.create(name, `of ${name}`);
      await aws.scheduleDeletion(names[1] ?? '');
      const { arn } = await secrets.describe(names[2] ?? '');
      const { arn: other } = await secrets.describe(names[3] ?? '');
      const ids = [...names.slice(0, 2), arn, other.slice(0, -7), ...names.slice(4), `${prefix}/gone`];
      const end = proxy.inject(faults.idError('AccessDeniedException', names[0] ?? ''), undefined, 1);
      const { values, errors } = await secrets.batchGetValue(ids);
      end();
      const codes = new Map(errors.map(({ secretId, code }) => [secretId, code]));
      expect(codes).toEqual(
        new Map([
          [names[0], 'AccessDeniedException'],
          [names[1], 'InvalidRequestException'],
          [`${prefix}/gone`, 'ResourceNotFoundException'],
        ]),
      );
      for (const id of ids.filter(each => !codes.has(each))) {
        const found = values.filter(value => matches(id, value));
        expect(found.map(({ name, bytes }) => text(bytes) === `of ${name}`)).toEqual([true]);
      }
      expect(values).toHaveLength(16);
    });

    it('lists: pages, prefixes, tags, stages, and nothing that is scheduled for deletion', async () => {
      const names = Array.from({ length: 102 }, (_, index) => `${prefix}/list/${index}`);
      const versions = new Map<string, string>();
      for (const [index, name] of names.entries()) {
        const tags: Record<string, string> =
          index === 0 ? { team: 'shop', [`${prefix}-only`]: '1' } : { team: 'other' };
        versions.set(name, await aws.create(name, 'x', { tags }));
      }
      await aws.scheduleDeletion(names[101] ?? '');
      const filters = { namePrefixes: [`${prefix}/list/`], tagKeys: [] };
      const first = await secrets.list(filters);
      expect(first.secrets).toHaveLength(100);
      const rest = await secrets.list(filters, first.nextToken);
      expect(rest.nextToken).toBeUndefined();
      const all = [...first.secrets, ...rest.secrets];
      expect(all.map(({ name }) => name).sort()).toEqual(names.slice(0, 101).sort());
      expect(all.filter(({ name, stages }) => stages.get('AWSCURRENT') !== versions.get(name))).toEqual([]);
      expect(all.some(({ isDeleted }) => isDeleted)).toBe(false);

      const tagged = await secrets.list({ namePrefixes: [], tagKeys: [`${prefix}-only`] });
      expect(tagged.secrets).toMatchObject([{ name: names[0], tags: { team: 'shop', [`${prefix}-only`]: '1' } }]);
      const either = await secrets.list({
        namePrefixes: [`${prefix}/list/99`, `${prefix}/list/100`],
        tagKeys: ['team'],
      });
      expect(either.secrets.map(({ name }) => name).sort()).toEqual([names[100], names[99]]);
      expect(await secrets.list({ namePrefixes: [`${prefix}/nothing`], tagKeys: [] })).toEqual({
        secrets: [],
        nextToken: undefined,
      });
    });
  });

  describe('parameters', () => {
    it('versions, labels and ARNs, beside names that are not there', async () => {
      const name = `/${prefix}/db`;
      expect([await aws.putParameter(name, 'one'), await aws.putParameter(name, 'two')]).toEqual([1, 2]);
      await aws.labelParameter(name, 1, 'old');
      const { parameters: found } = await parameters.getParameters([name]);
      const arn = found[0]?.arn ?? '';
      expect(arn).toMatch(/^arn:aws:ssm:eu-west-1:\d+:parameter\/clients-/);
      const rows = [
        { reference: name, value: 'two', version: 2 },
        { reference: `${name}:1`, value: 'one', version: 1 },
        { reference: `${name}:2`, value: 'two', version: 2 },
        { reference: `${name}:old`, value: 'one', version: 1 },
        { reference: arn, value: 'two', version: 2 },
        { reference: `${arn}:1`, value: 'one', version: 1 },
      ];
      for (const { reference, value, version } of rows) {
        const missing = [`/${prefix}/gone`, `${name}:9`, `${name}:young`];
        const answer = await parameters.getParameters([reference, ...missing]);
        expect([...answer.invalid].sort()).toEqual(missing.sort());
        const [parameter] = answer.parameters;
        expect(parameter).toMatchObject({ name, arn, version });
        expect([text(parameter?.bytes), parameter && matchesParameter(reference, parameter)]).toEqual([value, true]);
        expect(Date.parse(parameter?.createdTime ?? '')).toBeGreaterThan(Date.now() - 60_000);
      }
      await aws.deleteParameter(name);
      expect(await parameters.getParameters([name])).toEqual({ parameters: [], invalid: [name] });
    });

    const types = ['String', 'StringList', 'SecureString'] as const;
    it.each(types)('a %s is its text', async type => {
      const name = `${prefix}-${type}`;
      await aws.putParameter(name, 'x,y', type);
      const { parameters: found } = await parameters.getParameters([name]);
      expect(found.map(each => [each.name, text(each.bytes), matchesParameter(each.arn, each)])).toEqual([
        [name, 'x,y', true],
      ]);
    });

    it('ten at once, in whatever order', async () => {
      const names = Array.from({ length: 10 }, (_, index) => `/${prefix}/ten/${index}`);
      for (const name of names) await aws.putParameter(name, `of ${name}`);
      const { parameters: found, invalid } = await parameters.getParameters(names);
      expect(found.map(({ name, bytes }) => text(bytes) === `of ${name}` && name).sort()).toEqual(names);
      expect(invalid).toEqual([]);
      const end = proxy.inject(faults.idError('AccessDeniedException', names[3] ?? ''), undefined, 1);
      await expect(parameters.getParameters(names)).rejects.toMatchObject({ name: 'AccessDeniedException' });
      end();
    });

    it('a path: all below it, however deep, by pages', async () => {
      const names = Array.from(
        { length: 23 },
        (_, index) => `/${prefix}/path/${index % 3 === 0 ? 'deep/er/' : ''}${index}`,
      );
      for (const name of names) await aws.putParameter(name, `of ${name}`);
      await aws.putParameter(`/${prefix}/path-beside`, 'x');
      const sizes: number[] = [];
      const values = new Map<string, string | undefined>();
      let token: string | undefined;
      do {
        const page = await parameters.getParametersByPath(`/${prefix}/path`, token);
        sizes.push(page.parameters.length);
        for (const { name, bytes } of page.parameters) values.set(name, text(bytes));
        token = page.nextToken;
      } while (token !== undefined && sizes.length < 10);
      expect(sizes).toEqual([10, 10, 3]);
      expect([...values]).toHaveLength(names.length);
      for (const name of names) expect(values.get(name)).toBe(`of ${name}`);
      expect(await parameters.getParametersByPath(`/${prefix}/nothing`)).toEqual({
        parameters: [],
        nextToken: undefined,
      });
    });

    it('is called as the proxy names it', () => {
      const named = new Set(proxy.calls.map(({ verb, resource, isWrite }) => `${verb} ${resource} ${isWrite}`));
      expect([...named].sort()).toEqual([
        'BatchGetSecretValue secretsmanager false',
        'DescribeSecret secretsmanager false',
        'GetParameters ssm false',
        'GetParametersByPath ssm false',
        'GetSecretValue secretsmanager false',
        'ListSecrets secretsmanager false',
      ]);
    });
  });
});
