import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { PodReader } from '../../controller/rollout/ports.ts';
import type { PodContainer, Workload } from '../../controller/rollout/workload.ts';
import { ok } from '../../controller/runtime/error.ts';
import { controllerOf } from '../../crds/object.ts';
import { syncError } from '../error.ts';
import { PODS, pages, resourcePath } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';

export function createPodReader(transport: Transport): PodReader {
  return {
    async podContainers(workload) {
      const { podSelector } = workload;
      const { namespace } = workload.metadata;
      const containers: PodContainer[] = [];
      const query = { labelSelector: podSelector };
      for await (const page of pages<V1Pod>(transport, { path: resourcePath(PODS, namespace), query })) {
        if (!page.ok) return syncError(page.error, `list pods in namespace ${namespace}`);
        const own = page.value.filter(pod => isOf(pod, workload));
        containers.push(...own.flatMap(pod => podContainers(pod, isReplaced(pod, workload))));
      }
      return ok(containers);
    },
  };
}

/**
 * Selectors of different workloads may overlap; a pod that certainly belongs to another is not counted. Replicas of
 * Deployments and Rollouts belong to a ReplicaSet, which may have any name.
 */
function isOf({ metadata }: V1Pod, { kind, metadata: { uid } }: Workload): boolean {
  const controller = controllerOf(metadata ?? {});
  if (controller === undefined) return true;
  const isReplica = controller.kind === 'ReplicaSet';
  return kind === 'Deployment' || kind === 'Rollout' ? isReplica : controller.uid === uid;
}

/** Whether the workload makes another when this one is gone: whoever made it by hand, or for another one, has its reasons. */
function isReplaced({ metadata }: V1Pod, { kind, metadata: { name, uid } }: Workload): boolean {
  const controller = controllerOf(metadata ?? {});
  if (kind !== 'Deployment' && kind !== 'Rollout') return controller?.uid === uid;
  // As both name their ReplicaSets: by a hash of the template, which has no hyphen.
  const isNamed =
    controller?.name.startsWith(`${name}-`) === true && !controller.name.slice(name.length + 1).includes('-');
  return controller?.kind === 'ReplicaSet' && isNamed;
}

/** None of a pod that has ended or is being deleted: it will not be there for long, with whatever content. */
export function podContainers({ metadata, status }: V1Pod, isReplaced: boolean): readonly PodContainer[] {
  const isOver =
    status?.phase === 'Succeeded' || status?.phase === 'Failed' || metadata?.deletionTimestamp !== undefined;
  if (isOver) return [];
  // When the kubelet took the pod, before it did anything for it (kubernetes/api, core/v1/types.go, PodStatus).
  const mountedSince = status?.startTime === undefined ? undefined : Date.parse(String(status.startTime));
  const pod = { name: metadata?.name ?? '', uid: metadata?.uid ?? '' };
  const reduce = ({ name, state, lastState }: V1ContainerStatus, time: unknown): readonly PodContainer[] => {
    if (time !== undefined) {
      const startedAt = Date.parse(String(time));
      return [{ pod, isReplaced, container: name, mountedSince: mountedSince ?? startedAt, startedAt }];
    }
    const hasStarted = state?.terminated !== undefined || lastState?.terminated !== undefined;
    if (hasStarted || mountedSince === undefined) return [];
    return [{ pod, isReplaced, container: name, mountedSince, startedAt: Number.POSITIVE_INFINITY }];
  };
  return [
    ...(status?.initContainerStatuses ?? []).flatMap(container =>
      reduce(container, container.state?.running?.startedAt ?? container.state?.terminated?.startedAt),
    ),
    ...(status?.containerStatuses ?? []).flatMap(container => reduce(container, container.state?.running?.startedAt)),
  ];
}
