import { restartAnnotation } from '../../src/controller/rollout/annotation.ts';
import { RolloutMemory } from '../../src/controller/rollout/memory.ts';
import { createRolloutReconciler } from '../../src/controller/rollout/reconciler.ts';
import type { Workload } from '../../src/controller/rollout/workload.ts';
import type { Random } from '../../src/controller/runtime/clock.ts';
import type { Reconcile } from '../../src/controller/runtime/controller.ts';
import { fail, ok, type Result } from '../../src/controller/runtime/error.ts';
import type { AwsSecret } from '../../src/crds/aws-secret.ts';
import { type ContentChange, writeHistory } from '../../src/crds/content-history.ts';
import type { ObjectMeta } from '../../src/crds/object.ts';
import { aContainer, aLog, anAwsSecret, anOwner, aSecret, aTurn, aUse, aWorkload } from './builders.ts';
import { createFakeClock } from './fake-clock.ts';

const SECRETS = ['db', 'tls'] as const;
type SecretName = (typeof SECRETS)[number];

/** What happens to the cluster, each so many milliseconds after the one before. */
export interface Happening {
  readonly gapMs: number;
  /** A Secret gets a content, or a pod is lost. */
  readonly what: { readonly secret: SecretName; readonly content: string } | 'lose a pod';
}

export interface Script {
  readonly happenings: readonly Happening[];
  /** Numbers of the operator's steps at which it dies: every call has a step before and one after it. */
  readonly crashes: ReadonlySet<number>;
  /** How long after the time that it tells a Secret may be written, in milliseconds. */
  readonly maxWriteMs: number;
  readonly random: Random;
}

export interface Ran {
  /** How often the workload was restarted for each change of each Secret. */
  readonly restarts: ReadonlyMap<string, number>;
  /** Pods that run with other content than their Secrets hold. */
  readonly stale: readonly string[];
  /** What must never happen, but did. */
  readonly wrongs: readonly string[];
}

interface Pod {
  readonly uid: string;
  readonly template: string;
  readonly createdAt: number;
  /** Undefined until a kubelet has it. */
  mounted?: { readonly at: number; readonly shownAt: number };
  /** Undefined until its container runs. */
  started?: { readonly at: number; readonly shownAt: number };
  /** The content of each Secret that it has taken. */
  readonly holds: { db?: string; tls?: string };
  /** It replaces an evicted one. */
  readonly isRelief: boolean;
}

interface KeptSecret {
  readonly history: ContentChange[];
  /** When each content came into the Secret; oldest first. */
  readonly landed: { readonly at: number; readonly content: string }[];
}

const REPLICAS = 3;
const KUBELET_LAG_MS = 2_000;
/** The environment is made when the container starts; the volume before its image is pulled. */
const HOW = { db: 'envFrom', tls: 'subPath' } as const;
const HISTORY = 5;
const DEADLINE_MS = 3_600_000;
const BEGIN = Date.parse('2030-01-01T00:00:00.400Z');

class Crash extends Error {}

/**
 * One workload of three pods that uses two Secrets, one by its environment and one by a volume, the controller and the kubelets that run it, and the operator's own
 * reconciler, all in virtual time: watches, kubelets and controllers lag, pods take their time, and the operator dies.
 * Runs until nothing moves any more.
 */
