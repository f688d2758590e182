import type { KubeObject } from '../support/kube-admin.ts';
import type { Objects } from './objects.ts';
import { uses, workloadsOf } from './workloads.ts';

/** Pods of it have started after everything that a test does. */
const FAR_AHEAD_MS = 3_600_000;

interface LivePod extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly deletionTimestamp?: string };
}

/** The pods of a Deployment, one of which started under content that came and went. */
export interface Strays {
  readonly stray: string;
  readonly good: string;
  /** Whether a pod is gone, or going. */
  isLeaving(pod: string): Promise<boolean>;
}

/**
 * Deployment `name` of one replica, which its template calls up to date with Secret `name`, and the pod beside it. The
 * Secret must have held its present content, then another, and then the present one again.
 */
export async function deployStray(world: Objects, name: string): Promise<Strays> {
  const { deploy, run, path } = workloadsOf(world);
  const annotations = (await world.secret(name))?.metadata.annotations ?? {};
  const times: readonly { time: string }[] = JSON.parse(annotations['secrets-operator.io/history'] ?? '[]');
  const [again = '', between = ''] = times.map(({ time }) => time);
  const stamp = { [`restart.secrets-operator.io/${name}`]: annotations['secrets-operator.io/content'] };
  const { metadata } = await deploy('deployments', name, {
    spec: {
      template: {
        metadata: { labels: { app: name }, annotations: stamp },
        spec: { containers: [{ name: 'app', image: 'app', ...uses(name).env.container }] },
      },
    },
  });
  const owner = { kind: 'ReplicaSet', uid: metadata.uid };
  const stray = await run(name, between, owner);
  const good = await run(name, new Date(Date.parse(again) + FAR_AHEAD_MS).toISOString(), owner);
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  await world.kube.patch(`${path('deployments', name)}/status`, { status });
  return {
    ...{ stray, good },
    async isLeaving(pod) {
      const live = await world.kube.get<LivePod>(path('pods', pod));
      return live === undefined || live.metadata.deletionTimestamp !== undefined;
    },
  };
}
