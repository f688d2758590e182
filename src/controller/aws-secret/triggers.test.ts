import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSecret } from '../../../test/support/builders.ts';
import type { AwsSecret, AwsSecretStatus } from '../../crds/aws-secret.ts';
import type { Condition } from '../../crds/conditions.ts';
import {
  CHANGED_AT_ANNOTATION,
  CONTENT_ANNOTATION,
  OWNER_LABEL,
  REFRESH_REQUESTED_ANNOTATION,
} from '../../crds/names.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import { isContentChange, isEcho, isRelevantChange, leftTarget } from './triggers.ts';

const before = anAwsSecret();
const withMetadata = (metadata: Partial<ObjectMeta>): AwsSecret => anAwsSecret({ metadata });
const requesting = (value: string) => withMetadata({ annotations: { [REFRESH_REQUESTED_ANNOTATION]: value } });

const told = (status: AwsSecretStatus) => anAwsSecret({ status });
const rolledOut = (time: string): Condition => ({
  ...{ type: 'RolledOut', status: 'True', reason: 'UpToDate', message: '' },
  ...{ lastTransitionTime: time, observedGeneration: 1 },
});
const [EARLIER, LATER] = ['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:01.000Z'] as const;

const changes: readonly {
  readonly why: string;
  readonly before: AwsSecret | undefined;
  readonly after: AwsSecret | undefined;
  readonly wakes: boolean;
}[] = [
  { why: 'a new object', before: undefined, after: before, wakes: true },
  { why: 'an object that is gone', before, after: undefined, wakes: true },
  { why: 'another object under the same name', before, after: withMetadata({ uid: 'uid-2' }), wakes: true },
  { why: 'a new generation: the spec changed', before, after: withMetadata({ generation: 2 }), wakes: true },
  {
    why: 'it is being deleted',
    before,
    after: withMetadata({ deletionTimestamp: '2030-01-01T00:00:00Z' }),
    wakes: true,
  },
  { why: 'a refresh is requested', before, after: requesting('1'), wakes: true },
  { why: 'another refresh is requested', before: requesting('1'), after: requesting('2'), wakes: true },
  { why: 'the same request again', before: requesting('1'), after: requesting('1'), wakes: false },
  {
    why: 'our own write of the status',
    before,
    after: anAwsSecret({ status: { observedGeneration: 1 }, metadata: { resourceVersion: '101' } }),
    wakes: false,
  },
  {
    why: 'its status tells of more than before',
    before: told({ observedGeneration: 1, conditions: [rolledOut(EARLIER)], lastVerifiedTime: EARLIER }),
    after: told({ observedGeneration: 2, conditions: [rolledOut(LATER)], lastVerifiedTime: LATER }),
    wakes: false,
  },
  { why: 'its status was erased', before: told({ observedGeneration: 1 }), after: before, wakes: true },
  {
    why: 'its status was put back to before it told of the workloads',
    before: told({ conditions: [rolledOut(EARLIER)] }),
    after: told({ conditions: [] }),
    wakes: true,
  },
  {
    why: 'its status was put back to what it told of the workloads before',
    before: told({ conditions: [rolledOut(LATER)] }),
    after: told({ conditions: [rolledOut(EARLIER)] }),
    wakes: true,
  },
  {
    why: 'its status was put back to when AWS had last agreed before',
    before: told({ lastVerifiedTime: LATER }),
    after: told({ lastVerifiedTime: EARLIER }),
    wakes: true,
  },
  {
    why: 'a label or another annotation',
    before,
    after: withMetadata({ labels: { a: 'b' }, annotations: { c: 'd' } }),
    wakes: false,
  },
];

for (const row of changes) {
  test(`an AwsSecret ${row.wakes ? 'wakes' : 'does not wake'} its reconciler: ${row.why}`, () => {
    expect(isRelevantChange(row.before, row.after)).toBe(row.wakes);
  });
}

const echoes = [
  { why: 'as we left it', secret: aSecret(), record: aRecord(), is: true },
  { why: 'somebody wrote it since', secret: aSecret({ resourceVersion: '8' }), record: aRecord(), is: false },
  { why: 'somebody made another of its name', secret: aSecret({ uid: 'x' }), record: aRecord(), is: false },
  { why: 'it is gone', secret: undefined, record: aRecord(), is: false },
  { why: 'we have not written it', secret: aSecret(), record: undefined, is: false },
  { why: 'neither is known', secret: undefined, record: undefined, is: false },
];

for (const { why, secret, record, is } of echoes) {
  test(`the event of a Secret is ${is ? '' : 'no '}echo of our write: ${why}`, () =>
    expect(isEcho(secret, record)).toBe(is));
}

const holding = (content: string, changedAt = '2030-01-01T00:00:00Z') =>
  aSecret({ annotations: { [CONTENT_ANNOTATION]: content, [CHANGED_AT_ANNOTATION]: changedAt } });
const contents = [
  { why: 'a new Secret with content', before: undefined, after: holding('k.a'), is: true },
  { why: 'a Secret with content is gone', before: holding('k.a'), after: undefined, is: true },
  { why: 'other content', before: holding('k.a'), after: holding('k.b'), is: true },
  { why: 'the annotation was taken away', before: holding('k.a'), after: aSecret(), is: true },
  {
    why: 'the same content, which went and came back while nobody looked',
    before: holding('k.a'),
    after: holding('k.a', '2030-01-01T01:00:00Z'),
    is: true,
  },
  { why: 'the same content', before: holding('k.a'), after: holding('k.a'), is: false },
  {
    why: 'the same content, which another AwsSecret keeps from now on',
    before: { ...holding('k.a'), labels: { [OWNER_LABEL]: 'uid-1' } },
    after: { ...holding('k.a'), labels: { [OWNER_LABEL]: 'uid-2' } },
    is: true,
  },
  { why: 'a Secret that tells no content', before: undefined, after: aSecret(), is: false },
];

for (const row of contents) {
  test(`the consumers are ${row.is ? '' : 'not '}looked at: ${row.why}`, () => {
    expect(isContentChange(row.before, row.after)).toBe(row.is);
  });
}

const named = (name?: string) => anAwsSecret({ spec: name === undefined ? {} : { target: { name } } });
const leaving = [
  { why: 'a new AwsSecret leaves none', before: undefined, after: named(), left: [] },
  { why: 'the same target', before: named(), after: named('payments'), left: [] },
  { why: 'another target', before: named('old'), after: named('new'), left: ['shop/old'] },
  { why: 'a default that is named', before: named(), after: named('new'), left: ['shop/payments'] },
  { why: 'an AwsSecret that is gone', before: named('old'), after: undefined, left: ['shop/old'] },
];
for (const { why, before, after, left } of leaving) {
  test(`the Secret that is left: ${why}`, () => expect(leftTarget(before, after)).toEqual(left));
}
