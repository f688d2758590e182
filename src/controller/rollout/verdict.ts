import type { WorkloadStatus } from '../../crds/aws-secret.ts';
import type { SyncError } from '../runtime/error.ts';
import type { ObjectEvent } from '../runtime/events.ts';
import type { Remembered } from './memory.ts';
import type { Workload } from './workload.ts';

/** Where one consumer of a Secret stands after it was looked at, and what was done about it. */
export interface Verdict {
  readonly workload: Workload;
  readonly status: WorkloadStatus;
  readonly remembered: Remembered;
  /** To be told; recording one again does no harm. */
  readonly events: readonly ObjectEvent[];
  /** When to look again although nothing changes, in milliseconds. */
  readonly recheckMs?: number;
  /** What failed and is to be tried again. */
  readonly error?: SyncError;
}
