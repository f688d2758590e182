import type { V1Pod } from '@kubernetes/client-node';
import type { SecretUsers } from '../controller/aws-secret/ports.ts';
import type { WorkloadCache } from '../controller/rollout/ports.ts';
import { ok } from '../controller/runtime/error.ts';
import { syncError } from './error.ts';
import { call, PODS, resourcePath } from './resource.ts';
import type { Transport } from './transport.ts';

interface PodList {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly V1Pod[];
}

const PAGE = '500';
const UNFINISHED = 'status.phase!=Succeeded,status.phase!=Failed';

export function createSecretUsers(transport: Transport, workloads: WorkloadCache): SecretUsers {
  return {
    workload({ namespace, name }) {
      const [first] = workloads.usingSecret(namespace, name);
      return first && `${first.kind} ${first.metadata.name}`;
    },
    async pod({ namespace, name }) {
      let next = '';
      do {
        const query = { fieldSelector: UNFINISHED, limit: PAGE, ...(next !== '' && { continue: next }) };
        const page = await call<PodList>(transport, { method: 'GET', path: resourcePath(PODS, namespace), query });
        if (!page.ok) return syncError(page.error, `list pods in namespace ${namespace}`);
        const user = page.value.items.find(({ spec }) => namesSecret(spec, name));
        if (user !== undefined) return ok(`Pod ${user.metadata?.name ?? ''}`);
        next = page.value.metadata.continue ?? '';
      } while (next !== '');
      return ok(undefined);
    },
  };
}

/**
 * Whether a pod's spec names the Secret, in whatever way: `secretName`, or the `name` within anything called a secret
 * (`secretKeyRef`, `imagePullSecrets`, the `nodePublishSecretRef` of a CSI volume).
 */
export function namesSecret(spec: unknown, name: string, isWithinSecret = false): boolean {
  if (typeof spec !== 'object' || spec === null) return false;
  return Object.entries(spec).some(([key, value]) => {
    if (value === name) return key === 'secretName' || (isWithinSecret && key === 'name');
    return namesSecret(value, name, Array.isArray(spec) ? isWithinSecret : /secret/i.test(key));
  });
}
