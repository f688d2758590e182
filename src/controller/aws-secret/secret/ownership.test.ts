import { expect, test } from 'vitest';
import { anAwsSecret, anOwner, aSecret } from '../../../../test/support/builders.ts';
import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { OWNER_LABEL } from '../../../crds/names.ts';
import type { OwnerReference } from '../../../crds/object.ts';
import { mayWrite } from './ownership.ts';

/** `uid-1` asks; `uid-2` keeps the same Secret, `uid-4` another one, `uid-5` one of that name elsewhere; `uid-0` is gone. */
const alive: Readonly<Record<string, AwsSecret>> = {
  'uid-1': anAwsSecret(),
  'uid-2': anAwsSecret({ metadata: { name: 'other', uid: 'uid-2' }, spec: { target: { name: 'payments' } } }),
  'uid-4': anAwsSecret({ metadata: { name: 'renamed', uid: 'uid-4' } }),
  'uid-5': anAwsSecret({ metadata: { namespace: 'elsewhere', uid: 'uid-5' } }),
};
const withUid = (uid: string) => alive[uid];

const owners: Readonly<Record<string, readonly OwnerReference[]>> = {
  'no owner': [],
  'us as owner': [anOwner()],
  'us and another controller': [anOwner({ controller: false }), anOwner({ kind: 'Other', name: 'x', uid: 'uid-9' })],
  'our former self': [anOwner({ uid: 'uid-0' })],
  'a living AwsSecret': [anOwner({ name: 'other', uid: 'uid-2' })],
  'a living AwsSecret of our name': [anOwner({ uid: 'uid-2' })],
  'a gone AwsSecret of another name': [anOwner({ name: 'other', uid: 'uid-0' })],
  'an AwsSecret that keeps another Secret by now': [anOwner({ name: 'renamed', uid: 'uid-4' })],
  'an AwsSecret of another namespace': [anOwner({ uid: 'uid-5' })],
  'another kind of controller': [anOwner({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', uid: 'uid-0' })],
  'our kind of another group': [anOwner({ apiVersion: 'example.com/v1', uid: 'uid-0' })],
  'an owner that is no controller': [anOwner({ kind: 'App', name: 'app', uid: 'uid-8', controller: false })],
};
const labels = {
  'no label': undefined,
  'our label': 'uid-1',
  'a living label': 'uid-2',
  'a gone label': 'uid-0',
  'the label of one that keeps another': 'uid-4',
  'the label of one elsewhere': 'uid-5',
} as const;

type Verdict = 'ours' | 'takeover' | 'provable' | 'TargetNotOwned' | 'TargetOwnedByOther';
type Verdicts = Readonly<Record<keyof typeof labels, Verdict>>;
const all = (verdict: Verdict): Verdicts => ({
  'no label': verdict,
  'our label': verdict,
  'a living label': verdict,
  'a gone label': verdict,
  'the label of one that keeps another': verdict,
  'the label of one elsewhere': verdict,
});

/** Where no ownerReference decides, the label does: for `Adopt`, or with a proof that the Secret has lost its owner. */
const byLabel: Readonly<Record<'Owner' | 'Adopt', Verdicts>> = {
  Owner: { ...all('TargetNotOwned'), 'our label': 'provable', 'a living label': 'TargetOwnedByOther' },
  Adopt: {
    ...all('takeover'),
    'no label': 'ours',
    'our label': 'ours',
    'a living label': 'TargetOwnedByOther',
  },
};
const both = (verdict: Verdict) => ({ Owner: all(verdict), Adopt: all(verdict) });

const table: Readonly<
  Record<string, { readonly why: string; readonly is: Readonly<Record<'Owner' | 'Adopt', Verdicts>> }>
> = {
  'no owner': { why: 'somebody else made it, or it was adopted', is: byLabel },
  'us as owner': { why: 'the ownerReference is the authority', is: both('ours') },
  'us and another controller': { why: 'our reference is enough', is: both('ours') },
  'our former self': {
    why: 'deleted and made again, we take our Secret back before it is collected',
    is: both('takeover'),
  },
  'a living AwsSecret': { why: 'two AwsSecrets must not fight', is: both('TargetOwnedByOther') },
  'a living AwsSecret of our name': {
    why: 'its object still exists: a name proves nothing',
    is: both('TargetOwnedByOther'),
  },
  'a gone AwsSecret of another name': { why: 'the collector has a right to it', is: both('TargetOwnedByOther') },
  'an AwsSecret that keeps another Secret by now': {
    why: 'its owner has left it behind, and the name is free for us',
    is: both('takeover'),
  },
  'an AwsSecret of another namespace': {
    why: 'no object owns across namespaces: it is a copy, and the collector takes it',
    is: both('TargetOwnedByOther'),
  },
  'another kind of controller': { why: 'it would write the Secret back', is: both('TargetOwnedByOther') },
  'our kind of another group': { why: 'a kind of the same name is another kind', is: both('TargetOwnedByOther') },
  'an owner that is no controller': { why: 'nobody else writes it', is: byLabel },
};

for (const [owner, { why, is }] of Object.entries(table)) {
  for (const creationPolicy of ['Owner', 'Adopt'] as const) {
    for (const [label, uid] of Object.entries(labels) as [keyof typeof labels, string | undefined][]) {
      const expected = is[creationPolicy][label];
      test(`${owner}, ${label}, ${creationPolicy} → ${expected}: ${why}`, () => {
        const live = aSecret({
          ownerReferences: owners[owner] ?? [],
          ...(uid !== undefined && { labels: { [OWNER_LABEL]: uid } }),
        });
        const verdict = mayWrite(anAwsSecret({ spec: { target: { creationPolicy } } }), live, withUid);
        const said = verdict.ok && (verdict.value === 'certain' ? 'ours' : verdict.value);
        expect(verdict.ok ? said : verdict.error.reason).toBe(expected);
        if (verdict.ok) return;
        expect(verdict.error.retry).toBe('terminal');
        expect(verdict.error.message).toContain('"payments"');
        expect(verdict.error.message).toContain('`target.name`');
      });
    }
  }
}

test('the table names every combination of owners', () => expect(Object.keys(table)).toEqual(Object.keys(owners)));

test('a Secret without any metadata of ours says the way out', () => {
  const { ownerReferences: _, ...bare } = aSecret();
  const verdict = mayWrite(anAwsSecret(), bare, () => undefined);
  expect(!verdict.ok && verdict.error.message).toContain('`target.creationPolicy: Adopt`');
});
