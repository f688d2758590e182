import { expect, test } from 'vitest';
import { aChange, aContainer, aHistory, aUse, aWorkload } from '../../../test/support/builders.ts';
import type { Change } from './change.ts';
import { mayHaveStrays, strays } from './strays.ts';
import type { PodContainer, Workload } from './workload.ts';

const START = Date.parse('2030-01-01T12:00:00.000Z');
const at = (second: number) => START + second * 1_000;
const held = (...contents: readonly (readonly [string, number])[]): Change =>
  aChange({ history: aHistory(...contents.map(([content, second]) => [content, at(second)] as const)) });

/** Present content A; the Secret held B from second 0.5 to second 60.5. */
const back = held(['A', 60.5], ['B', 0.5], ['A', -3_600]);
const pod = (second: number, name = 'p', container = 'main'): PodContainer => aContainer(at(second), name, container);

const rows: readonly {
  readonly why: string;
  readonly change?: Change;
  readonly workload?: Workload;
  readonly containers: readonly PodContainer[];
  readonly pods: readonly string[];
}[] = [
  { why: 'it came in between', containers: [pod(30)], pods: ['p'] },
  { why: 'it was there before, with this content', containers: [pod(-60)], pods: [] },
  { why: 'it came after', containers: [pod(120)], pods: [] },
  {
    why: 'only those in between, each once, in the order of the list',
    containers: [pod(-60, 'before'), pod(40, 'second'), pod(20, 'first'), pod(41, 'second'), pod(70, 'after')],
    pods: ['second', 'first'],
  },
  { why: 'no container, no stray', containers: [], pods: [] },
  { why: 'nobody would bring it back', containers: [{ ...pod(30), isReplaced: false }], pods: [] },

  { why: 'the second in which the other content came: it may be from after', containers: [pod(0)], pods: ['p'] },
  { why: 'the second before: it had ended', containers: [pod(-1)], pods: [] },
  { why: 'the content came back, but the kubelet may not have seen it', containers: [pod(61), pod(62)], pods: ['p'] },
  { why: 'a kubelet had two seconds to see it', containers: [pod(62.5)], pods: [] },
  { why: 'a restart for it comes three seconds after it, at the soonest', containers: [pod(63)], pods: [] },

  { why: 'its container does not use the Secret', containers: [pod(30, 'p', 'sidecar')], pods: [] },
  {
    why: 'an init container got the other content',
    workload: aWorkload({ uses: [aUse({ container: 'init' })] }),
    containers: [pod(30, 'p', 'init'), pod(120)],
    pods: ['p'],
  },
  {
    why: 'Static: its container only mounts the Secret',
    workload: aWorkload({ uses: [aUse({ how: 'volume' })] }),
    change: { ...back, restart: 'Static' },
    containers: [pod(30)],
    pods: [],
  },

  {
    why: 'its volume was filled in between, and its image pulled until later',
    workload: aWorkload({ uses: [aUse({ how: 'subPath' })] }),
    containers: [aContainer(at(300), 'slow', 'main', at(30)), aContainer(at(300), 'later', 'main', at(70))],
    pods: ['slow'],
  },
  {
    why: 'its volume was filled before, and its container started in between, perhaps not for the first time',
    workload: aWorkload({ uses: [aUse({ how: 'volume' })] }),
    containers: [aContainer(at(30), 'again', 'main', at(-900)), aContainer(at(-60), 'before', 'main', at(-900))],
    pods: ['again'],
  },
  {
    why: 'its volume was filled in between, and it is still to start',
    workload: aWorkload({ uses: [aUse({ how: 'subPath' })] }),
    containers: [aContainer(Number.POSITIVE_INFINITY, 'pulling', 'main', at(30))],
    pods: ['pulling'],
  },
  {
    why: 'an environment is made when the container starts, whenever its pod came',
    containers: [
      aContainer(at(300), 'after', 'main', at(30)),
      aContainer(Number.POSITIVE_INFINITY, 'pulling', 'main', at(30)),
      aContainer(at(30), 'between', 'main', at(-900)),
    ],
    pods: ['between'],
  },

  {
    why: 'A→B→C→A: it holds B or C',
    change: held(['A', 60], ['C', 30], ['B', 0], ['A', -60]),
    containers: [pod(-30, 'a'), pod(10, 'b'), pod(40, 'c'), pod(90, 'fresh')],
    pods: ['b', 'c'],
  },
  {
    why: 'A→B→A→C→A: nobody looked when A came back the first time',
    change: held(['A', 90], ['C', 60], ['A', 30], ['B', 0], ['A', -60]),
    containers: [pod(-30, 'a'), pod(10, 'b'), pod(45, 'between'), pod(70, 'c'), pod(99, 'fresh')],
    pods: ['b', 'c'],
  },
  { why: 'A→A is no change', change: held(['A', 60], ['A', 0]), containers: [pod(30)], pods: [] },
  { why: 'a content that is new to the Secret', change: held(['B', 60], ['A', 0]), containers: [pod(30)], pods: [] },
  { why: 'its first content', change: held(['A', 60]), containers: [pod(30)], pods: [] },
  {
    why: 'a full history has lost the first A: whatever was rolled for it is trusted',
    change: held(['A', 60], ['E', 45], ['D', 30], ['C', 15], ['B', 0]),
    containers: [pod(20)],
    pods: [],
  },
];

for (const { why, change = back, workload = aWorkload(), containers, pods } of rows) {
  test(`${pods.length === 0 ? 'none' : pods.join(', ')}: ${why}`, () => {
    expect(strays(workload, change, containers).map(({ name }) => name)).toEqual(pods);
    if (pods.length > 0) expect(mayHaveStrays(change), 'else nobody asks').toBe(true);
  });
}

test('the pods of a content that never left are not even listed', () => {
  expect(mayHaveStrays(back)).toBe(true);
  expect(mayHaveStrays(held(['B', 60], ['A', 0]))).toBe(false);
  expect(mayHaveStrays(held(['A', 60], ['A', 0]))).toBe(false);
});
