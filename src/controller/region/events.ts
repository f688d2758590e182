import type { ObjectEvent, RelatedObject } from '../runtime/events.ts';

/** A region of AWS has begun, or ceased, to answer one of its services. */
export interface RegionChange {
  readonly service: string;
  readonly region: string;
  readonly isAnswering: boolean;
}

const SERVICES: Readonly<Record<string, string>> = { secretsmanager: 'Secrets Manager', ssm: 'Parameter Store' };

/**
 * What is told of it, once for all AwsSecrets, about the operator's own pod; `now` is wall-clock milliseconds, and tells
 * this change-over from the next.
 */
export function regionEvent(pod: RelatedObject, change: RegionChange, now: number): ObjectEvent {
  const { service, region, isAnswering } = change;
  const { apiVersion, kind, metadata } = pod;
  const about = { regarding: metadata, regardingKind: { apiVersion, kind }, action: 'Read' } as const;
  const cause = `${service} ${region} ${new Date(now).toISOString()}`;
  const what = SERVICES[service] ?? service;
  return isAnswering
    ? { ...about, type: 'Normal', reason: 'RegionRecovered', note: `AWS ${what} answers in ${region} again.`, cause }
    : {
        ...about,
        type: 'Warning',
        reason: 'RegionUnavailable',
        note: `AWS ${what} does not answer in ${region}: it is only probed there until it does, and AwsSecrets that name another region are read from that.`,
        cause,
      };
}
