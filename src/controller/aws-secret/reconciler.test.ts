import { expect, test } from 'vitest';
import { anAwsSecret, anOwner, aSecret, textOf } from '../../../test/support/builders.ts';
import { type SyncWorld, syncWorld } from '../../../test/support/sync-world.ts';
import { readHistory } from '../../crds/content-history.ts';
import { OWNER_LABEL, REFRESH_REQUESTED_ANNOTATION } from '../../crds/names.ts';

const MINUTE = 60_000;

test('a first sync reads the value, writes the Secret, then the status, and comes back within the interval', async () => {
  const w = syncWorld();
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 57_600 }, calls: ['value', 'status'] });
  expect(textOf(w.writes[0]?.data ?? new Map())).toEqual({ a: 'one' });
  expect(w.ready()).toMatchObject({ status: 'True', reason: 'Synced' });
  expect(w.changes()).toBe(1);
});

test('a change in AWS is measured from when its version was made; a first sync follows none', async () => {
  const w = syncWorld();
  w.aws.createdTime = new Date(w.clock.now()).toISOString();
  await w.run();
  w.clock.advance(30_000);
  Object.assign(w.aws, { version: 'v2', value: '{"a":"two"}', createdTime: new Date(w.clock.now()).toISOString() });
  w.clock.advance(30_000);
  await w.run();
  expect(w.lags).toEqual([undefined, 30_000]);
});

test('the log of a sync counts the keys and never holds a name or a value of them', async () => {
  const w = syncWorld();
  await w.run();
  expect(w.lines).toEqual([{ level: 'info', event: 'secret written', secret: 'payments', count: 1 }]);
});

const { ownerReferences: _, ...adopted } = aSecret({ name: 'old', labels: { [OWNER_LABEL]: 'uid-1' } });

async function synced(w: SyncWorld = syncWorld()): Promise<SyncWorld> {
  await w.run();
  return w;
}

const later: readonly {
  readonly why: string;
  readonly act: (w: SyncWorld) => void;
  readonly calls: readonly string[];
  readonly outcome: object;
  readonly writes: number;
  readonly ready?: string;
}[] = [
  {
    why: 'before its time nothing is asked, written or said',
    act: w => w.clock.advance(4_000),
    calls: [],
    outcome: { kind: 'after', ms: 53_600 },
    writes: 1,
  },
  {
    why: 'a refresh that finds the same version reads no value and writes nothing',
    act: w => w.clock.advance(MINUTE),
    calls: ['version'],
    outcome: { kind: 'after', ms: 57_600 },
    writes: 1,
  },
  {
    why: 'a version that moved is read and written',
    act: w => {
      Object.assign(w.aws, { version: 'v2', value: '{"a":"two"}' });
      w.clock.advance(MINUTE);
    },
    calls: ['version', 'value', 'event', 'status'],
    outcome: { kind: 'after', ms: 57_600 },
    writes: 2,
  },
  {
    why: 'a deleted Secret is made again at once, when the watch has had its time',
    act: w => {
      w.clock.advance(2_000);
      w.state.secret = undefined;
    },
    calls: ['value', 'status'],
    outcome: { kind: 'after', ms: 57_600 },
    writes: 2,
  },
  {
    why: 'an edited Secret is written back at once, when the watch has had its time',
    act: w => {
      w.clock.advance(2_000);
      if (w.state.secret) w.state.secret = { ...w.state.secret, resourceVersion: '9' };
    },
    calls: ['value', 'status'],
    outcome: { kind: 'after', ms: 57_600 },
    writes: 2,
  },
  {
    why: 'a watch that has not brought our own write yet makes nobody read or write again',
    act: w => {
      w.state.secret = undefined;
      w.clock.advance(500);
    },
    calls: [],
    outcome: { kind: 'after', ms: 1_500 },
    writes: 1,
  },
  {
    why: 'a requested refresh reads, and says that it did',
    act: w => {
      const annotations = { [REFRESH_REQUESTED_ANNOTATION]: 'now' };
      if (w.state.awsSecret)
        w.state.awsSecret = { ...w.state.awsSecret, metadata: { ...w.state.awsSecret.metadata, annotations } };
    },
    calls: ['value', 'status'],
    outcome: { kind: 'after', ms: 57_600 },
    writes: 2,
  },
  {
    why: 'a refresh that AWS does not answer leaves Secret and status as they are, and is tried again',
    act: w => {
      w.aws.failure = { reason: 'Unavailable', retry: 'transient', message: 'm' };
      w.clock.advance(MINUTE);
    },
    // The source says why; Ready stays True.
    calls: ['version', 'status'],
    outcome: { kind: 'retry', error: { reason: 'Unavailable', retry: 'transient', message: 'm' } },
    writes: 1,
  },
  {
    why: 'suspended, it asks nothing and waits for a change',
    act: w => {
      w.state.awsSecret = anAwsSecret({ spec: { suspend: true }, metadata: { generation: 2 } });
    },
    calls: ['status'],
    outcome: { kind: 'done' },
    writes: 1,
    // The new generation has never been synced.
    ready: 'Unknown',
  },
];

