import type { Result } from '../runtime/error.ts';
import type { StartedContainer, Workload } from './workload.ts';

export interface WorkloadCache {
  /** Workloads of the namespace whose pod template names the Secret. */
  usingSecret(namespace: string, secretName: string): readonly Workload[];
}

export interface PodReader {
  /** Containers of the workload's pods, read live. */
  startedContainers(workload: Workload): Promise<Result<readonly StartedContainer[]>>;
}

export interface Restarter {
  /**
   * Sets `annotations` on the pod template and nothing else, if the workload still has the given resourceVersion.
   * Idempotent: the same annotations again change nothing.
   */
  restart(workload: Workload, annotations: Readonly<Record<string, string>>): Promise<Result<void>>;
}

export interface RolloutMetrics {
  restarted(kind: string, result: 'success' | 'error'): void;
}
