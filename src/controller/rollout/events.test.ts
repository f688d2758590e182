import { expect, test } from 'vitest';
import { aChange, aHistory, anAwsSecret, aWorkload } from '../../../test/support/builders.ts';
import { fail } from '../runtime/error.ts';
import type { ObjectEvent } from '../runtime/events.ts';
import { podEvicted, restarted, restartFailed, restartReverted } from './events.ts';

const START = Date.parse('2030-01-01T12:00:00.000Z');
const MINUTE = 60_000;
const awsSecret = anAwsSecret();
const workload = aWorkload({ kind: 'StatefulSet' });
const change = aChange({ history: aHistory(['k.b', START], ['k.a', START - MINUTE]) });
const pod = { name: 'app-0', uid: 'pod-uid' };
const refused = fail('WriteRefused', 'content', 'could not patch statefulsets in namespace shop: refused').error;
const away = fail('ApiServerUnavailable', 'transient', 'no answer').error;

const rows = [
  {
    event: restarted(awsSecret, workload, change),
    is: 'Normal WorkloadRestarted Restart',
    note: 'StatefulSet app is restarted: it ran with older content of Secret payments.',
  },
  {
    event: restartFailed(awsSecret, workload, change, refused),
    is: 'Warning RestartFailed Restart',
    note: 'StatefulSet app could not be restarted: could not patch statefulsets in namespace shop: refused.',
  },
  {
    event: restartReverted(awsSecret, workload, change),
    is: 'Warning RestartReverted Restart',
    note: 'StatefulSet app is not restarted again for Secret payments: something takes it back each time.',
  },
  {
    event: podEvicted(awsSecret, workload, change, pod),
    is: 'Normal PodEvicted Evict',
    note: 'Pod app-0 of StatefulSet app is evicted: it started while Secret payments held other content.',
  },
];

for (const { event, is, note } of rows) {
  test(`${is}: names the AwsSecret, the workload and the Secret`, () => {
    expect(`${event.type} ${event.reason} ${event.action}`).toBe(is);
    expect(event.note).toBe(note);
    expect(event.regarding).toMatchObject({ name: 'payments', uid: 'uid-1' });
    expect(event.related).toMatchObject({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { uid: 'app-uid' } });
  });
}

const back = aChange({
  history: aHistory(['k.b', START + 2 * MINUTE], ['k.a', START + MINUTE], ['k.b', START], ['k.a', START - MINUTE]),
});
const pairs: readonly {
  readonly why: string;
  readonly one: ObjectEvent;
  readonly other: ObjectEvent;
  readonly isSame: boolean;
}[] = [
  {
    why: 'told again after a crash, from a younger cache',
    one: restarted(awsSecret, workload, change),
    other: restarted(awsSecret, { ...workload, metadata: { ...workload.metadata, resourceVersion: '51' } }, change),
    isSame: true,
  },
  {
    why: 'the next content',
    one: restarted(awsSecret, workload, change),
    other: restarted(awsSecret, workload, aChange({ history: aHistory(['k.c', START + MINUTE], ['k.b', START]) })),
    isSame: false,
  },
  {
    why: 'a content that came back restarts it again',
    one: restarted(awsSecret, workload, change),
    other: restarted(awsSecret, workload, back),
    isSame: false,
  },
  {
    why: 'two pods, evicted for one change',
    one: podEvicted(awsSecret, workload, change, pod),
    other: podEvicted(awsSecret, workload, change, { ...pod, uid: 'other' }),
    isSame: false,
  },
  {
    why: 'one failure, tried again',
    one: restartFailed(awsSecret, workload, change, refused),
    other: restartFailed(awsSecret, workload, change, { ...refused }),
    isSame: true,
  },
  {
    why: 'another failure',
    one: restartFailed(awsSecret, workload, change, refused),
    other: restartFailed(awsSecret, workload, change, away),
    isSame: false,
  },
];

for (const { why, one, other, isSame } of pairs) {
  test(`${isSame ? 'the same' : 'another'} occurrence: ${why}`, () => expect(one.cause === other.cause).toBe(isSame));
}
