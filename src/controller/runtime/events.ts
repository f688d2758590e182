import type { ObjectMeta } from '../../crds/object.ts';
import type { Reason } from '../../crds/reasons.ts';

/** An object that an event is about, such as the workload that was restarted, beside its AwsSecret. */
export interface RelatedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'namespace' | 'name' | 'uid'>;
}

/** Something that happened to an AwsSecret, or to what `regardingKind` says, told once (events.k8s.io/v1; Kubernetes' event style guide). */
export interface ObjectEvent {
  readonly regarding: Pick<ObjectMeta, 'namespace' | 'name' | 'uid'>;
  /** Absent: an AwsSecret. */
  readonly regardingKind?: Pick<RelatedObject, 'apiVersion' | 'kind'>;
  readonly related?: RelatedObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly action: 'Sync' | 'Restart' | 'Evict' | 'Delete' | 'Read';
  /** Made of names, never of values, as every message. */
  readonly note: string;
  /**
   * Tells this occurrence from others with the same words: what is recorded again, after a crash or by another
   * replica, with the same cause is the same event and is not stored twice.
   */
  readonly cause: string;
}

export interface EventRecorder {
  /** Best effort: never rejects, and what cannot be stored is dropped, because the status, or a metric, tells it too. */
  record(event: ObjectEvent): Promise<void>;
}
