import { expect, test } from 'vitest';
import { aChange, aContainer, aHistory, anOwner, aUse, aWorkload } from '../../../test/support/builders.ts';
import { restartAnnotation } from './annotation.ts';
import type { Change } from './change.ts';
import { exemption, isDue, restMs, standing } from './due.ts';
import { SETTLE_MS } from './margins.ts';
import type { PodContainer, Workload } from './workload.ts';

const CHANGED = Date.parse('2030-01-01T12:00:00.000Z');
const HOUR = 3_600_000;
const MARGIN = 10_000;
const KEY = restartAnnotation('payments');

const first = aChange({ history: aHistory(['k.b', CHANGED]) });
const changed = aChange({ history: aHistory(['k.b', CHANGED], ['k.a', CHANGED - 12 * HOUR]) });

const started = (at: number, container = 'main'): PodContainer => aContainer(CHANGED + at, 'app-1', container);

const ignoring = aWorkload({ metadata: { annotations: { 'secrets-operator.io/restart': 'ignore' } } });
const owned = aWorkload({ metadata: { ownerReferences: [anOwner({ kind: 'Rollout', name: 'app', uid: 'x' })] } });
const mounting = aWorkload({ uses: [aUse({ how: 'volume' })] });
const optional = aWorkload({ uses: [aUse({ optional: true })] });
const rolled = (content: string, workload: Workload = aWorkload()): Workload => ({
  ...workload,
  templateAnnotations: { [KEY]: content },
});

const exemptions: readonly {
  readonly why: string;
  readonly workload: Workload;
  readonly change?: Change;
  /** Undefined: none. */
  readonly is: string | undefined;
  readonly says?: string;
}[] = [
  { why: 'nothing speaks against it', workload: aWorkload(), is: undefined },
  {
    why: 'restart: None',
    workload: aWorkload(),
    change: { ...changed, restart: 'None' },
    is: 'OptedOut',
    says: 'rollout.restart',
  },
  {
    why: 'its annotation says ignore',
    workload: ignoring,
    is: 'OptedOut',
    says: 'secrets-operator.io/restart: ignore',
  },
  {
    why: 'another value of that annotation is not ignore',
    workload: aWorkload({ metadata: { annotations: { 'secrets-operator.io/restart': 'force' } } }),
    is: undefined,
  },
  {
    why: 'a controller owns it, and would undo the patch',
    workload: owned,
    is: 'OwnedByController',
    says: 'Rollout app',
  },
  {
    why: 'an owner that is no controller undoes nothing',
    workload: aWorkload({ metadata: { ownerReferences: [anOwner({ controller: false })] } }),
    is: undefined,
  },
  { why: 'All restarts those that mount it too: most programs read a file once', workload: mounting, is: undefined },
  {
    why: 'Static spares those that see the change by themselves',
    workload: mounting,
    change: { ...changed, restart: 'Static' },
    is: 'OptedOut',
    says: 'only mounts the Secret',
  },
  ...(['env', 'envFrom', 'subPath'] as const).map(how => ({
    why: `Static restarts for ${how}, which never sees the change`,
    workload: aWorkload({ uses: [aUse({ how })] }),
    change: { ...changed, restart: 'Static' } as const,
    is: undefined,
  })),
  {
    why: 'Static looks at every use: one that cannot see the change counts',
    workload: aWorkload({ uses: [aUse({ how: 'volume' }), aUse()] }),
    change: { ...changed, restart: 'Static' },
    is: undefined,
  },
  {
    why: 'Static: a use of another Secret does not count',
    workload: aWorkload({ uses: [aUse({ how: 'volume' }), aUse({ secretName: 'x' })] }),
    change: { ...changed, restart: 'Static' },
    is: 'OptedOut',
  },
  ...(['CronJob', 'Job'] as const).map(kind => ({
    why: `pods of a ${kind} are made for a run`,
    workload: aWorkload({ kind, replacement: 'nextRun' }),
    is: 'NextRun',
    says: `a ${kind} keeps`,
  })),
  {
    why: 'a CronJob that opted out as well: what it is comes before what somebody wants',
    workload: { ...ignoring, kind: 'CronJob', replacement: 'nextRun' },
    is: 'NextRun',
  },
  {
    why: 'OnDelete is none: it shall take the content, by the hands of others',
    workload: aWorkload({ replacement: 'onDelete' }),
    is: undefined,
  },
];

