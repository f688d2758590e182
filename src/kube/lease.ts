import { fail, ok, type Result } from '../controller/runtime/error.ts';
import type { Lease, LeaseRecord, LeaseStore } from '../controller/runtime/lease.ts';
import { FIELD_MANAGER } from '../crds/names.ts';
import { syncError } from './error.ts';
import { microTime } from './micro-time.ts';
import { call, MERGE_PATCH, type Resource, resourcePath } from './resource.ts';
import type { Transport } from './transport/transport.ts';

const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };

export interface LeaseStoreOptions {
  readonly transport: Transport;
  readonly namespace: string;
  readonly name: string;
  /** How long one call may take, so that one that hangs does not cost a leader its lease. */
  readonly budgetMs: number;
}

/** A Lease of coordination.k8s.io/v1 as JSON brings it. Any program may have made it, so that any field may be absent. */
interface LeaseBody {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

/** The Lease `name`. Labels and annotations that others put on it stay. */
export function createLeaseStore({ transport, namespace, name, budgetMs }: LeaseStoreOptions): LeaseStore {
  const path = resourcePath(LEASES, namespace, name);
  const lease = `lease ${namespace}/${name}`;
  const query = { fieldManager: FIELD_MANAGER };
  // However much the leader has to do, it must not lose the lease over it.
  const shared = { isUrgent: true, budgetMs } as const;
  return {
    async get() {
      const found = await call<LeaseBody>(transport, { method: 'GET', path, ...shared });
      if (found.ok) return ok(readLease(found.value));
      return found.error.status === 404 ? ok(undefined) : syncError(found.error, `get ${lease}`);
    },
    async create(record) {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: writeSpec(record) };
      const request = { method: 'POST', path: resourcePath(LEASES, namespace), query, body, ...shared } as const;
      const created = await call<LeaseBody>(transport, request);
      if (created.ok) return ok(readLease(created.value));
      return created.error.status === 404 ? noNamespace(namespace) : syncError(created.error, `create ${lease}`);
    },
    async replace({ resourceVersion }, record) {
      const body = { metadata: { resourceVersion }, spec: writeSpec(record) };
      const request = { method: 'PATCH', path, query, contentType: MERGE_PATCH, body, ...shared } as const;
      const replaced = await call<LeaseBody>(transport, request);
      return replaced.ok ? ok(readLease(replaced.value)) : syncError(replaced.error, `patch ${lease}`);
    },
  };
}

function noNamespace(namespace: string): Result<never> {
  const message = `the lease cannot be created: there is no namespace ${namespace}; make it, or set --leader-election-namespace`;
  return fail('WriteRefused', 'content', message);
}

function readLease({ metadata, spec = {} }: LeaseBody): Lease {
  const record = {
    holder: spec.holderIdentity ?? '',
    durationMs: (spec.leaseDurationSeconds ?? 0) * 1_000,
    acquiredAt: readTime(spec.acquireTime),
    renewedAt: readTime(spec.renewTime),
    transitions: spec.leaseTransitions ?? 0,
  };
  return { record, resourceVersion: metadata.resourceVersion };
}

function writeSpec({ holder, durationMs, acquiredAt, renewedAt, transitions }: LeaseRecord): LeaseBody['spec'] {
  return {
    holderIdentity: holder,
    // Never shorter than what we keep to.
    leaseDurationSeconds: Math.ceil(durationMs / 1_000),
    acquireTime: microTime(acquiredAt),
    renewTime: microTime(renewedAt),
    leaseTransitions: transitions,
  };
}

function readTime(text: string | null | undefined): number {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}
