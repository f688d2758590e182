import type { V1CronJob, V1Job } from '@kubernetes/client-node';
import type { Workload } from '../../controller/rollout/workload.ts';
import { controllerOf } from '../../crds/object.ts';
import { reduceTemplate } from './template.ts';

/** Pods of a run are never replaced, so that none has to be found and no progress to be watched. */
const RUN = {
  apiVersion: 'batch/v1',
  replacement: 'nextRun',
  podSelector: '',
  progress: { isComplete: true, isPaused: false, isStuck: false, updated: 0, desired: 0 },
} as const;

export function reduceCronJob({ metadata, spec }: Partial<V1CronJob>): Workload | undefined {
  const template = reduceTemplate(metadata, spec?.jobTemplate?.spec?.template);
  return template && { ...RUN, kind: 'CronJob', ...template };
}

/** Undefined for a Job that has ended, and for one of a CronJob, which tells for all its runs. */
export function reduceJob({ metadata, spec, status }: Partial<V1Job>): Workload | undefined {
  const isOver = status?.conditions?.some(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  );
  if (isOver || controllerOf(metadata ?? {}) !== undefined) return undefined;
  const template = reduceTemplate(metadata, spec?.template);
  return template && { ...RUN, kind: 'Job', ...template };
}
