import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSecret, aUse, aWorkload } from '../test/support/builders.ts';
import type { SyncRecord } from './controller/aws-secret/record.ts';
import { CONTENT_ANNOTATION } from './crds/names.ts';
import { createHandlers } from './handlers.ts';
import type { KubeHandlers } from './kube/kube.ts';

/** Secrets by key, and the AwsSecrets that keep them: of two that name one Secret, the second waits for it. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'shop/payments': ['shop/payments', 'shop/heir'],
  'shop/token': ['shop/token'],
  'shop/old': ['shop/waiting'],
  'other/payments': ['other/payments'],
};

/** What these events put in line, as `<priority> <key>`, in order. */
function queued(act: (handlers: KubeHandlers) => void, records: readonly (readonly [string, SyncRecord])[] = []) {
  const lines = { sync: [] as string[], rollout: [] as string[] };
  const into = (line: string[]) => ({
    add(key: string, priority = 'unsaid') {
      line.push(`${priority} ${key}`);
    },
  });
  const keeping = (secretKey: string): readonly string[] => KEPT[secretKey] ?? [];
  const queues = { sync: into(lines.sync), rollout: into(lines.rollout) };
  act(createHandlers({ keeping, records: new Map(records), ...queues }));
  return lines;
}

interface Row {
  readonly why: string;
  readonly event: (handlers: KubeHandlers) => void;
  readonly records?: readonly (readonly [string, SyncRecord])[];
  readonly sync?: readonly string[];
  readonly rollout?: readonly string[];
}

const named = (name: string, generation = 1) =>
  anAwsSecret({ metadata: { generation }, spec: { target: { name: name } } });
const holding = (content: string, resourceVersion = '7') => ({
  metadata: aSecret({ resourceVersion, annotations: { [CONTENT_ANNOTATION]: content } }),
});
const using = (...names: readonly string[]) => aWorkload({ uses: names.map(secretName => aUse({ secretName })) });
/** What we wrote: Secret `secret-uid` in version 7. */
const ours = [['shop/payments', aRecord()]] as const;

const rows: readonly Row[] = [
  {
    why: 'an AwsSecret that somebody has just made goes before what a start brings',
    event: on => on.awsSecret('shop/payments', undefined, anAwsSecret(), false),
    sync: ['high shop/payments'],
    rollout: ['low shop/payments'],
  },
  {
    why: 'one of many that a start brings waits',
    event: on => on.awsSecret('shop/payments', undefined, anAwsSecret(), true),
    sync: ['low shop/payments'],
    rollout: ['low shop/payments'],
  },
  {
    why: 'our own write of the status wakes nobody',
    event: on =>
      on.awsSecret('shop/payments', anAwsSecret(), anAwsSecret({ status: { observedGeneration: 1 } }), false),
  },
  {
    why: 'a new spec with the same target wakes nobody else',
    event: on => on.awsSecret('shop/a', named('old'), named('old', 2), false),
    sync: ['high shop/a'],
    rollout: ['low shop/a'],
  },
  {
    why: 'another target wakes who waits for the one that is left, at once',
    event: on => on.awsSecret('shop/a', named('old'), named('new', 2), false),
    sync: ['high shop/a', 'high shop/waiting'],
    rollout: ['low shop/a'],
  },
  {
    why: 'an AwsSecret that is gone wakes who waits for its Secret, at once',
    event: on => on.awsSecret('shop/a', named('old'), undefined, false),
    sync: ['high shop/a', 'high shop/waiting'],
    rollout: ['low shop/a'],
  },
  {
    why: 'so it does when a relist tells of it, and what came with the list waits',
    event: on => on.awsSecret('shop/a', named('old'), undefined, true),
    sync: ['low shop/a', 'high shop/waiting'],
    rollout: ['low shop/a'],
  },
  {
    why: 'the echo of our write wakes its consumers, and who else names the Secret',
    event: on => on.secret('shop/payments', holding('k.a', '6'), holding('k.b'), false),
    records: ours,
    sync: ['high shop/heir'],
    rollout: ['high shop/payments', 'high shop/heir'],
  },
  {
    why: 'a write of somebody else that spares the content wakes no consumer',
    event: on => on.secret('shop/payments', holding('k.a'), holding('k.a', '8'), false),
    records: ours,
    sync: ['high shop/payments', 'high shop/heir'],
  },
  {
    why: 'nothing is an echo for who has written nothing yet',
    event: on => on.secret('shop/token', undefined, holding('k.a'), false),
    records: ours,
    sync: ['high shop/token'],
    rollout: ['high shop/token'],
  },
  {
    why: 'a Secret that is gone',
    event: on => on.secret('shop/payments', holding('k.a'), undefined, false),
    records: ours,
    sync: ['high shop/payments', 'high shop/heir'],
    rollout: ['high shop/payments', 'high shop/heir'],
  },
  {
    why: 'a Secret that no AwsSecret keeps',
    event: on => on.secret('shop/theirs', undefined, holding('k.a'), false),
  },
  {
    why: 'a new workload wakes those whose Secrets it uses, each once',
    event: on => on.workload('shop/app', undefined, using('token', 'old', 'token', 'theirs'), false),
    rollout: ['low shop/token', 'low shop/waiting'],
  },
  {
    why: 'a workload that takes another Secret: the former one has a consumer less',
    event: on => on.workload('shop/app', using('token'), using('old'), false),
    rollout: ['low shop/token', 'low shop/waiting'],
  },
  {
    why: 'a workload that is gone',
    event: on => on.workload('shop/app', using('token'), undefined, false),
    rollout: ['low shop/token'],
  },
  {
    why: 'the Secrets are those of its namespace',
    event: on => on.workload('other/app', undefined, aWorkload({ metadata: { namespace: 'other' } }), false),
    rollout: ['low other/payments'],
  },
];

for (const { why, event, records, sync = [], rollout = [] } of rows) {
  // The order within a queue is told by its priorities alone.
  const sorted = (keys: readonly string[]) => [...keys].sort();
  test(why, () => {
    const found = queued(event, records);
    expect({ sync: sorted(found.sync), rollout: sorted(found.rollout) }).toEqual({
      sync: sorted(sync),
      rollout: sorted(rollout),
    });
  });
}

test('where no workloads are watched, nothing waits for a rollout', () => {
  const added: string[] = [];
  const sync = { add: (key: string) => added.push(key) };
  const on = createHandlers({ keeping: key => KEPT[key] ?? [], records: new Map(), sync, rollout: undefined });
  on.awsSecret('shop/payments', undefined, anAwsSecret(), false);
  on.secret('shop/token', undefined, holding('k.a'), false);
  on.workload('shop/app', undefined, using('token'), false);
  expect(added).toEqual(['shop/payments', 'shop/token']);
});
