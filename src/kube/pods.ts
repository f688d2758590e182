import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { PodReader } from '../controller/rollout/ports.ts';
import type { StartedContainer } from '../controller/rollout/workload.ts';
import { ok } from '../controller/runtime/error.ts';
import { syncError } from './error.ts';
import { call, PODS, resourcePath } from './resource.ts';
import type { Transport } from './transport.ts';

const PAGE = '500';

interface PodList {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly V1Pod[];
}

export function createPodReader(transport: Transport): PodReader {
  return {
    async startedContainers({ metadata, podSelector }) {
      const { namespace } = metadata;
      const containers: StartedContainer[] = [];
      let next = '';
      do {
        const query = { labelSelector: podSelector, limit: PAGE, ...(next !== '' && { continue: next }) };
        const page = await call<PodList>(transport, { method: 'GET', path: resourcePath(PODS, namespace), query });
        if (!page.ok) return syncError(page.error, `list pods in namespace ${namespace}`);
        containers.push(...page.value.items.flatMap(startedContainers));
        next = page.value.metadata.continue ?? '';
      } while (next !== '');
      return ok(containers);
    },
  };
}

/** None of a pod that has ended or is being deleted: it will not be there for long, with whatever content. */
export function startedContainers({ metadata, status }: V1Pod): readonly StartedContainer[] {
  const isOver =
    status?.phase === 'Succeeded' || status?.phase === 'Failed' || metadata?.deletionTimestamp !== undefined;
  if (isOver) return [];
  const pod = metadata?.name ?? '';
  const started = (container: V1ContainerStatus, time: unknown): readonly StartedContainer[] =>
    time === undefined ? [] : [{ pod, container: container.name, startedAt: Date.parse(String(time)) }];
  return [
    ...(status?.initContainerStatuses ?? []).flatMap(container =>
      started(container, container.state?.running?.startedAt ?? container.state?.terminated?.startedAt),
    ),
    ...(status?.containerStatuses ?? []).flatMap(container => started(container, container.state?.running?.startedAt)),
  ];
}
