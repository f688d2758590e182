import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOT_OF_MULTI_REGION } from './multi-region.ts';
import { NOT_OF_PARAMETER_STORE, PARAMETER_STORE } from './parameter-store.ts';
import { NOT_OF_SECRETS_MANAGER, SECRETS_MANAGER } from './secrets-manager.ts';
import { casesOf, useStage } from './stage.ts';

const suites = [
  { service: 'Secrets Manager', prefix: 'sm', rows: SECRETS_MANAGER, notOurs: NOT_OF_SECRETS_MANAGER },
  { service: 'Parameter Store', prefix: 'ssm', rows: PARAMETER_STORE, notOurs: NOT_OF_PARAMETER_STORE },
] as const;

describe('the e2e suite of External Secrets against AWS, with manifests of ours', () => {
  const { world, namesOf, store, authOf, denyOthers, calls, sessions } = useStage();

  for (const { service, prefix, rows } of suites) {
    describe(service, () => {
      it.each(casesOf(rows))('$case as $as: $why', async ({ name: row, as, spec, expects, ...stored }) => {
        const name = `${prefix}-${row}`;
        const names = namesOf(name);
        await store(names, stored);
        denyOthers(as, names);
        await world.applyAwsSecret(name, { ...authOf(as), ...spec(names) });
        const { type, metadata } = await world.expectSecret(name, expects.data(names));
        expect(type).toBe(expects.type ?? 'Opaque');
        expect(metadata.labels).toMatchObject(expects.labels ?? {});
        expect(metadata.annotations).toMatchObject(expects.annotations ?? {});
        await world.expectSynced(name);
        const keys = new Set(calls(names).map(({ accessKey }) => accessKey));
        expect(
          [...keys].filter(key => (key === 'operator') !== (as === 'own')),
          'nobody else has asked',
        ).toEqual([]);
        expect(keys.size, 'one session has asked').toBe(1);
      });
    });
  }

  it('an assumed role is asked for with what its trust policy wants', () => {
    const bodies = (as: 'externalId' | 'sessionTags') => sessions(as).map(({ body }) => new URLSearchParams(body));
    expect(bodies('externalId').map(body => body.get('ExternalId'))).toEqual(['e2e-test']);
    const [tags, ...more] = bodies('sessionTags').map(body => [...body.values()]);
    expect(more, 'one session for all').toEqual([]);
    expect(tags).toEqual(expect.arrayContaining(['namespace', 'e2e-test']));
  });
});

describe('what has no counterpart here is said in the comparison', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/comparison.md'), 'utf8').replace(/\s+/g, ' ');
  const all = [...suites, { service: 'two regions', notOurs: NOT_OF_MULTI_REGION }];
  for (const { service, notOurs } of all)
    it.each(notOurs)(`${service}, $case`, ({ says }) => {
      expect(page).toContain(says);
    });
});
