import type { ObservedVersion, SecretStore, SourceReader } from '../../src/controller/aws-secret/ports.ts';
import { createReconciler } from '../../src/controller/aws-secret/reconciler.ts';
import type { SyncRecord } from '../../src/controller/aws-secret/record.ts';
import { createContentHasher } from '../../src/controller/aws-secret/secret/content.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from '../../src/controller/aws-secret/secret/secret.ts';
import { titleOf } from '../../src/controller/aws-secret/sources/source.ts';
import { fail, ok, type Result, type SyncError } from '../../src/controller/runtime/error.ts';
import type { ObjectEvent } from '../../src/controller/runtime/events.ts';
import { formatKey } from '../../src/controller/runtime/key.ts';
import type { StatusWriter } from '../../src/controller/runtime/ports.ts';
import { type AwsSecret, targetName } from '../../src/crds/aws-secret.ts';
import { aLog, anAwsSecret, aSecret, aTurn } from './builders.ts';
import { createFakeClock } from './fake-clock.ts';

const KEY = 'shop/payments';

interface AwsState {
  value: string;
  version: string;
  /** Of the version, RFC 3339. */
  createdTime?: string;
  region: string;
  failure?: SyncError;
  /** Whether what is gone has really been deleted. */
  isDeleted: boolean;
  /** What happens while AWS is asked. */
  meanwhile?: () => void;
}

/** A world of one AwsSecret around the real reconciler: AWS, the API server and its watch are plain variables, chance is 0. */
export function syncWorld(initial: AwsSecret | undefined = anAwsSecret()) {
  const clock = createFakeClock();
  const calls: string[] = [];
  const state: {
    awsSecret: AwsSecret | undefined;
    /** AwsSecrets beside it. */
    others: readonly AwsSecret[];
    secret: SecretMetadata | undefined;
    /** Secrets that its former targets left behind. */
    former: LiveSecret[];
    /** Who uses them. */
    user: string | undefined;
    /** Who cannot start without a key, by key. */
    required: readonly (readonly [string, string])[];
    statusIsLost: boolean;
    othersWait: boolean;
  } = {
    awsSecret: initial,
    others: [],
    secret: undefined,
    former: [],
    user: undefined,
    required: [],
    statusIsLost: false,
    othersWait: false,
  };
  const aws: AwsState = { value: '{"a":"one"}', version: 'v1', region: 'eu-west-1', isDeleted: false };
  let version = 0;
  const writes: SecretManifest[] = [];
  const events: ObjectEvent[] = [];
  const records = new Map<string, SyncRecord>();
  const { log, lines } = aLog();

  /** Asks AWS at this moment. */
  const ask = (call: string): Result<ObservedVersion> => {
    calls.push(call);
    const observedAt = clock.monotonic();
    aws.meanwhile?.();
    if (aws.failure) return { ok: false, error: aws.failure };
    const { version: versionId, region, createdTime } = aws;
    return ok({ versionId, region, observedAt, ...(createdTime !== undefined && { createdTime }) });
  };
  const reader: SourceReader = {
    readVersion: async () => ask('version'),
    async readValue({ source }) {
      const answer = ask('value');
      if (!answer.ok) return answer;
      return ok({ ...answer.value, items: [{ name: titleOf(source).name, bytes: Buffer.from(aws.value) }] });
    },
    async isDeleted() {
      calls.push('deleted');
      return ok(aws.isDeleted);
    },
  };
  const take = (manifest: SecretManifest): SecretMetadata => {
    writes.push(manifest);
    const { labels, annotations, ownerReferences } = manifest;
    version += 1;
    const uid = state.secret?.uid ?? `secret-uid-${version}`;
    state.secret = aSecret({ uid, resourceVersion: String(version), labels, annotations, ownerReferences });
    return state.secret;
  };
  const store: SecretStore = {
    async get({ name }) {
      const former = state.former.find(({ metadata }) => metadata.name === name);
      const { secret: metadata } = state;
      if (former !== undefined || metadata?.name !== name) return ok(former);
      const data = writes.at(-1)?.data ?? new Map<string, Uint8Array>();
      return ok({ metadata, type: 'Opaque', immutable: false, data });
    },
    create: async manifest => ok(state.secret === undefined ? take(manifest) : 'exists'),
    replace: async (manifest, held) =>
      held.resourceVersion === state.secret?.resourceVersion
        ? ok(take(manifest))
        : fail('Progressing', 'conflict', 'c'),
    remove: async ({ name }) => {
      calls.push(`delete ${name}`);
      if (state.secret?.name === name) state.secret = undefined;
      state.former = state.former.filter(({ metadata }) => metadata.name !== name);
      return ok(undefined);
    },
    release: async ({ name }) => {
      calls.push(`release ${name}`);
      state.former = state.former.filter(({ metadata }) => metadata.name !== name);
      return ok(undefined);
    },
  };
  const status: StatusWriter = {
    async write(_key, uid, next) {
      if (state.awsSecret?.metadata.uid !== uid) return ok(undefined);
      const written = next(state.awsSecret);
      if (written === undefined) return ok(undefined);
      calls.push('status');
      if (state.statusIsLost) return fail('ApiServerUnavailable', 'transient', 'no answer');
      state.awsSecret = { ...state.awsSecret, status: written };
      return ok(undefined);
    },
  };
  const lags: (number | undefined)[] = [];
  const reconcile = createReconciler({
    awsSecrets: {
      get: () => state.awsSecret,
      withUid: uid => [state.awsSecret, ...state.others].find(other => other?.metadata.uid === uid),
      keeping: secretKey =>
        state.others.filter(other => targetKey(other) === secretKey).map(other => formatKey(other.metadata)),
      isCurrent: async () => ok(true),
    },
    secrets: { get: () => state.secret, ownedBy: () => state.former.map(({ metadata }) => metadata) },
    users: { workload: () => state.user, requiredKeys: () => new Map(state.required), find: async () => ok(undefined) },
    gone: new Map(),
    events: {
      async record(event) {
        calls.push('event');
        events.push(event);
      },
    },
    reader,
    store,
    status,
    hasher: createContentHasher({ id: 'aaaaaaaa', key: Buffer.alloc(32, 1) }),
    records,
    hasBacklog: () => state.othersWait,
    clock,
    random: () => 0,
    metrics: {
      changed: lagMs => {
        lags.push(lagMs);
      },
    },
    options: { maxStalenessMs: 86_400_000 },
  });
  /** One reconcile: its outcome, and the calls that it made. */
  const run = async () => {
    calls.length = 0;
    return { outcome: await reconcile(KEY, aTurn(log, clock.monotonic())), calls: [...calls] };
  };
  const ready = () => state.awsSecret?.status?.conditions?.find(condition => condition.type === 'Ready');
  return { clock, state, aws, writes, events, records, lines, run, ready, lags, changes: () => lags.length };
}

function targetKey(awsSecret: AwsSecret): string {
  return formatKey({ ...awsSecret.metadata, name: targetName(awsSecret) });
}

export type SyncWorld = ReturnType<typeof syncWorld>;
