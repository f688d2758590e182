import type { ObjectMeta } from '../../crds/object.ts';
import type { Result } from '../runtime/error.ts';
import type { ObjectKey } from '../runtime/key.ts';
import type { PodContainer, Workload } from './workload.ts';

export interface WorkloadCache {
  /** Workloads of the namespace whose pod template names the Secret. */
  usingSecret(namespace: string, secretName: string): readonly Workload[];
}

export interface SecretReader {
  /** Metadata of the Secret, read live; undefined when there is none. */
  secretMetadata(secret: ObjectKey): Promise<Result<ObjectMeta | undefined>>;
}

export interface PodReader {
  /** Containers of the workload's pods, read live. */
  podContainers(workload: Workload): Promise<Result<readonly PodContainer[]>>;
}

export interface Restarter {
  /**
   * Sets `annotations` on the pod template and nothing else, if the workload still has the given resourceVersion.
   * Idempotent: the same annotations again change nothing.
   */
  restart(workload: Workload, annotations: Readonly<Record<string, string>>): Promise<Result<void>>;
  /** Evicts a pod of the workload, unless its PodDisruptionBudget forbids it now. Fails with `conflict` when it has gone. */
  evict(workload: Workload, pod: PodContainer['pod']): Promise<Result<'evicted' | 'forbidden'>>;
}

export interface RolloutMetrics {
  restarted(kind: string, result: 'success' | 'error'): void;
}
