import { RolloutMemory } from '../../src/controller/rollout/memory.ts';
import { createRolloutReconciler } from '../../src/controller/rollout/reconciler.ts';
import type { PodContainer, Workload } from '../../src/controller/rollout/workload.ts';
import { ok, type Result, type SyncError } from '../../src/controller/runtime/error.ts';
import { formatKey, type ObjectKey } from '../../src/controller/runtime/key.ts';
import { type AwsSecret, targetName } from '../../src/crds/aws-secret.ts';
import { type ContentChange, writeHistory } from '../../src/crds/content-history.ts';
import type { ObjectMeta } from '../../src/crds/object.ts';
import { aContainer, aHistory, aLog, anAwsSecret, anOwner, aSecret, aTurn, aWorkload } from './builders.ts';
import { createFakeClock } from './fake-clock.ts';

/** When the Secret of the world changed, and its clock begins. */
export const START = Date.parse('2030-01-01T00:00:00.000Z');
const HOUR = 3_600_000;

/** An AwsSecret `shop/<name>` and its Secret of that name, with these contents. */
export function aKept(name: string, history: readonly ContentChange[], spec: Parameters<typeof anAwsSecret>[0] = {}) {
  const uid = `uid-of-${name}`;
  const annotations = writeHistory(history);
  return {
    awsSecret: anAwsSecret({ ...spec, metadata: { name, uid } }),
    secret: aSecret({ name, annotations, ownerReferences: [anOwner({ name, uid })] }),
  };
}

interface RolloutState {
  awsSecrets: readonly AwsSecret[];
  secrets: readonly ObjectMeta[];
  /** As the API server has them, where the watch is late. */
  liveSecrets?: readonly ObjectMeta[];
  /** As the watch last told them: a restart does not show before `deliver`. */
  workloads: readonly Workload[];
  /** Of every workload. */
  containers: readonly PodContainer[];
  podError?: SyncError;
  readError?: SyncError;
  statusError?: SyncError;
  /** By name of the workload. */
  patchErrors: Readonly<Record<string, SyncError>>;
  eviction: Result<'evicted' | 'forbidden'>;
  /** How long each call takes, in milliseconds. */
  callMs: number;
}

/** The rollout of one namespace around the real reconciler: the API server and its watch are plain variables. */
export function rolloutWorld(initial: Partial<RolloutState> = {}) {
  const clock = createFakeClock(START);
  const { awsSecret, secret } = aKept('payments', aHistory(['k.b', START], ['k.a', START - 2 * HOUR]));
  const state: RolloutState = {
    awsSecrets: [awsSecret],
    secrets: [secret],
    workloads: [aWorkload()],
    containers: [aContainer(START - HOUR)],
    patchErrors: {},
    eviction: ok('evicted'),
    callMs: 0,
    ...initial,
  };
  const calls: string[] = [];
  const counted: string[] = [];
  const patches = new Map<string, Readonly<Record<string, string>>>();
  const { log, lines } = aLog();
  const memory = new RolloutMemory(clock);
  let underWay = 0;
  let mostUnderWay = 0;
  const call = async <T>(what: string, answer: () => T): Promise<T> => {
    calls.push(what);
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    await Promise.resolve();
    clock.advance(state.callMs);
    underWay -= 1;
    return answer();
  };
  const liveSecrets = () => state.liveSecrets ?? state.secrets;
  const isNamed = (secret: ObjectKey) => (found: ObjectMeta) => formatKey(found) === formatKey(secret);
  const find = (key: string) => state.awsSecrets.find(({ metadata }) => formatKey(metadata) === key);

  const reconcile = createRolloutReconciler({
    awsSecrets: {
      get: find,
      keeping: secretKey =>
        state.awsSecrets
          .filter(kept => formatKey({ ...kept.metadata, name: targetName(kept) }) === secretKey)
          .map(({ metadata }) => formatKey(metadata)),
    },
    secrets: { get: key => state.secrets.find(found => formatKey(found) === key) },
    secretReader: {
      secretMetadata: secret =>
        call(`get ${secret.name}`, () =>
          state.readError ? { ok: false, error: state.readError } : ok(liveSecrets().find(isNamed(secret))),
        ),
    },
    workloads: {
      usingSecret: (_namespace, name) =>
        state.workloads.filter(({ uses }) => uses.some(use => use.secretName === name)),
    },
    pods: {
      podContainers: ({ metadata }) =>
        call(`pods of ${metadata.name}`, () =>
          state.podError ? { ok: false, error: state.podError } : ok(state.containers),
        ),
    },
    restarter: {
      restart: ({ metadata }, annotations) =>
        call(`restart ${metadata.name} ${JSON.stringify(annotations)}`, () => {
          const error = state.patchErrors[metadata.name];
          if (error !== undefined) return { ok: false, error };
          patches.set(metadata.uid, annotations);
          return ok(undefined);
        }),
      evict: (_workload, pod) => call(`evict ${pod.name}`, () => state.eviction),
    },
    status: {
      async write(key, _uid, next) {
        const current = find(key);
        const status = current && next(current);
        if (current === undefined || status === undefined) return ok(undefined);
        calls.push('status');
        if (state.statusError) return { ok: false, error: state.statusError };
        state.awsSecrets = state.awsSecrets.map(other => (other === current ? { ...current, status } : other));
        return ok(undefined);
      },
    },
    events: {
      record: ({ reason, related }) => call(`event ${reason} ${related?.metadata.name}`, () => undefined),
    },
    memory,
    clock,
    metrics: { restarted: (kind, result) => counted.push(`${kind} ${result}`) },
  });

  /** One reconcile: its outcome, and the calls that it made. */
  const run = async (name = 'payments') => {
    calls.length = 0;
    const outcome = await reconcile(`shop/${name}`, aTurn(log, clock.monotonic()));
    return { outcome, calls: [...calls] };
  };
  /** The watch brings the workload of this name anew, as when its controller has written its status. */
  const touch = (name = 'app'): void => {
    state.workloads = state.workloads.map(workload => {
      const { metadata } = workload;
      const resourceVersion = String(Number(metadata.resourceVersion) + 1);
      return metadata.name === name ? { ...workload, metadata: { ...metadata, resourceVersion } } : workload;
    });
  };
  /** The watch brings what was patched, and pods that were replaced since. */
  const deliver = (): void => {
    state.workloads = state.workloads.map(workload => {
      const annotations = patches.get(workload.metadata.uid);
      return { ...workload, templateAnnotations: { ...workload.templateAnnotations, ...annotations } };
    });
    for (const { metadata } of state.workloads) if (patches.has(metadata.uid)) touch(metadata.name);
    if (patches.size > 0) state.containers = [aContainer(clock.now())];
    patches.clear();
  };
  const statusOf = (name = 'payments') => find(`shop/${name}`)?.status;
  /** The condition, and the first workload of the list. */
  const rolledOut = (name?: string) => statusOf(name)?.conditions?.find(({ type }) => type === 'RolledOut');
  const first = (name?: string) => statusOf(name)?.rollout?.workloads?.[0];
  const mostAtOnce = (): number => mostUnderWay;
  return { clock, state, counted, lines, memory, run, touch, deliver, rolledOut, first, mostAtOnce };
}
