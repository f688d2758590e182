import { setTimeout as pause } from 'node:timers/promises';
import { churn } from './churn.ts';
import { createPace } from './pace.ts';
import { pathOf } from './places.ts';
import type { Stage } from './stage.ts';

/** What was done to the cluster so far. */
export interface Done {
  readonly edits: number;
  readonly rotations: number;
  /** AwsSecrets that were made, repaired and deleted. */
  readonly churned: number;
}

/** Everything that changes the cluster. */
export interface Load {
  readonly done: Done;
  /** Starts to edit, rotate and churn, and the storm. */
  start(): Promise<void>;
  /** Returns once what is under way is done, and every connection of the operator is a new one. */
  stop(): Promise<void>;
  /** Throws the first error that something met. */
  assertWell(): void;
}

/** Who writes into etcd, and who asks the API server. */
const STORED_EDITORS = 4;
const API_EDITORS = 1;
const CHURNERS = 24;
/** How soon it is looked again whether the events of the last edits have arrived. */
const PACE_MS = 5;
/** Between two rotations of a lane: its last restart has settled for ten seconds then. */
const LANE_PAUSE_MS = 10_000;
/** The storm cuts watches one by one; this cuts all at once. */
const DISCONNECT_PAUSE_MS = 60_000;

/** `received`: how many watch events have arrived so far. */
export function createLoad(stage: Stage, received: () => number): Load {
  const { api, crowd, storedEdits, lanes, vault, faults, namespaces, churnSecrets } = stage;
  const done = { edits: 0, rotations: 0, churned: 0 };
  const editable = [
    ...crowd.quiet.map(({ namespace, name }) => pathOf('awssecrets', namespace, name)),
    ...crowd.objects.map(({ plural, namespace, name }) => pathOf(plural, namespace, name)),
  ];
  const errors: Error[] = [];
  let running: Promise<unknown> = Promise.resolve();
  let stopping = new AbortController();
  const turns = { edit: 0, churn: 0 };
  const pace = createPace(received, () => performance.now());

  const editStored = async (): Promise<void> => {
    if (!pace.mayGoOn()) return await pause(PACE_MS).then(() => undefined);
    const edits = await storedEdits.edit();
    pace.sent(edits);
    done.edits += edits;
  };
  const edit = async (): Promise<void> => {
    const path = editable[turns.edit++ % editable.length] ?? '';
    // A label: an annotation would make a new generation of a Deployment.
    await api.touch(path, { metadata: { labels: { edit: String(turns.edit).padStart(16, '0') } } });
    done.edits += 1;
  };
  const churnOne = async (): Promise<void> => {
    const turn = turns.churn++;
    const secretId = churnSecrets[turn % churnSecrets.length] ?? '';
    const namespace = namespaces[turn % namespaces.length] ?? '';
    await churn(api, vault, { namespace, name: `churned-${String(turn).padStart(7, '0')}`, secretId });
    done.churned += 1;
  };
  const repeat = async (work: () => Promise<void>, pauseMs = 0): Promise<void> => {
    const { signal } = stopping;
    try {
      while (!signal.aborted && errors.length === 0) {
        await work();
        if (pauseMs > 0) await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    } catch (error) {
      errors.push(error as Error);
    }
  };
  return {
    done,
    async start() {
      stopping = new AbortController();
      await faults.storm();
      running = Promise.all([
        ...Array.from({ length: STORED_EDITORS }, () => repeat(editStored)),
        ...Array.from({ length: API_EDITORS }, () => repeat(edit)),
        ...Array.from({ length: CHURNERS }, () => repeat(churnOne)),
        ...lanes.map(lane =>
          repeat(async () => {
            await lane.rotate();
            done.rotations += 1;
          }, LANE_PAUSE_MS),
        ),
        repeat(faults.disconnect, DISCONNECT_PAUSE_MS),
      ]);
    },
    async stop() {
      stopping.abort();
      // At once: a rotation under way need not wait for the end of a silent watch.
      await faults.calm();
      await running;
      await faults.calm();
      this.assertWell();
    },
    assertWell() {
      if (errors[0] !== undefined) throw errors[0];
    },
  };
}
