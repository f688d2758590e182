import { createHash } from 'node:crypto';
import type { Clock } from '../controller/runtime/clock.ts';
import type { EventRecorder, ObjectEvent, RelatedObject } from '../controller/runtime/events.ts';
import type { Log } from '../controller/runtime/log.ts';
import { API_VERSION } from '../crds/names.ts';
import { microTime } from './micro-time.ts';
import { call, type Resource, resourcePath } from './resource.ts';
import type { Transport } from './transport/transport.ts';

export interface EventRecorderOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Name of the program, as `kubectl get events` shows it. */
  readonly reportingController: string;
  /** Which of its processes, at most 128 characters: the name of the pod. */
  readonly reportingInstance: string;
}

const AWS_SECRET = { apiVersion: API_VERSION, kind: 'AwsSecret' };
const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events' };

/** Whoever records waits for it; what happened matters more than its report. */
const BUDGET_MS = 2_000;
/** kubernetes/kubernetes, pkg/apis/core/validation/events.go: bytes of UTF-8. */
const NOTE_BYTES = 1_024;
const INSTANCE_LENGTH = 128;
const NAME_LENGTH = 253;

/** The API server keeps an event for an hour (`--event-ttl`): after that the same may be told again. */
const HOUR_MS = 3_600_000;
/** A source that comes and goes would tell it without end. */
const MAX_PER_HOUR = 10;

/**
 * Stores events under names that follow from what they tell, so that what is told again, by whomever, is stored once.
 * Of one reason about one pair of objects at most ten an hour.
 */
export function createEventRecorder(transport: Transport, options: EventRecorderOptions): EventRecorder {
  const { clock, log } = options;
  const told = new Map<string, Set<string>>();
  let hourBegan = clock.monotonic();

  /** Whether this process has told it within the hour, or as much of its kind as it may; else notes it. */
  const isEnough = ({ regarding, related, reason }: ObjectEvent, name: string): boolean => {
    if (clock.monotonic() - hourBegan >= HOUR_MS) {
      told.clear();
      hourBegan = clock.monotonic();
    }
    const kind = [regarding.uid, related?.metadata.uid, reason].join(' ');
    const names = told.get(kind) ?? new Set();
    if (names.has(name) || names.size >= MAX_PER_HOUR) return true;
    told.set(kind, names.add(name));
    return false;
  };

  return {
    async record(event) {
      const name = eventName(event);
      if (isEnough(event, name)) return;
      const path = resourcePath(EVENTS, event.regarding.namespace);
      const body = eventBody(event, name, clock.now(), options);
      const stored = await call<unknown>(transport, { method: 'POST', path, body, budgetMs: BUDGET_MS });
      if (stored.ok || stored.error.reason === 'AlreadyExists') return;
      // Nothing can be stored in a namespace that is being deleted, and nobody will look there.
      if (stored.error.causes.includes('NamespaceTerminating') || stored.error.status === 404) return;
      log.debug('event dropped', { reason: stored.error.reason, status: stored.error.status });
    },
  };
}

/** `<name of what it regards, cut>.<16 hex digits>`: the same for the same occurrence, and a valid name. */
export function eventName({ regarding, related, type, reason, action, note, cause }: ObjectEvent): string {
  const identity = JSON.stringify([regarding.uid, type, reason, action, related?.metadata.uid ?? '', note, cause]);
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  const cut = regarding.name.slice(0, NAME_LENGTH - digest.length - 1).replace(/[-.]+$/, '');
  return `${cut}.${digest}`;
}

function eventBody(event: ObjectEvent, name: string, now: number, options: EventRecorderOptions): object {
  const { regarding, regardingKind = AWS_SECRET, related, type, reason, action, note } = event;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: regarding.namespace },
    eventTime: microTime(now),
    reportingController: options.reportingController,
    reportingInstance: options.reportingInstance.slice(0, INSTANCE_LENGTH),
    action,
    reason,
    regarding: reference({ ...regardingKind, metadata: regarding }),
    ...(related !== undefined && { related: reference(related) }),
    note: cutNote(note),
    type,
  };
}

function reference({ apiVersion, kind, metadata }: RelatedObject): object {
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, namespace, name, uid };
}

/** As much of the note as an event holds, cut between two characters. */
function cutNote(note: string): string {
  const { read } = new TextEncoder().encodeInto(note, new Uint8Array(NOTE_BYTES));
  return note.slice(0, read);
}