for (const { why, workload, change = changed, is, says = '' } of exemptions) {
  test(`${is === undefined ? 'not exempt' : `exempt as ${is}`}: ${why}`, () => {
    const found = exemption(workload, change);
    expect(found?.reason).toBe(is);
    expect(found?.message ?? '', 'it says why, by name').toContain(says);
  });
}

const standings: readonly {
  readonly why: string;
  readonly workload: Workload;
  readonly change: Change;
  readonly is: string;
}[] = [
  { why: 'never rolled by us, it may hold the old content', workload: aWorkload(), change: changed, is: 'undecided' },
  { why: 'rolled for older content', workload: rolled('k.a'), change: changed, is: 'undecided' },
  { why: 'rolled for this content', workload: rolled('k.b'), change: changed, is: 'current' },
  {
    why: 'the content of another Secret says nothing',
    workload: aWorkload({ templateAnnotations: { [restartAnnotation('x')]: 'k.b' } }),
    change: changed,
    is: 'undecided',
  },
  {
    why: 'first content: whoever needs the Secret could not start without it',
    workload: aWorkload(),
    change: first,
    is: 'fresh',
  },
  { why: 'first content: whoever could start without it may have', workload: optional, change: first, is: 'undecided' },
  {
    why: 'first content: one optional use among others',
    workload: aWorkload({ uses: [aUse(), aUse({ optional: true })] }),
    change: first,
    is: 'undecided',
  },
  {
    why: 'first content by its history, but it was rolled for a content that the history lost',
    workload: rolled('k.a'),
    change: first,
    is: 'undecided',
  },
  {
    why: 'restart: None does not hide that it is rolled',
    workload: rolled('k.b'),
    change: { ...changed, restart: 'None' },
    is: 'current',
  },
  {
    why: 'Static: it sees the change by itself',
    workload: mounting,
    change: { ...changed, restart: 'Static' },
    is: 'fresh',
  },
  { why: 'ignore does not hide that it is rolled', workload: rolled('k.b', ignoring), change: changed, is: 'current' },
  { why: 'ignore says nothing of its containers', workload: ignoring, change: changed, is: 'undecided' },
  { why: 'an owner says nothing of its containers', workload: owned, change: changed, is: 'undecided' },
];

for (const { why, workload, change, is } of standings) {
  test(`${is}: ${why}`, () => expect(standing(workload, change)).toBe(is));
}

test('current: it was rolled for the same content under one of the hash keys that were lost since', () => {
  const [newest, ...older] = changed.history;
  if (newest === undefined) throw new Error('the change has no history');
  const change = { ...changed, history: [{ ...newest, was: ['last.hash', 'lost.hash'] }, ...older] };
  const stamped = (hash: string) =>
    aWorkload({ templateAnnotations: { [restartAnnotation(changed.secretName)]: hash } });
  for (const hash of ['last.hash', 'lost.hash']) expect(standing(stamped(hash), change)).toBe('current');
  expect(standing(stamped('other.hash'), change)).toBe('undecided');
});

