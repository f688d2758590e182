import { createHash } from 'node:crypto';
import type { KubeAdmin } from '../support/kube-admin.ts';
import type { History, Revision, Stored } from './history.ts';

/** On a pod: what the Secrets of its workload held when it started, as a digest of the test's own. */
export const HOLDS = 'test/holds';

/** What the controllers of Kubernetes do, one step after the other, so that virtual time can wait for it. */
export interface Cluster {
  /** Does all that is to be done now; false when there was nothing. */
  step(): Promise<boolean>;
  /** Whether every workload whose Secrets are there runs as its template says. */
  isSettled(): boolean;
}

export interface ClusterOptions {
  readonly namespace: string;
  /** Whose writes the history knows: else each step would do the same again. */
  readonly kube: KubeAdmin;
  readonly history: History;
  /** Wall-clock milliseconds. */
  readonly now: () => number;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly object[] };
}

type Owner = Pick<Revision, 'kind' | 'object'>;

const PLURALS = { Deployment: 'deployments', StatefulSet: 'statefulsets' } as const;
const SECRET_NAMES = /"(?:secretName|secretRef|secretKeyRef)":(?:"([^"]+)"|\{[^}]*"name":"([^"]+)")/g;

/**
 * A workload controller, a kubelet and the garbage collector for one namespace. Each workload has one pod, which is
 * replaced when the template changes, and made anew when somebody evicts it; it starts when its Secrets are there.
 */
export function createCluster({ namespace, kube, history, now }: ClusterOptions): Cluster {
  let pods = 0;
  const live = (): readonly Stored[] => [...history.live(namespace).values()].map(({ object }) => object);
  const ofKind = (...kinds: readonly string[]) =>
    [...history.live(namespace).values()].filter(({ kind }) => kinds.includes(kind));
  const pod = (name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}`;

  /** The pod's controller: of a Deployment a ReplicaSet that nobody here needs to be there. */
  const controllerOf = ({ kind, object: { metadata } }: Owner) => {
    const { name, uid } = metadata;
    const isItself = kind === 'StatefulSet';
    return {
      apiVersion: 'apps/v1',
      controller: true,
      kind: isItself ? kind : 'ReplicaSet',
      name: isItself ? name : `${name}-6d4cf56db`,
      uid,
    };
  };

  const startPod = async (owner: Owner, template: PodTemplate, holds: string): Promise<string> => {
    pods += 1;
    const name = `${owner.object.metadata.name}-${pods}`;
    const startedAt = new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');
    await kube.create(`/api/v1/namespaces/${namespace}/pods`, {
      metadata: {
        ...{ name, labels: template.metadata.labels, annotations: { [HOLDS]: holds } },
        ownerReferences: [controllerOf(owner)],
      },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    });
    const container = { name: 'app', image: 'app', imageID: '', ready: true, restartCount: 0 };
    const containerStatuses = [{ ...container, state: { running: { startedAt } } }];
    await kube.patch(`${pod(name)}/status`, { status: { phase: 'Running', startTime: startedAt, containerStatuses } });
    return name;
  };

  /** The operator may have evicted it in the meantime. */
  const removePod = async (name: string): Promise<void> => {
    await kube.remove(`${pod(name)}?gracePeriodSeconds=0`).catch((error: Error) => {
      if (!error.message.includes(': 404 ')) throw error;
    });
  };

  /** Workloads that have to have other pods, or any. */
  const unsettled = () =>
    ofKind('Deployment', 'StatefulSet').flatMap(owner => {
      const { object } = owner;
      const { name, generation = 0 } = object.metadata;
      const { template } = object['spec'] as { readonly template: PodTemplate };
      const { observedGeneration = 0 } = (object['status'] ?? {}) as { readonly observedGeneration?: number };
      const own = ofKind('Pod').filter(({ object }) => object.metadata.labels?.['app'] === name);
      const contents = secretsOf(template).map(secret => contentOf(live(), secret));
      const isSettled = observedGeneration >= generation && own.length > 0;
      return isSettled || contents.includes(undefined) ? [] : [{ owner, generation, template, own, contents }];
    });

  const replacePods = async (): Promise<boolean> => {
    const all = unsettled();
    for (const { owner, generation, template, own, contents } of all) {
      const { kind, object } = owner;
      await startPod(owner, template, contents.join(' '));
      for (const { object } of own) await removePod(object.metadata.name);
      const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
      const path = `/apis/apps/v1/namespaces/${namespace}/${PLURALS[kind as keyof typeof PLURALS]}/${object.metadata.name}/status`;
      await kube.patch(path, { status: { observedGeneration: generation, ...counts } });
    }
    return all.length > 0;
  };

  const collectGarbage = async (): Promise<boolean> => {
    const uids = new Set(ofKind('AwsSecret').map(({ object }) => object.metadata.uid));
    const orphans = ofKind('Secret').filter(({ object }) => {
      const owners = object.metadata.ownerReferences ?? [];
      return owners.length > 0 && owners.every(({ kind, uid }) => kind === 'AwsSecret' && !uids.has(uid));
    });
    for (const { object } of orphans) {
      await kube.remove(`/api/v1/namespaces/${namespace}/secrets/${object.metadata.name}`);
    }
    return orphans.length > 0;
  };

  return {
    isSettled: () => unsettled().length === 0,
    async step() {
      return [await replacePods(), await collectGarbage()].includes(true);
    },
  };
}

/** The Secrets that a pod template names. */
export function secretsOf(template: object): readonly string[] {
  const text = JSON.stringify(template);
  return [...new Set([...text.matchAll(SECRET_NAMES)].map(([, inline, named]) => inline ?? named ?? ''))].sort();
}

/** A digest of what a Secret holds; undefined when there is none. */
function contentOf(objects: readonly Stored[], name: string): string | undefined {
  const secret = objects.find(object => 'data' in object && object.metadata.name === name);
  return secret && digestOf(secret);
}

/** Which Secret, and what it holds. */
export function digestOf(secret: Stored): string {
  const data = Object.entries((secret['data'] ?? {}) as Readonly<Record<string, string>>).sort();
  return `${secret.metadata.name}:${createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 12)}`;
}
