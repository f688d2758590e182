import { beforeAll, describe, expect, it } from 'vitest';
import { awsError, idError } from '../support/fault-proxy/fault.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { LiveAwsSecret } from './objects.ts';
import { createAccount } from './token-grant.ts';
import { workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 40_000 } as const;
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const shared = { roleArn: role('shared') };
const assuming = (...assumeRoles: readonly object[]) => ({ auth: { assumeRoles } });

/** Whose permissions an AwsSecret may be read with, each different from every other in one thing. */
const IDENTITIES = {
  own: {},
  payments: { auth: { serviceAccountName: 'payments' } },
  orders: { auth: { serviceAccountName: 'orders' } },
  'other-role': { auth: { serviceAccountName: 'payments', roleArn: role('other') } },
  chain: assuming(shared),
  'external-1': assuming({ ...shared, externalId: 'one' }),
  'external-2': assuming({ ...shared, externalId: 'two' }),
  'team-a': assuming({ ...shared, sessionTags: { team: 'a' } }),
  'team-b': assuming({ ...shared, sessionTags: { team: 'b' } }),
  'two-hops': assuming(shared, { roleArn: role('second') }),
  'account-chain': { auth: { serviceAccountName: 'payments', assumeRoles: [shared] } },
} as const;
type Name = keyof typeof IDENTITIES;
const NAMES = Object.keys(IDENTITIES) as Name[];

