import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../chart/helm.ts';
import { auditFlags, auditLog, refusedRights } from '../support/audit.ts';
import { findToolFile } from '../support/binaries.ts';
import { type Right, rbacOf, rightsOf, without } from '../support/chart-rbac.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { AWS_SECRETS, installDefinition } from '../support/definitions.ts';
import { kubeError, reset } from '../support/fault-proxy/fault.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { type Limited, useLimits } from './limited-operator.ts';
import { ELECTION_FLAGS, expectReady } from './operator.ts';
import { deployStray } from './strays.ts';
import { LONG_AGO, type RestartedKind, uses } from './workloads.ts';

const KINDS: Readonly<Record<RestartedKind, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  rollouts: 'Rollout',
};
const RBAC_HINT = 'RBAC does not allow it';
const WAY_OUT = 'see RBAC, quotas and admission policies';

/** What the operator does with a right, and how it tells that it has it no more. */
interface Case {
  readonly flags?: readonly string[];
  readonly shows: (operator: Limited) => Promise<unknown>;
}

const unlisted = (resource: string): Case => ({
  shows: async ({ expectLine, operator, namespace }) => {
    await expectLine('list failed', `"resource":"${resource}","namespace":"${namespace}"`, '"status":403', RBAC_HINT);
    expect((await fetch(`http://${operator.address}/readyz`)).status, 'not ready').toBe(503);
  },
});
const unwatched = (resource: string): Case => ({
  shows: ({ expectLine, namespace }) =>
    expectLine('watch failed', `"resource":"${resource}","namespace":"${namespace}"`, '"status":403', RBAC_HINT),
});
const unwritten = (action: string, act: (operator: Limited) => Promise<unknown>): Case => ({
  shows: async limited => {
    await act(limited);
    const { status } = await limited.expectCondition('app', 'Ready', 'False', 'WriteRefused');
    const { message = '' } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {};
    expect(message).toContain(`could not ${action}`);
    expect(message).toContain(WAY_OUT);
  },
});
const consumed = async ({ work, sync, change }: Limited, kind: RestartedKind, name = 'app'): Promise<void> => {
  await sync(name);
  const { metadata } = await work.deploy(kind, name, uses(name).env);
  const owner = kind === 'statefulsets' || kind === 'daemonsets' ? { kind: KINDS[kind], uid: metadata.uid } : undefined;
  await work.run(name, LONG_AGO, owner);
  await change(name, '2');
};
const unrolled = (action: string, act: (limited: Limited) => Promise<void>): Case => ({
  shows: async limited => {
    await act(limited);
    const { status } = await limited.expectCondition('app', 'RolledOut', 'False', 'RestartFailed');
    const [workload] = status?.rollout?.workloads ?? [];
    expect(workload).toMatchObject({ state: 'Failed', reason: 'WriteRefused' });
    expect(workload?.message).toContain(`could not ${action} in namespace ${limited.namespace}`);
    expect(workload?.message).toContain(WAY_OUT);
  },
});
const unpatched = (kind: RestartedKind): Case => unrolled(`patch ${kind}`, limited => consumed(limited, kind));

const adopting = async ({ kube, path, aws, unique, applyAwsSecret }: Limited, name: string): Promise<void> => {
  await kube.create(path('secrets', '').slice(0, -1), { metadata: { name } });
  await aws.create(unique(name), '{"v":"1"}');
  await applyAwsSecret(name, { dataFrom: [{ secretId: unique(name) }], target: { creationPolicy: 'Adopt' } });
};

/** Content that comes, goes and comes back, and a pod that started in between. */
const strayed = async (limited: Limited): Promise<void> => {
  await limited.sync('app');
  for (const value of ['2', '1']) {
    await limited.change('app', value);
    await limited.expectSecret('app', { v: value });
  }
  await deployStray(limited, 'app');
};

const RESOURCES = [
  'awssecrets.secrets-operator.io',
  'secrets',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'rollouts.argoproj.io',
  'cronjobs.batch',
  'jobs.batch',
];
const nameOf = (resource: string): string => resource.split('.')[0] ?? '';

