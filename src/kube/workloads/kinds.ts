import type { Workload, WorkloadKind } from '../../controller/rollout/workload.ts';
import type { Resource } from '../resource.ts';
import { reduceArgoRollout } from './argo-rollout.ts';
import { reduceCronJob, reduceJob } from './batch.ts';
import { reduceDaemonSet } from './daemon-set.ts';
import { reduceDeployment } from './deployment.ts';
import { reduceStatefulSet } from './stateful-set.ts';

export interface WorkloadSource {
  readonly resource: Resource;
  /** A cluster may be without this kind: its CustomResourceDefinition belongs to somebody else. */
  readonly isOptional: boolean;
  /**
   * A workload reduced on arrival to what a restart depends on; undefined when no restart can depend on it. The API
   * server has validated the object, and every field is read as if it could be absent.
   */
  readonly reduce: (object: object) => Workload | undefined;
}

function apps(plural: string, reduce: WorkloadSource['reduce']): WorkloadSource {
  return { resource: { group: 'apps', version: 'v1', plural }, isOptional: false, reduce };
}

function batch(plural: string, reduce: WorkloadSource['reduce']): WorkloadSource {
  return { resource: { group: 'batch', version: 'v1', plural }, isOptional: false, reduce };
}

/** Every kind of workload that can use a Secret, and where the API server keeps it. */
export const WORKLOAD_SOURCES: Readonly<Record<WorkloadKind, WorkloadSource>> = {
  Deployment: apps('deployments', reduceDeployment),
  StatefulSet: apps('statefulsets', reduceStatefulSet),
  DaemonSet: apps('daemonsets', reduceDaemonSet),
  Rollout: {
    resource: { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts' },
    isOptional: true,
    reduce: reduceArgoRollout,
  },
  CronJob: batch('cronjobs', reduceCronJob),
  Job: batch('jobs', reduceJob),
};
