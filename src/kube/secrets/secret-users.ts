import type { SecretUsers } from '../../controller/aws-secret/ports.ts';
import type { WorkloadCache } from '../../controller/rollout/ports.ts';
import { ok, type Result } from '../../controller/runtime/error.ts';
import { syncError } from '../error.ts';
import { PODS, pages, type Resource, resourcePath } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';
import { WORKLOAD_SOURCES } from '../workloads/kinds.ts';

/** As much of a pod, or of what makes pods, as is looked at. */
interface User {
  readonly metadata?: { readonly name?: string };
  readonly spec?: unknown;
  readonly status?: { readonly completionTime?: string };
}

interface Collection {
  readonly kind: string;
  readonly resource: Resource;
  readonly isOptional: boolean;
  readonly query?: Readonly<Record<string, string>>;
}

/** A worker has better things to do than to wait for a list that nobody is in a hurry for. */
const LIST_MS = 10_000;
const UNFINISHED = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };

/** Whatever runs pods, or would as soon as it is scaled up or its time has come. */
const COLLECTIONS: readonly Collection[] = [
  { kind: 'Pod', resource: PODS, isOptional: false, query: UNFINISHED },
  ...Object.entries(WORKLOAD_SOURCES).map(([kind, { resource, isOptional }]) => ({ kind, resource, isOptional })),
];

export function createSecretUsers(transport: Transport, workloads: WorkloadCache): SecretUsers {
  return {
    workload({ namespace, name }) {
      const [first] = workloads.usingSecret(namespace, name);
      return first && `${first.kind} ${first.metadata.name}`;
    },
    requiredKeys({ namespace, name }) {
      const required = new Map<string, string>();
      for (const { kind, metadata, uses } of workloads.usingSecret(namespace, name)) {
        const named = uses.filter(use => use.secretName === name && !use.optional).flatMap(use => use.keys ?? []);
        for (const key of named) required.set(key, `${kind} ${metadata.name}`);
      }
      return required;
    },
    async find({ namespace, name }) {
      for (const collection of COLLECTIONS) {
        const found = await findIn(transport, collection, namespace, name);
        if (!found.ok || found.value !== undefined) return found;
      }
      return ok(undefined);
    },
  };
}

async function findIn(
  transport: Transport,
  { kind, resource, isOptional, query }: Collection,
  namespace: string,
  secretName: string,
): Promise<Result<string | undefined>> {
  const path = resourcePath(resource, namespace);
  const request = { path, budgetMs: LIST_MS, ...(query !== undefined && { query }) };
  for await (const page of pages<User>(transport, request)) {
    if (!page.ok && page.error.status === 404 && isOptional) return ok(undefined);
    if (!page.ok) return syncError(page.error, `list ${resource.plural} in namespace ${namespace}`);
    // A Job that is complete is kept for its log alone.
    const user = page.value.find(
      ({ spec, status }) => status?.completionTime === undefined && namesSecret(spec, secretName),
    );
    if (user !== undefined) return ok(`${kind} ${user.metadata?.name ?? ''}`);
  }
  return ok(undefined);
}

/**
 * Whether the spec of a pod, or of what makes pods, names the Secret, in whatever way: `secretName`, or the `name`
 * within anything called a secret (`secretKeyRef`, `imagePullSecrets`, the `nodePublishSecretRef` of a CSI volume).
 */
export function namesSecret(spec: unknown, name: string): boolean {
  // No recursion: objects of foreign kinds may be nested deeper than the stack.
  const parts = [{ part: spec, isWithinSecret: false }];
  for (let next = parts.pop(); next !== undefined; next = parts.pop()) {
    const { part, isWithinSecret } = next;
    if (typeof part !== 'object' || part === null) continue;
    for (const [key, value] of Object.entries(part)) {
      if (value === name && (key === 'secretName' || (isWithinSecret && key === 'name'))) return true;
      parts.push({ part: value, isWithinSecret: Array.isArray(part) ? isWithinSecret : /secret/i.test(key) });
    }
  }
  return false;
}
