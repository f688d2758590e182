import type { SyncRecord } from './controller/aws-secret/record.ts';
import { isContentChange, isEcho, isRelevantChange, leftTarget } from './controller/aws-secret/triggers.ts';
import { usedSecrets } from './controller/rollout/consumers.ts';
import type { Priority, Queue } from './controller/runtime/queue.ts';
import type { KubeHandlers } from './kube/kube.ts';

export interface HandlerDependencies {
  /** Keys of the AwsSecrets that keep the Secret with this key. */
  readonly keeping: (secretKey: string) => readonly string[];
  /** What this process knows of its own writes, by key of the AwsSecret. */
  readonly records: ReadonlyMap<string, SyncRecord>;
  readonly sync: Pick<Queue, 'add'>;
  /** Undefined where no workloads are watched. */
  readonly rollout: Pick<Queue, 'add'> | undefined;
}

/** What every watch event wakes. The handlers note keys, and do nothing else. */
export function createHandlers({ keeping, records, sync, rollout }: HandlerDependencies): KubeHandlers {
  const wakeRollout = (key: string, priority: Priority = 'low'): void => rollout?.add(key, priority);
  return {
    awsSecret(key, before, after, isInitial) {
      if (!isRelevantChange(before, after)) return;
      sync.add(key, isInitial ? 'low' : 'high');
      wakeRollout(key);
      // Who waited for the Secret that it has left may have it now.
      for (const waiting of leftTarget(before, after).flatMap(keeping)) sync.add(waiting, 'high');
    },
    secret(secretKey, before, after) {
      for (const key of keeping(secretKey)) {
        if (!isEcho(after?.metadata, records.get(key))) sync.add(key, 'high');
        if (isContentChange(before?.metadata, after?.metadata)) wakeRollout(key, 'high');
      }
    },
    workload(_key, before, after) {
      // Before and after: a Secret that a workload no longer uses has one consumer less to wait for.
      for (const workload of [before, after].filter(workload => workload !== undefined)) {
        for (const key of usedSecrets(workload).flatMap(keeping)) wakeRollout(key);
      }
    },
  };
}