for (const { why, act, calls, outcome, writes, ready = 'True' } of later) {
  test(`after a sync: ${why}`, async () => {
    const w = await synced();
    act(w);
    expect(await w.run()).toEqual({ outcome, calls });
    expect(w.writes).toHaveLength(writes);
    expect(w.ready()?.status).toBe(ready);
  });
}

test('an expression that is none is told before AWS is asked, and waits for another spec', async () => {
  const w = syncWorld(anAwsSecret({ spec: { data: [{ key: 'K', secretId: 's', jmesPath: 'a[' }] } }));
  const { outcome, calls } = await w.run();
  expect(calls.filter(call => call === 'value' || call === 'version')).toEqual([]);
  expect(outcome).toMatchObject({ kind: 'terminal', error: { reason: 'InvalidSpec' } });
  expect(w.ready()).toMatchObject({ status: 'False', reason: 'InvalidSpec', message: expect.stringContaining('"K"') });
  expect(w.writes).toEqual([]);
});

test('a new operator takes up what the status tells: it verifies, and writes nothing', async () => {
  const w = await synced();
  w.records.clear();
  expect(await w.run()).toEqual({ outcome: { kind: 'after', ms: 57_600 }, calls: ['version'] });
});

const restarts = [
  { why: 'by the operator that wrote it', act: () => undefined },
  { why: 'by one that has just started', act: (w: SyncWorld) => w.records.clear() },
  {
    why: 'by one that has just started, after it could not be written for a while',
    act: async (w: SyncWorld) => {
      const foreign = aSecret({ ownerReferences: [anOwner({ name: 'other', uid: 'uid-2' })] });
      w.state.others = [
        anAwsSecret({ metadata: { name: 'other', uid: 'uid-2' }, spec: { target: { name: 'payments' } } }),
      ];
      w.state.secret = foreign;
      w.clock.advance(2_000);
      await w.run();
      expect(w.ready()).toMatchObject({ reason: 'TargetOwnedByOther' });
      w.records.clear();
    },
  },
];

for (const { why, act } of restarts) {
  test(`a Secret that was deleted is made anew with its history: ${why}`, async () => {
    const w = await synced();
    const [before] = readHistory(aSecret(w.writes[0]));
    for (const [value, contents] of [
      ['{"a":"one"}', 1],
      ['{"a":"two"}', 2],
    ] as const) {
      await act(w);
      w.state.secret = undefined;
      w.clock.advance(MINUTE);
      Object.assign(w.aws, { version: value, value });
      await w.run();
      const history = readHistory(aSecret(w.writes.at(-1)));
      expect(history).toHaveLength(contents);
      expect(history.at(-1)).toEqual(before);
    }
    expect(w.changes()).toBe(2);
  });
}

test('a refresh learns from the Secret what the status does not tell', async () => {
  const w = await synced();
  const [change] = readHistory(aSecret(w.writes[0]));
  const status = w.state.awsSecret?.status;
  if (!w.state.awsSecret || !status?.target) throw new Error('not synced');
  const { content, ...target } = status.target;
  w.state.awsSecret = { ...w.state.awsSecret, status: { ...status, target } };
  w.records.clear();
  await w.run();
  expect(content).toBe(change?.content);
  expect(w.state.awsSecret.status?.target?.content).toBe(content);
  expect(w.writes, 'without writing it').toHaveLength(1);
});

const refusals: readonly {
  readonly why: string;
  readonly act: (w: SyncWorld) => void;
  readonly outcome: string;
  readonly reason: string;
  readonly stalled: boolean;
}[] = [
  {
    why: 'the target belongs to another AwsSecret',
    act: w => {
      w.state.secret = aSecret({ ownerReferences: [anOwner({ name: 'other', uid: 'uid-2' })] });
    },
    outcome: 'retry',
    reason: 'TargetOwnedByOther',
    stalled: true,
  },
  {
    why: 'the spec is broken: only a change helps',
    act: w => {
      if (w.state.awsSecret)
        w.state.awsSecret = { ...w.state.awsSecret, spec: { ...w.state.awsSecret.spec, refreshInterval: 'x' } };
    },
    outcome: 'terminal',
    reason: 'InvalidSpec',
    stalled: true,
  },
  {
    why: 'the value is no JSON',
    act: w => Object.assign(w.aws, { value: 'hunter2' }),
    outcome: 'retry',
    reason: 'NotJson',
    stalled: false,
  },
  {
    why: 'a property cannot be a key',
    act: w => Object.assign(w.aws, { value: '{"a/b":"hunter2"}' }),
    outcome: 'retry',
    reason: 'InvalidKey',
    stalled: false,
  },
];