describe('what one identity reads is never given to another', () => {
  const world = useWorld();
  const work = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  /** The access key of each identity. */
  const keys = new Map<Name, string>();
  const about = (part: string) =>
    world.faults.calls.filter(({ target, body }) => target !== 'kube' && body.includes(part));
  const keysOf = (part: string) => [...new Set(about(part).map(({ accessKey = '' }) => accessKey))];
  const readyOf = async (): Promise<ReadonlyMap<string, string>> => {
    const list = await world.kube.get<KubeObject & { readonly items: readonly LiveAwsSecret[] }>(
      world.path('awssecrets', '').slice(0, -1),
    );
    return new Map(
      (list?.items ?? []).map(({ metadata, status }) => [
        metadata.name,
        status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '',
      ]),
    );
  };
  const expectReady = async (names: readonly string[], reason: string): Promise<void> => {
    let last: ReadonlyMap<string, string> = new Map();
    await until(`all are ${reason}`, WAIT, async () => {
      last = await readyOf();
      return names.every(name => last.get(name) === reason);
    }).catch(error => {
      throw new Error(`${error}: ${JSON.stringify(names.map(name => [name, last.get(name)]))}`);
    });
  };

  beforeAll(async () => {
    const { kube, namespace, user } = world;
    for (const name of ['payments', 'orders'])
      await createAccount(kube, { namespace, name }, { user, roleArn: role(name) });
    // Each reads a secret that nobody else does: who signs that call is that identity.
    for (const name of NAMES) {
      await west().create(world.unique(`only/${name}.`), '{"v":"1"}');
      const dataFrom = [{ secretId: world.unique(`only/${name}.`) }];
      await world.applyAwsSecret(`only-${name}`, { refreshInterval: '0', ...IDENTITIES[name], dataFrom });
    }
    await expectReady(
      NAMES.map(name => `only-${name}`),
      'Synced',
    );
    for (const name of NAMES) {
      const [key = '', ...more] = keysOf(`only/${name}.`);
      expect(more, `one key for ${name}`).toEqual([]);
      keys.set(name, key);
    }
  });

  it('each identity has a session of its own, and each session begins with the right one', () => {
    expect(new Set(keys.values()).size).toBe(NAMES.length);
    expect(keys.get('own')).toBe('operator');
    const assumed = world.faults.calls.filter(({ verb }) => verb === 'AssumeRole');
    const signersOf = (arn: string) => assumed.filter(({ name }) => name === arn).map(({ accessKey }) => accessKey);
    // "two-hops" begins with the session of "chain".
    expect(signersOf(shared.roleArn).sort()).toEqual([...Array(5).fill('operator'), keys.get('payments')].sort());
    expect(signersOf(role('second'))).toEqual([keys.get('chain')]);
    const exchanged = world.faults.calls.filter(({ verb }) => verb === 'AssumeRoleWithWebIdentity');
    expect(exchanged.map(({ name }) => name).sort()).toEqual([role('orders'), role('other'), role('payments')]);
    expect(exchanged.map(({ accessKey }) => accessKey)).toEqual([undefined, undefined, undefined]);
  });

  interface Kind {
    readonly kind: string;
    /** What the calls name it. */
    readonly id: (name: string) => string;
    readonly store: (name: string) => Promise<unknown>;
    readonly spec: (name: string) => object;
  }
  const kinds: readonly Kind[] = [
    {
      kind: 'secret',
      id: name => world.unique(name),
      store: name => west().create(world.unique(name), 'v'),
      spec: name => ({ data: [{ key: 'v', secretId: world.unique(name) }] }),
    },
    {
      kind: 'parameter',
      id: name => `/${world.unique(name)}`,
      store: name => west().putParameter(`/${world.unique(name)}`, 'v'),
      spec: name => ({ data: [{ key: 'v', parameter: `/${world.unique(name)}` }] }),
    },
    {
      kind: 'search',
      id: name => `name=${world.unique(name)}/`,
      store: name => west().create(world.unique(`${name}/v`), 'v'),
      spec: name => ({ dataFrom: [{ find: { namePattern: world.unique(`${name}/*`) } }] }),
    },
    {
      kind: 'path',
      id: name => `/${world.unique(name)}`,
      store: name => west().putParameter(`/${world.unique(name)}/v`, 'v'),
      spec: name => ({ dataFrom: [{ parameterPath: `/${world.unique(name)}` }] }),
    },
  ];

  it.each(kinds)(
    'a $kind that all others have just read is denied to whom AWS denies it',
    async ({ kind, id, store, spec }) => {
      const of = (denied: Name): string => `${kind}-${denied}.`;
      const nameOf = (identity: Name, denied: Name): string => `${kind}-${identity}-of-${denied}`;
      const apply = (identity: Name, denied: Name) =>
        world.applyAwsSecret(nameOf(identity, denied), {
          refreshInterval: '0',
          ...IDENTITIES[identity],
          ...spec(of(denied)),
        });
      for (const denied of NAMES) {
        await store(of(denied));
        world.faults.inject(
          idError('AccessDeniedException', id(of(denied))),
          call => call.accessKey === keys.get(denied),
        );
      }
      const pairs = NAMES.flatMap(denied => NAMES.filter(name => name !== denied).map(name => [name, denied] as const));
      await Promise.all(pairs.map(([name, denied]) => apply(name, denied)));
      await expectReady(
        pairs.map(([name, denied]) => nameOf(name, denied)),
        'Synced',
      );
      await Promise.all(NAMES.map(name => apply(name, name)));
      await expectReady(
        NAMES.map(name => nameOf(name, name)),
        'AccessDenied',
      );
      for (const denied of NAMES) {
        expect(await world.secret(nameOf(denied, denied)), `nothing for ${denied}`).toBeUndefined();
        expect(keysOf(id(of(denied)).replace('name=', '')).sort(), 'each has asked by itself').toEqual(
          [...keys.values()].sort(),
        );
      }
    },
  );

  it.each(['own', 'payments', 'team-a'] as const)(
    'what is taken from %s is not had from those who still may, and the Secret stays as it was',
    async name => {
      const secretId = world.unique(`taken-${name}.`);
      await west().create(secretId, '{"v":"1"}');
      for (const each of NAMES)
        await world.applyAwsSecret(`taken-${name}-${each}`, {
          ...IDENTITIES[each],
          refreshInterval: '0',
          dataFrom: [{ secretId }],
        });
      const all = NAMES.map(each => `taken-${name}-${each}`);
      await expectReady(all, 'Synced');
      await west().put(secretId, '{"v":"2"}');
      const isTaken = world.faults.inject(
        awsError('AccessDeniedException'),
        call => call.accessKey === keys.get(name) && call.body.includes(secretId),
      );
      for (const each of all) await work.refresh(each, '2');
      await expectReady([`taken-${name}-${name}`], 'AccessDenied');
      for (const each of NAMES) await world.expectSecret(`taken-${name}-${each}`, { v: each === name ? '1' : '2' });
      isTaken();
      await work.refresh(`taken-${name}-${name}`, '3');
      await world.expectSecret(`taken-${name}-${name}`, { v: '2' });
    },
  );
});
