import type { ObjectMeta } from '../../crds/object.ts';
import type { Reason } from '../../crds/reasons.ts';

/** The object beside an AwsSecret that an event is about, such as the workload that was restarted. */
export interface RelatedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'namespace' | 'name' | 'uid'>;
}

/** Something that happened to an AwsSecret, told once (events.k8s.io/v1; Kubernetes' event style guide). */
export interface ObjectEvent {
  readonly regarding: Pick<ObjectMeta, 'namespace' | 'name' | 'uid'>;
  readonly related?: RelatedObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly action: 'Sync' | 'Restart' | 'Evict' | 'Delete';
  /** Made of names, never of values, as every message. */
  readonly note: string;
  /**
   * Tells this occurrence from others with the same words: what is recorded again, after a crash or by another
   * replica, with the same cause is the same event and is not stored twice.
   */
  readonly cause: string;
}

export interface EventRecorder {
  /** Best effort: never rejects, and what cannot be stored is dropped, because the status tells it too. */
  record(event: ObjectEvent): Promise<void>;
}
