import type { ObjectMeta } from '../../crds/object.ts';

/** One place in a pod template where a container takes something from a Secret. */
export interface SecretUse {
  readonly secretName: string;
  readonly container: string;
  /** Only a `volume` sees a change by itself: the kubelet updates it (kubernetes.io/docs/concepts/configuration/secret). */
  readonly how: 'env' | 'envFrom' | 'volume' | 'subPath';
  /** The pod starts without the Secret, and without the keys. */
  readonly optional: boolean;
  /** Keys that it names one by one; undefined where it takes whatever there is. */
  readonly keys?: readonly string[];
}

/** Kinds whose pods are replaced when their template changes, and those that make pods for a run. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Rollout' | 'CronJob' | 'Job';

/**
 * What a change of its template does: `rolling` its own controller replaces the pods; `onDelete` pods get it when
 * somebody deletes them; `nextRun` pods that run are never replaced.
 */
export type Replacement = 'rolling' | 'onDelete' | 'nextRun';

/** A workload, reduced to what a decision about a restart needs. */
export interface Workload {
  readonly apiVersion: string;
  readonly kind: WorkloadKind;
  readonly metadata: ObjectMeta;
  readonly replacement: Replacement;
  /** As the `labelSelector` parameter of a list of its pods. */
  readonly podSelector: string;
  /** Only those of the operator. */
  readonly templateAnnotations: Readonly<Record<string, string>>;
  readonly uses: readonly SecretUse[];
  readonly progress: WorkloadProgress;
}

export interface WorkloadProgress {
  /** Whether its own controller has seen the present generation, and all pods are updated and available. */
  readonly isComplete: boolean;
  readonly isPaused: boolean;
  /** Its controller gave up: `ProgressDeadlineExceeded` of a Deployment, `Degraded` of a Rollout. */
  readonly isStuck: boolean;
  readonly updated: number;
  readonly desired: number;
}

/**
 * A container that runs, an init container that ran, or either before its first start, in a pod that is neither finished
 * nor being deleted. Times are wall-clock milliseconds; Kubernetes tells whole seconds.
 */
export interface PodContainer {
  readonly pod: { readonly name: string; readonly uid: string };
  /** Whether the workload certainly made the pod, and makes another in its place. */
  readonly isReplaced: boolean;
  readonly container: string;
  /** Since when the volumes of its pod may be set up: images are pulled after that, for however long. */
  readonly mountedSince: number;
  /** When it got its environment; infinite for one that has not started yet. */
  readonly startedAt: number;
}
