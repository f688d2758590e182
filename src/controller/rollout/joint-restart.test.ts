import { expect, test } from 'vitest';
import { aChange, aContainer, aHistory, aUse, aWorkload } from '../../../test/support/builders.ts';
import { restartAnnotation } from './annotation.ts';
import type { KnownChange } from './change.ts';
import { jointRestart } from './joint-restart.ts';
import type { PodContainer, Workload } from './workload.ts';

const START = Date.parse('2030-01-01T12:00:00.000Z');
const HOUR = 3_600_000;

/** Secret `name` holds `<name>.2` since START, as the operator has known for `knownMs`. */
function changed(name: string, knownMs: number, over: Partial<Omit<KnownChange, 'content'>> = {}): KnownChange {
  const history = aHistory([`${name}.2`, START], [`${name}.1`, START - HOUR]);
  return aChange({ secretName: name, history, knownMs, ...over });
}
const own = (knownMs = 2_000) => changed('payments', knownMs);

const all: Workload = aWorkload({ uses: ['payments', 'tls', 'api'].map(secretName => aUse({ secretName })) });
const old: readonly PodContainer[] = [aContainer(START - HOUR)];

/** `payments tls`: the Secrets that one restart takes in; `tls in 500`: the one that is waited for. */
function outcome(...[workload, change, others, containers]: Parameters<typeof jointRestart>): string {
  const joint = jointRestart(workload, change, others, containers);
  if (joint.kind === 'wait') return `${joint.secretName} in ${joint.ms}`;
  const stamps = joint.changes.map(({ secretName, content }) => [restartAnnotation(secretName), content]);
  expect(joint.annotations, 'what is taken in is named in the template').toEqual(Object.fromEntries(stamps));
  return joint.changes.map(({ secretName }) => secretName).join(' ');
}

const rows: readonly {
  readonly why: string;
  readonly workload?: Workload;
  readonly change?: KnownChange;
  readonly others: readonly KnownChange[];
  readonly containers?: readonly PodContainer[];
  readonly is: string;
}[] = [
  { why: 'no other Secret', others: [], is: 'payments' },
  { why: 'two that changed together restart it once', others: [changed('tls', 2_000)], is: 'payments tls' },
  {
    why: 'one that settled long ago and for which it was never restarted',
    others: [changed('tls', Number.POSITIVE_INFINITY)],
    is: 'payments tls',
  },
  { why: 'one that is too young is waited for', others: [changed('tls', 500)], is: 'tls in 1500' },
  {
    why: 'one that is too young holds a third one as well',
    others: [changed('api', 5_000), changed('tls', 500)],
    is: 'tls in 1500',
  },
  {
    why: 'it waits up to the end of the time in which its own change settles',
    change: own(9_999),
    others: [changed('tls', 0)],
    is: 'tls in 2000',
  },
  {
    why: 'a Secret that never rests holds nobody for longer',
    change: own(10_000),
    others: [changed('tls', 0)],
    is: 'payments',
  },
  {
    why: 'nor does it keep those that have rested from being taken in',
    change: own(10_000),
    others: [changed('tls', 0), changed('api', 3_000)],
    is: 'payments api',
  },
  {
    why: 'the content of the other has come back: it rests a second longer',
    others: [changed('tls', 2_000, { history: aHistory(['a', START], ['b', START - 9_000], ['a', START - HOUR]) })],
    is: 'tls in 1000',
  },
  {
    why: 'the workload was restarted for the other',
    workload: { ...all, templateAnnotations: { [restartAnnotation('tls')]: 'tls.2' } },
    others: [changed('tls', 500)],
    is: 'payments',
  },
  {
    why: 'the AwsSecret of the other wants nobody restarted',
    others: [changed('tls', 500, { restart: 'None' })],
    is: 'payments',
  },
  {
    why: 'the AwsSecret of the other restarts those alone that cannot see a change',
    workload: { ...all, uses: [aUse(), aUse({ secretName: 'tls', how: 'volume' })] },
    others: [changed('tls', 500, { restart: 'Static' })],
    is: 'payments',
  },
  {
    why: 'the content of the other is its first',
    others: [changed('tls', 500, { history: aHistory(['tls.1', START]) })],
    is: 'payments',
  },
  {
    why: 'the containers that use the other are fresh',
    workload: { ...all, uses: [aUse(), aUse({ secretName: 'tls', container: 'proxy' })] },
    others: [changed('tls', 500)],
    containers: [...old, aContainer(START + HOUR, 'app-1', 'proxy')],
    is: 'payments',
  },
];

for (const { why, workload = all, change = own(), others, containers = old, is } of rows) {
  test(`${is}: ${why}`, () => expect(outcome(workload, change, others, containers)).toBe(is));
}