export async function simulateRollout({ happenings, crashes, maxWriteMs, random }: Script): Promise<Ran> {
  const clock = createFakeClock(BEGIN);
  const upTo = (ms: number): number => Math.floor(random() * (ms + 1));
  /** Mostly soon, sometimes late. */
  const later = (maxMs: number, act: () => void): unknown => clock.schedule(upTo(upTo(maxMs)), act);
  const restarts = new Map<string, number>();
  const wrongs: string[] = [];

  const longAgo = BEGIN - 86_400_000;
  const first = (): KeptSecret => ({
    history: [{ content: 'a', time: new Date(longAgo).toISOString() }],
    landed: [{ at: longAgo, content: 'a' }],
  });
  const secrets: Readonly<Record<SecretName, KeptSecret>> = { db: first(), tls: first() };
  const contentAt = (name: SecretName, at: number): string =>
    secrets[name].landed.findLast(landed => landed.at <= at)?.content ?? '';

  // The cluster: a Deployment that replaces one pod at a time.
  const template: Record<string, string> = random() < 0.5 ? {} : { [restartAnnotation('db')]: 'a' };
  let version = 1;
  let podCount = 0;
  let pods: Pod[] = [];
  const pullMs = upTo(upTo(30_000));
  const present = (): string => JSON.stringify(Object.entries(template).sort());
  const isShown = ({ started }: Pod): boolean => started !== undefined && started.shownAt <= clock.now();
  /** What the controller says of itself, when it gets round to it. */
  let status = { observed: present(), isWhole: false };
  const isComplete = (): boolean => status.isWhole && status.observed === present();

  const take = (pod: Pod, name: SecretName): void => {
    pod.holds[name] = contentAt(name, clock.now() - upTo(KUBELET_LAG_MS - 1));
  };
  /** Told by the kubelet a moment later. */
  const told = (): { readonly at: number; readonly shownAt: number } => {
    const at = clock.now();
    const shownAfter = upTo(3_000);
    clock.schedule(shownAfter, changed);
    return { at, shownAt: at + shownAfter };
  };
  const start = (pod: Pod): void => {
    take(pod, 'db');
    pod.started = told();
  };
  const mount = (pod: Pod): void => {
    pod.mounted = told();
    clock.schedule(upTo(500), () => {
      take(pod, 'tls');
      clock.schedule(pullMs + upTo(2_000), () => start(pod));
    });
  };
  const add = (isRelief = false): void => {
    podCount += 1;
    const pod: Pod = { uid: `pod-${podCount}`, template: present(), createdAt: clock.now(), isRelief, holds: {} };
    pods.push(pod);
    later(4_000, () => mount(pod));
  };
  const remove = (pod: Pod): void => {
    pods = pods.filter(other => other !== pod);
  };
  const control = (): void => {
    const old = pods.filter(pod => pod.template !== present());
    const isWhole = pods.length === REPLICAS && old.length === 0 && pods.every(isShown);
    if (isWhole !== status.isWhole || status.observed !== present()) changed();
    status = { observed: present(), isWhole };
    const next = old[upTo(old.length - 1)];
    if (pods.length === REPLICAS && (next === undefined || !pods.every(isShown))) return;
    if (pods.length === REPLICAS && next !== undefined) remove(next);
    add();
    changed();
  };

  // The operator, and what its watches have told it.
  const wakeAt = new Map<string, number>();
  const wake = (name: string, ms = 0): void => {
    wakeAt.set(name, Math.min(wakeAt.get(name) ?? Number.POSITIVE_INFINITY, clock.monotonic() + ms));
  };
  const live = (): { readonly workload: Workload; readonly secrets: Readonly<Record<SecretName, ObjectMeta>> } => ({
    workload: aWorkload({
      metadata: { resourceVersion: String(version) },
      templateAnnotations: { ...template },
      uses: SECRETS.map(secretName => aUse({ secretName, how: HOW[secretName] })),
      progress: { isComplete: isComplete(), isPaused: false, isStuck: false, updated: 0, desired: REPLICAS },
    }),
    secrets: {
      db: aSecret({
        name: 'db',
        annotations: writeHistory(secrets.db.history),
        ownerReferences: [anOwner({ uid: 'db' })],
      }),
      tls: aSecret({
        name: 'tls',
        annotations: writeHistory(secrets.tls.history),
        ownerReferences: [anOwner({ uid: 'tls' })],
      }),
    },
  });
  let cache = live();
  const watch = (): void => {
    cache = live();
    for (const name of SECRETS) wake(name);
  };
  const changed = (): void => {
    version += 1;
    later(2_000, watch);
    later(1_000, control);
  };

  const restartedAt = { db: 0, tls: 0 };
  /** Notes a restart that gives the workload `content` of a Secret, by the change that brought it. */
  const note = (name: SecretName, content: string | undefined): void => {
    if (content === undefined || template[restartAnnotation(name)] === content) return;
    const id = `${name} ${content} ${secrets[name].history.find(change => change.content === content)?.time}`;
    restarts.set(id, (restarts.get(id) ?? 0) + 1);
    restartedAt[name] = clock.now();
  };
  /** Whether nobody can take it for older: start times are whole seconds, but what a restart made is known. */
  const isFresh = ({ mounted, started, createdAt }: Pod, name: SecretName): boolean => {
    const seenBy = (secrets[name].landed.at(-1)?.at ?? 0) + KUBELET_LAG_MS;
    const isRestarted = restartedAt[name] >= seenBy && createdAt >= restartedAt[name];
    const taken = name === 'db' ? started : mounted;
    return isRestarted || (taken?.at ?? 0) >= seenBy + 1_000;
  };

  const statuses = new Map<string, AwsSecret['status']>();
  const awsSecret = (name: string): AwsSecret => {
    const status = statuses.get(name);
    return anAwsSecret({ metadata: { name, uid: name }, ...(status !== undefined && { status }) });
  };
  let steps = 0;
  let lives = 0;

  const operator = (): Reconcile => {
    lives += 1;
    const life = lives;
    /** Time passes, and the process may end here. */
    const step = (): void => {
      clock.advance(upTo(150));
      steps += 1;
      if (crashes.has(steps)) lives += 1;
      if (lives !== life) throw new Crash();
    };
    const call = async <T>(act: () => Result<T>): Promise<Result<T>> => {
      step();
      const result = act();
      step();
      return result;
    };
    const names = (key: string): string => key.slice('shop/'.length);
    return createRolloutReconciler({
      awsSecrets: { get: key => awsSecret(names(key)), keeping: key => [key] },
      secrets: { get: key => cache.secrets[names(key) as SecretName] },
      secretReader: { secretMetadata: ({ name }) => call(() => ok(live().secrets[name as SecretName])) },
      workloads: { usingSecret: () => [cache.workload] },
      pods: {
        podContainers: () =>
          call(() => {
            const second = (ms: number): number => Math.floor(ms / 1_000) * 1_000;
            const shown = pods.flatMap(pod => {
              if (pod.mounted === undefined || pod.mounted.shownAt > clock.now()) return [];
              const startedAt = isShown(pod) ? second(pod.started?.at ?? 0) : Number.POSITIVE_INFINITY;
              return aContainer(startedAt, pod.uid, 'main', second(pod.mounted.at));
            });
            return ok(shown);
          }),
      },
      restarter: {
        restart: ({ metadata }, annotations) =>
          call(() => {
            if (metadata.resourceVersion !== String(version)) return fail('Progressing', 'conflict', 'changed');
            for (const name of SECRETS) note(name, annotations[restartAnnotation(name)]);
            Object.assign(template, annotations);
            changed();
            return ok(undefined);
          }),
        evict: (_workload, { name: uid }) =>
          call(() => {
            const pod = pods.find(other => other.uid === uid);
            if (pod === undefined) return fail('Progressing', 'conflict', 'gone');
            if (pods.some(other => other.isRelief && other.started === undefined)) wrongs.push('two pods away at once');
            if (SECRETS.every(name => isFresh(pod, name))) wrongs.push(`${uid} was fresh, and is evicted`);
            remove(pod);
            add(true);
            changed();
            return ok('evicted');
          }),
      },
      status: {
        write: (key, _uid, next) =>
          call(() => {
            const status = next(awsSecret(names(key)));
            if (status !== undefined) statuses.set(names(key), status);
            return ok(undefined);
          }),
      },
      events: { record: async () => step() },
      memory: new RolloutMemory(clock),
      clock,
      metrics: { restarted() {} },
    });
  };

  const { log } = aLog();
  let reconcile = operator();
  const work = async (name: string): Promise<void> => {
    wakeAt.delete(name);
    const outcome = await reconcile(`shop/${name}`, aTurn(log, clock.monotonic()));
    if (outcome.kind === 'after') wake(name, outcome.ms);
    if (outcome.kind === 'retry') wake(name, upTo(1_000));
  };
  /** Some keys at once, as workers do. A crash ends them all, and a new process begins with fresh lists. */
  const workAll = async (names: readonly string[]): Promise<void> => {
    const ended = await Promise.allSettled(names.map(work));
    const rejected = ended.find(result => result.status === 'rejected');
    if (rejected === undefined) return;
    if (!(rejected.reason instanceof Crash)) throw rejected.reason;
    wakeAt.clear();
    clock.advance(upTo(5_000));
    reconcile = operator();
    watch();
  };

  const write = (name: SecretName, content: string, then: () => void): void => {
    const { history, landed } = secrets[name];
    const time = new Date(clock.now()).toISOString();
    later(maxWriteMs, () => {
      if (landed.at(-1)?.content !== content) {
        history.unshift({ content, time });
        history.splice(HISTORY);
        landed.push({ at: clock.now(), content });
        later(2_000, watch);
      }
      then();
    });
  };
  const losePod = (): void => {
    const pod = pods[upTo(pods.length - 1)];
    if (pod !== undefined) remove(pod);
    changed();
  };
  const happen = ([next, ...rest]: readonly Happening[]): void => {
    if (next === undefined) return;
    const { gapMs, what } = next;
    clock.schedule(gapMs, () => {
      if (what !== 'lose a pod') write(what.secret, what.content, () => happen(rest));
      else {
        losePod();
        happen(rest);
      }
    });
  };

  for (let replica = 0; replica < REPLICAS; replica += 1) add();
  // What happens first may meet pods whose images are still being pulled.
  clock.advance(upTo(60_000));
  happen(happenings);
  while (clock.timers > 0 || wakeAt.size > 0) {
    if (clock.monotonic() > DEADLINE_MS) return { restarts, stale: [], wrongs: [...wrongs, 'it never comes to rest'] };
    const due = [...wakeAt].filter(([, at]) => at <= clock.monotonic()).map(([name]) => name);
    if (due.length > 0) await workAll(due);
    else clock.advance(1 + upTo(400));
  }
  const stale = pods.filter(({ holds }) => SECRETS.some(name => holds[name] !== contentAt(name, clock.now())));
  return { restarts, stale: stale.map(({ uid }) => uid), wrongs };
}