describe('the rights of the chart', () => {
  let directory = '';
  let plane: ControlPlane | undefined;
  const server = () => {
    if (plane === undefined) throw new Error('the control plane has not been started');
    return { ...plane, auditLog: auditLog(directory) };
  };
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'so-rbac-'));
    plane = await startControlPlane({
      directory: path.join(directory, 'plane'),
      apiServerFlags: auditFlags(directory),
    });
    const kube = createKubeAdmin(plane);
    await installDefinition(kube, AWS_SECRETS);
    await installDefinition(kube, await findToolFile('argo-rollouts', 'rollout-crd.yaml'));
  });
  afterAll(async () => {
    await plane?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const limits = useLimits(server);
  const refuseStatusOnce = (namespace: string) =>
    limits.faults.inject(
      kubeError(409),
      call => call.namespace === namespace && call.resource === 'awssecrets/status',
      1,
    );

  /** One row for each right: the operator needs it, and says so to the one who has to mend it when it is missing. */
  const inWatched: Readonly<Record<string, Case>> = {
    ...Object.fromEntries(RESOURCES.map(resource => [`list ${resource}`, unlisted(nameOf(resource))])),
    ...Object.fromEntries(RESOURCES.map(resource => [`watch ${resource}`, unwatched(nameOf(resource))])),
    'create pods/eviction': unrolled('create pods/eviction', strayed),
    'patch deployments.apps': unpatched('deployments'),
    'patch statefulsets.apps': unpatched('statefulsets'),
    'patch daemonsets.apps': unpatched('daemonsets'),
    'patch rollouts.argoproj.io': unpatched('rollouts'),
    'list pods': unrolled('list pods', limited => consumed(limited, 'deployments')),
    'get awssecrets.secrets-operator.io': {
      shows: async ({ namespace, expectLine, aws, unique, applyAwsSecret }) => {
        refuseStatusOnce(namespace);
        await aws.create(unique('app'), '{"v":"1"}');
        await applyAwsSecret('app', { dataFrom: [{ secretId: unique('app') }] });
        await expectLine(`could not update the status of AwsSecret ${namespace}/app`, WAY_OUT);
      },
    },
    'patch awssecrets.secrets-operator.io/status': {
      shows: async ({ namespace, expectLine, aws, unique, applyAwsSecret, expectSecret }) => {
        await aws.create(unique('app'), '{"v":"1"}');
        await applyAwsSecret('app', { dataFrom: [{ secretId: unique('app') }] });
        await expectSecret('app', { v: '1' });
        await expectLine(`could not update the status of AwsSecret ${namespace}/app`, WAY_OUT);
      },
    },
    'get secrets': unwritten('get Secret', limited => adopting(limited, 'app')),
    'create secrets': unwritten('create secrets in namespace', async ({ aws, unique, applyAwsSecret }) => {
      await aws.create(unique('app'), '{"v":"1"}');
      await applyAwsSecret('app', { dataFrom: [{ secretId: unique('app') }] });
    }),
    'patch secrets': unwritten('update secrets in namespace', async ({ sync, change }) => {
      await sync('app');
      await change('app', '2');
    }),
    'delete secrets': {
      shows: async ({ sync, kube, path, expectLine }) => {
        await sync('app');
        await kube.patch(path('awssecrets', 'app'), { spec: { target: { name: 'renamed' } } });
        await expectLine('former target stays', '"secret":"app"', 'could not delete', WAY_OUT);
      },
    },
    'create events.events.k8s.io': {
      shows: async ({ applyAwsSecret, unique, expectCondition, expectLine }) => {
        await applyAwsSecret('app', { dataFrom: [{ secretId: unique('app') }] });
        await expectLine('event dropped', 'Forbidden');
        await expectCondition('app', 'Ready', 'False', 'SecretNotFound');
      },
    },
  };

  const keyless: Case = {
    shows: ({ operatorNamespace, expectLine }) => expectLine('no hash key yet', operatorNamespace, 'secrets', WAY_OUT),
  };
  const hindered = (action: string): Case => ({
    flags: ELECTION_FLAGS,
    shows: ({ operatorNamespace, expectLine }) =>
      expectLine('leader election is hindered', `could not ${action} lease ${operatorNamespace}/`, WAY_OUT),
  });
  const inOwn: Readonly<Record<string, Case>> = {
    'get secrets': keyless,
    'create secrets': keyless,
    'create events.events.k8s.io': {
      shows: async ({ namespace, applyAwsSecret, unique, expectLine }) => {
        limits.faults.inject(reset(), call => call.ids.some(id => id.startsWith(`${namespace}/`)));
        await applyAwsSecret('app', { dataFrom: [{ secretId: unique('app') }] });
        await expectLine('region does not answer');
        await expectLine('event dropped', 'Forbidden');
      },
    },
    'get leases.coordination.k8s.io': hindered('get'),
    'create leases.coordination.k8s.io': hindered('create'),
    'patch leases.coordination.k8s.io': {
      flags: ELECTION_FLAGS,
      shows: async limited => {
        await hindered('patch').shows(limited);
        await limited.expectLine('leadership lost');
      },
    },
  };

  it('suffice at cluster scope for all that it does', async () => {
    const limited = await limits.start(rbacOf(render()), { flags: ELECTION_FLAGS, watchesAll: true });
    await limited.expectLine('leading');
    refuseStatusOnce(limited.namespace);
    await strayed(limited);
    await limited.expectLine('pod evicted', '"workload":"Deployment/app"');
    for (const kind of Object.keys(KINDS) as RestartedKind[]) {
      await consumed(limited, kind, kind);
      await limited.work.expectRolled(kind, kind, kind);
    }
    await adopting(limited, 'adopted');
    await limited.expectSecret('adopted', { v: '1' });
    await limited.sync('former');
    await limited.kube.patch(limited.path('awssecrets', 'former'), { spec: { target: { name: 'renamed' } } });
    await limited.expectLine('former target deleted');
    await limited.stop();
    const asked = await limited.asked();
    expect(refusedRights(asked)).toEqual([]);
    const granted = new Set(rightsOf(rbacOf(render())).map(({ right }) => right));
    expect(new Set(asked.map(({ right }) => right)), 'it has used every one of them').toEqual(granted);
    const atClusterScope = asked.filter(({ namespace }) => namespace === undefined).map(({ right }) => right);
    expect(new Set(atClusterScope)).toEqual(
      new Set(RESOURCES.flatMap(resource => [`list ${resource}`, `watch ${resource}`])),
    );
  });

  it('suffice without rollouts: Secrets are kept, and no workload is looked at', async () => {
    const smaller = rbacOf(render({ watchNamespaces: ['watched'], rollout: { enabled: false } }));
    const limited = await limits.start(smaller, { flags: [...ELECTION_FLAGS, '--rollout-enabled=false'] });
    await expectReady(limited.operator, []);
    await consumed(limited, 'deployments');
    await limited.expectSecret('app', { v: '2' });
    await limited.kube.patch(limited.path('awssecrets', 'app'), { spec: { target: { name: 'renamed' } } });
    await limited.expectSecret('renamed', { v: '2' });
    await limited.expectSynced('app');
    await limited.expectSecret('app', { v: '2' });
    await limited.stop();
    const asked = await limited.asked();
    expect(refusedRights(asked)).toEqual([]);
    expect(asked.map(({ right }) => right).filter(right => /apps|batch|argoproj|pods|delete/.test(right))).toEqual([]);
    expect(await limited.work.stamp('deployments', 'app', 'app')).toBeUndefined();
  });

  const rbac = rbacOf(render({ watchNamespaces: ['watched'] }));
  const nameOfRight = ({ namespace, right }: Right): string => `${right} in ${namespace}`;

  it('are those of which it is known what they are for', () => {
    const known = [
      ...Object.keys(inWatched).map(right => ({ namespace: 'watched', right })),
      ...Object.keys(inOwn).map(right => ({ namespace: 'ops', right })),
    ];
    expect(rightsOf(rbac).map(nameOfRight).sort()).toEqual(known.map(nameOfRight).sort());
  });

  const cases = [
    ...Object.entries(inWatched).map(([right, of]) => ({ namespace: 'watched', right, of })),
    ...Object.entries(inOwn).map(([right, of]) => ({ namespace: 'ops', right, of })),
  ];
  it.concurrent.each(cases)('without $right in $namespace it is told what is missing', async ({ of, ...right }) => {
    const limited = await limits.start(without(rbac, right), { flags: of.flags ?? [] });
    await of.shows(limited);
    const place = right.namespace === 'ops' ? limited.operatorNamespace : limited.namespace;
    const refused = refusedRights(await limited.asked());
    expect(refused, 'nothing else is missing').toEqual([`${right.right} in ${place}`]);
    await limited.stop();
  });
});