const rows: readonly {
  readonly why: string;
  readonly workload?: Workload;
  readonly change?: Change;
  readonly containers: readonly PodContainer[];
  readonly is: boolean;
}[] = [
  { why: 'it started before the change', containers: [started(-1)], is: true },
  { why: 'it started with the change: the kubelet may have been behind', containers: [started(0)], is: true },
  { why: 'just within the margin for kubelets and clocks', containers: [started(MARGIN - 1)], is: true },
  { why: 'at the end of the margin it is fresh', containers: [started(MARGIN)], is: false },
  { why: 'a fresh pod is never due', containers: [started(3_600_000)], is: false },
  {
    why: 'a fresh pod is never due, though it was rolled for older content',
    workload: rolled('k.a'),
    containers: [started(MARGIN)],
    is: false,
  },
  { why: 'one old pod among fresh ones', containers: [started(60_000), started(-60_000)], is: true },
  { why: 'no pod, nothing to restart', containers: [], is: false },
  {
    why: 'an old container that does not use the Secret',
    containers: [started(-60_000, 'sidecar'), started(60_000)],
    is: false,
  },
  {
    why: 'an init container that ran with the old content',
    workload: aWorkload({ uses: [aUse({ container: 'init' })] }),
    containers: [started(-60_000, 'init'), started(60_000)],
    is: true,
  },
  {
    why: 'first content, optional: it started before the Secret was there',
    workload: optional,
    change: first,
    containers: [started(-1)],
    is: true,
  },
  ...[first, changed].flatMap(change => [
    {
      why: 'optional: it started while the Secret was not there, which was made anew with the same content',
      workload: optional,
      change: { ...change, createdAt: new Date(CHANGED + HOUR).toISOString() },
      containers: [started(HOUR / 2)],
      is: true,
    },
    {
      why: 'optional: it started after the Secret was made anew',
      workload: optional,
      change: { ...change, createdAt: new Date(CHANGED + HOUR).toISOString() },
      containers: [started(HOUR)],
      is: false,
    },
    {
      why: 'it cannot have started while the Secret was not there',
      workload: aWorkload(),
      change: { ...change, createdAt: new Date(CHANGED + HOUR).toISOString() },
      containers: [started(HOUR / 2)],
      is: false,
    },
  ]),
  {
    why: 'first content, optional: no margin, or every new pod would start twice',
    workload: optional,
    change: first,
    containers: [started(0)],
    is: false,
  },
  { why: 'first content, needed: it waited for the Secret', change: first, containers: [started(-60_000)], is: false },
  {
    why: 'lost history: it runs with what it was rolled for',
    workload: rolled('k.a'),
    change: first,
    containers: [started(-1)],
    is: true,
  },
  {
    why: 'lost history: it started since',
    workload: rolled('k.a'),
    change: first,
    containers: [started(0)],
    is: false,
  },
  ...(['volume', 'subPath'] as const).flatMap(how => {
    const workload = aWorkload({ uses: [aUse({ how })] });
    const mounted = (at: number, startedAt: number): PodContainer =>
      aContainer(CHANGED + startedAt, 'app-1', 'main', CHANGED + at);
    return [
      {
        why: `${how}: it was filled before the change, and the image pulled for long`,
        workload,
        containers: [mounted(MARGIN - 1, 600_000)],
        is: true,
      },
      {
        why: `${how}: it was filled before the change, and the image is still being pulled`,
        workload,
        containers: [mounted(-1, Number.POSITIVE_INFINITY)],
        is: true,
      },
      { why: `${how}: it was filled after the change`, workload, containers: [mounted(MARGIN, 600_000)], is: false },
    ];
  }),
  ...(['env', 'envFrom'] as const).map(how => ({
    why: `${how}: made when the container starts, whenever its volumes were filled`,
    workload: aWorkload({ uses: [aUse({ how })] }),
    containers: [
      aContainer(CHANGED + MARGIN, 'app-1', 'main', CHANGED - HOUR),
      aContainer(Number.POSITIVE_INFINITY, 'app-2', 'main', CHANGED - HOUR),
    ],
    is: false,
  })),
  {
    why: 'Static: a volume that sees the change by itself does not count beside an environment',
    workload: aWorkload({ uses: [aUse({ how: 'volume' }), aUse()] }),
    change: { ...changed, restart: 'Static' },
    containers: [aContainer(CHANGED + MARGIN, 'app-1', 'main', CHANGED - HOUR)],
    is: false,
  },
  {
    why: 'first content, optional volume: its pod came before the Secret',
    workload: aWorkload({ uses: [aUse({ how: 'volume', optional: true })] }),
    change: first,
    containers: [aContainer(CHANGED + 60_000, 'app-1', 'main', CHANGED - 1)],
    is: true,
  },
  {
    why: 'Static: the old container only mounts the Secret',
    workload: aWorkload({ uses: [aUse({ container: 'a', how: 'volume' }), aUse({ container: 'b' })] }),
    change: { ...changed, restart: 'Static' },
    containers: [started(-1, 'a'), started(60_000, 'b')],
    is: false,
  },
];

for (const { why, workload = aWorkload(), change = changed, containers, is } of rows) {
  test(`${is ? 'due' : 'not due'}: ${why}`, () => expect(isDue(workload, change, containers)).toBe(is));
}

test('the margin is the ten seconds that the design promises', () => expect(SETTLE_MS).toBe(MARGIN));

test('restarts wait until the kubelets can have the Secret, from when it was seen', () => {
  const since = (knownMs: number, change = changed) => restMs({ ...change, knownMs });
  expect([since(0), since(500), since(2_000), since(Number.POSITIVE_INFINITY)]).toEqual([2_000, 1_500, 0, 0]);
});

test('a content that has come back waits a second more: start times are whole seconds', () => {
  const back = aChange({ history: aHistory(['k.a', CHANGED], ['k.b', CHANGED - 9_000], ['k.a', CHANGED - HOUR]) });
  const since = (knownMs: number) => restMs({ ...back, knownMs });
  expect([since(0), since(2_999), since(3_000)]).toEqual([3_000, 1, 0]);
});
