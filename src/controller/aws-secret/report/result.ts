import type { SyncError } from '../../runtime/error.ts';
import type { SyncRecord } from '../record.ts';
import type { SourceFailure } from '../sources/fetch.ts';

/** How one reconcile ended, as far as status and events tell it. */
export type SyncResult =
  | { readonly kind: 'synced'; readonly record: SyncRecord }
  | { readonly kind: 'suspended' }
  | {
      readonly kind: 'failed';
      readonly error: SyncError;
      readonly failures: readonly SourceFailure[];
      /** Milliseconds since the last answer from AWS that agreed; undefined when there was none. */
      readonly silentMs: number | undefined;
    }
  /** A defect of our own ended it; `error` is the name of its class. */
  | { readonly kind: 'panicked'; readonly error: string };