for (const { why, act, outcome, reason, stalled } of refusals) {
  test(`nothing is written when ${why}`, async () => {
    const w = syncWorld();
    act(w);
    expect((await w.run()).outcome).toMatchObject({ kind: outcome, error: { reason } });
    expect(w.writes).toEqual([]);
    expect(w.ready()).toMatchObject({ status: 'False', reason });
    const types = w.state.awsSecret?.status?.conditions?.map(({ type }) => type);
    expect(types).toEqual(['Ready', stalled ? 'Stalled' : 'Reconciling']);
    expect(JSON.stringify([w.state.awsSecret?.status, w.lines])).not.toContain('hunter2');
  });
}

test('a conflict is decided again without a word in status and log', async () => {
  const w = await synced();
  w.clock.advance(2_000);
  const seen = w.state.secret;
  if (seen) w.state.secret = { ...seen, resourceVersion: '9' };
  w.aws.failure = { reason: 'Progressing', retry: 'conflict', message: 'somebody else wrote it first' };
  expect(await w.run()).toMatchObject({ outcome: { kind: 'retry', error: { retry: 'conflict' } }, calls: ['value'] });
  expect(w.lines.filter(line => line.level === 'warn')).toEqual([]);
});

test('an AwsSecret that is gone, or going, is forgotten', async () => {
  for (const gone of [undefined, anAwsSecret({ metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } })]) {
    const w = await synced();
    w.state.awsSecret = gone;
    expect(await w.run()).toEqual({ outcome: { kind: 'done' }, calls: [] });
    expect(w.records.size).toBe(0);
  }
});

test('an event is told before the status: after a crash between the two it is told again, and stored once', async () => {
  const w = syncWorld();
  w.aws.failure = { reason: 'AccessDenied', retry: 'content', message: 'm' };
  w.state.statusIsLost = true;
  expect((await w.run()).calls).toEqual(['value', 'event', 'status']);
  w.state.statusIsLost = false;
  await w.run();
  expect(w.events).toHaveLength(2);
  expect(w.events[0], 'the same occurrence').toEqual(w.events[1]);
  await w.run();
  expect(w.events, 'a retry tells nothing').toHaveLength(2);
});

test('a spec that changes while AWS is asked gets no verdict, and no event, about the old one', async () => {
  const w = syncWorld();
  w.aws.failure = { reason: 'AccessDenied', retry: 'content', message: 'm' };
  const before = w.state.awsSecret;
  w.aws.meanwhile = () => {
    w.state.awsSecret = anAwsSecret({ metadata: { generation: 2 } });
  };
  expect((await w.run()).calls).toEqual(['value']);
  expect(w.state.awsSecret).not.toBe(before);
  expect(w.events).toEqual([]);
});

test('a defect of our own is told in the status, keeps Ready, and is left to the controller', async () => {
  const w = await synced();
  w.clock.advance(MINUTE);
  w.aws.meanwhile = () => {
    throw new TypeError('hunter2');
  };
  await expect(w.run()).rejects.toThrow(TypeError);
  expect(w.ready()).toMatchObject({ status: 'True', reason: 'Synced' });
  expect(w.state.awsSecret?.status?.conditions?.[1]).toMatchObject({ type: 'Stale', reason: 'InternalError' });
  expect(w.events).toMatchObject([{ type: 'Warning', reason: 'InternalError' }]);
  expect(JSON.stringify([w.state.awsSecret?.status, w.events, w.lines])).not.toContain('hunter2');
});

test('a defect is not hidden by another in telling it', async () => {
  const w = await synced();
  w.clock.advance(MINUTE);
  w.aws.meanwhile = () => {
    w.state.awsSecret = {
      ...anAwsSecret(),
      get status(): never {
        throw new RangeError('a status that cannot even be looked at');
      },
    };
    throw new SyntaxError('hunter2');
  };
  await expect(w.run()).rejects.toThrow(SyntaxError);
});

test('a former target is left when the new one is written, and not before', async () => {
  const w = syncWorld(anAwsSecret({ spec: { target: { name: 'new' } } }));
  w.state.former = [{ metadata: adopted, type: 'Opaque', immutable: false, data: new Map() }];
  w.aws.failure = { reason: 'Unavailable', retry: 'transient', message: 'm' };
  expect((await w.run()).calls).not.toContain('release old');
  delete w.aws.failure;
  expect((await w.run()).calls).toEqual(['value', 'event', 'status', 'release old']);
  expect((await w.run()).calls).toEqual([]);
});

test('while somebody uses a former target it is looked at each minute, though no refresh is ever due', async () => {
  const w = syncWorld(anAwsSecret({ spec: { target: { name: 'new' }, refreshInterval: '0' } }));
  w.state.former = [
    { metadata: { ...adopted, ownerReferences: [anOwner()] }, type: 'Opaque', immutable: false, data: new Map() },
  ];
  w.state.user = 'Deployment app';
  expect((await w.run()).outcome).toEqual({ kind: 'after', ms: MINUTE });
  expect(w.events).toMatchObject([{ reason: 'FormerTargetInUse' }]);
});
