import type { WorkloadKind } from '../../src/controller/rollout/workload.ts';

/** What is watched, by its plural. */
export type Plural = 'awssecrets' | 'secrets' | 'pods' | WorkloadPlural;
/** Whose objects may be written where the API server stores them. */
export type StoredPlural = 'secrets' | WorkloadPlural;
export type WorkloadPlural = 'deployments' | 'statefulsets' | 'daemonsets' | 'rollouts' | 'cronjobs' | 'jobs';

export const KINDS: Readonly<Record<WorkloadPlural, WorkloadKind>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  rollouts: 'Rollout',
  cronjobs: 'CronJob',
  jobs: 'Job',
};

const APIS: Readonly<Record<Plural, string>> = {
  awssecrets: 'apis/secrets-operator.io/v1alpha1',
  secrets: 'api/v1',
  pods: 'api/v1',
  deployments: 'apis/apps/v1',
  statefulsets: 'apis/apps/v1',
  daemonsets: 'apis/apps/v1',
  rollouts: 'apis/argoproj.io/v1alpha1',
  cronjobs: 'apis/batch/v1',
  jobs: 'apis/batch/v1',
};

/** Path of a collection, or of one of its objects. */
export function pathOf(plural: Plural, namespace: string, name?: string): string {
  return `/${APIS[plural]}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** Where the API server stores it in etcd: custom resources by their group too. */
export function registryKey(plural: StoredPlural, namespace: string, name: string): string {
  const [group = ''] = apiVersionOf(plural).split('/');
  return ['/registry', ...(group.includes('.') ? [group] : []), plural, namespace, name].join('/');
}

/** Such as apps/v1. */
export function apiVersionOf(plural: Plural): string {
  return APIS[plural].replace(/^apis?\//, '');
}
