import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { Objects } from './objects.ts';

export interface LiveWorkload extends KubeObject {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
}

export type RestartedKind = 'deployments' | 'statefulsets' | 'daemonsets' | 'rollouts';
export type Kind = RestartedKind | 'cronjobs' | 'jobs';

export const LONG_AGO = '2026-01-01T00:00:00Z';
const WAIT = { timeoutMs: 20_000 } as const;

const APIS: Readonly<Record<Kind, string>> = {
  deployments: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  rollouts: '/apis/argoproj.io/v1alpha1',
  cronjobs: '/apis/batch/v1',
  jobs: '/apis/batch/v1',
};

export interface Deployed {
  readonly container?: object;
  /** Absent: none. */
  readonly initContainer?: object;
  readonly volumes?: readonly object[];
  readonly annotations?: object;
  readonly ownerReferences?: readonly object[];
  /** Further fields of the workload's spec. */
  readonly spec?: object;
}

/** The ways in which a container can use a Secret. */
export function uses(secret: string) {
  const volumes = [{ name: 's', secret: { secretName: secret } }];
  const projected = [{ name: 's', projected: { sources: [{ secret: { name: secret } }] } }];
  const mount = { name: 's', mountPath: '/s' };
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: secret, key: 'v' } } }];
  return {
    env: { container: { env } },
    init: { initContainer: { env } },
    'env-from': { container: { envFrom: [{ secretRef: { name: secret } }] } },
    volume: { container: { volumeMounts: [mount] }, volumes },
    projected: { container: { volumeMounts: [mount] }, volumes: projected },
    'sub-path': { container: { volumeMounts: [{ ...mount, mountPath: '/s/v', subPath: 'v' }] }, volumes },
  } as const satisfies Readonly<Record<string, Deployed>>;
}

/** Workloads in the namespace of a world, and the pods that their controllers and kubelets would make. */
export function workloadsOf(world: Objects) {
  const path = (kind: Kind | 'pods', name: string): string =>
    `${kind === 'pods' ? '/api/v1' : APIS[kind]}/namespaces/${world.namespace}/${kind}/${name}`;
  const collection = (kind: Kind | 'pods'): string => path(kind, '').slice(0, -1);

  const deploy = async (kind: RestartedKind, name: string, options: Deployed = {}): Promise<LiveWorkload> => {
    const { container = {}, initContainer, volumes = [], annotations = {}, ownerReferences = [], spec = {} } = options;
    return await world.kube.create<LiveWorkload>(collection(kind), {
      apiVersion: APIS[kind].slice('/apis/'.length),
      kind: { deployments: 'Deployment', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet', rollouts: 'Rollout' }[
        kind
      ],
      metadata: { name, annotations, ownerReferences },
      spec: {
        selector: { matchLabels: { app: name } },
        ...(kind === 'statefulsets' && { serviceName: name }),
        template: {
          metadata: { labels: { app: name } },
          spec: {
            ...(initContainer && { initContainers: [{ name: 'init', image: 'app', ...initContainer }] }),
            ...{ containers: [{ name: 'app', image: 'app', ...container }], volumes },
          },
        },
        ...spec,
      },
    });
  };

  /** A pod as its kubelet would report it, its init container done: no node runs in this suite. Returns its name. */
  const run = async (app: string, startedAt: string, owner?: { kind: string; uid: string }): Promise<string> => {
    const name = `${app}-${randomUUID().slice(0, 5)}`;
    const controller = owner?.kind === 'ReplicaSet' ? `${app}-6d4cf56db` : app;
    const reference = owner && { apiVersion: 'apps/v1', name: controller, controller: true, ...owner };
    await world.kube.create(collection('pods'), {
      metadata: { name, labels: { app }, ownerReferences: reference ? [reference] : [] },
      spec: { initContainers: [{ name: 'init', image: 'app' }], containers: [{ name: 'app', image: 'app' }] },
    });
    const container = { image: 'app', imageID: '', ready: true, restartCount: 0 };
    const terminated = { exitCode: 0, startedAt, finishedAt: startedAt };
    await world.kube.patch(`${path('pods', name)}/status`, {
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        initContainerStatuses: [{ name: 'init', ...container, state: { terminated } }],
        containerStatuses: [{ name: 'app', ...container, state: { running: { startedAt } } }],
      },
    });
    return name;
  };

  const live = async (kind: RestartedKind, name: string): Promise<LiveWorkload> => {
    const found = await world.kube.get<LiveWorkload>(path(kind, name));
    if (found === undefined) throw new Error(`${kind}/${name} is not there`);
    return found;
  };
  const stamp = async (kind: RestartedKind, name: string, secret: string): Promise<string | undefined> =>
    (await live(kind, name)).spec.template.metadata.annotations?.[`restart.secrets-operator.io/${secret}`];
  const contentOf = async (secret: string): Promise<string | undefined> =>
    (await world.secret(secret))?.metadata.annotations?.['secrets-operator.io/content'];

  return {
    path,
    collection,
    deploy,
    run,
    live,
    stamp,
    contentOf,
    /** Waits until the workload's template names the present content of the Secret. */
    expectRolled: (kind: RestartedKind, name: string, secret: string) =>
      until(`${kind}/${name} is stamped for ${secret}`, WAIT, async () => {
        const wanted = await contentOf(secret);
        return wanted !== undefined && (await stamp(kind, name, secret)) === wanted && wanted;
      }),
    /** Waits until the AwsSecret lists its consumers in exactly these states; `state` or `state reason`. */
    expectStates: async (name: string, states: Readonly<Record<string, string>>): Promise<void> => {
      let last: unknown;
      await until(`${name} lists ${JSON.stringify(states)}`, WAIT, async () => {
        const listed = (await world.awsSecret(name)).status?.rollout?.workloads ?? [];
        const found = listed.map(({ kind, name: of, state, reason }) => [`${kind}/${of}`, `${state} ${reason}`]);
        last = Object.fromEntries(found);
        const wanted = Object.entries(states);
        return (
          found.length === wanted.length &&
          wanted.every(([key, state]) => found.some(([k, s]) => k === key && s === state))
        );
      }).catch(error => {
        throw new Error(`${error}; it lists ${JSON.stringify(last)}`);
      });
    },
    refresh: (name: string, request: string) =>
      world.kube.patch(world.path('awssecrets', name), {
        metadata: { annotations: { 'secrets-operator.io/refresh-requested': request } },
      }),
    /** Waits until the operator has served that request. */
    expectServed: (name: string, request: string) =>
      until(`${name} has served ${request}`, WAIT, async () => {
        return (await world.awsSecret(name)).status?.lastHandledRefreshRequest === request;
      }),
  };
}
