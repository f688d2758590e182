import type { AwsSecretStatus } from '../../src/crds/aws-secret.ts';
import { CONTENT_ANNOTATION, REFRESH_REQUESTED_ANNOTATION } from '../../src/crds/names.ts';
import { type Objects, objectsIn } from '../integration/objects.ts';
import { REGIONS, type Region } from '../integration/setup.ts';
import { type Deployed, type RestartedKind, uses, workloadsOf } from '../integration/workloads.ts';
import type { AwsAdmin } from '../support/aws-admin.ts';
import type { KubeAdmin } from '../support/kube-admin.ts';
import { secretsOf } from './cluster.ts';
import type { History, Kind, Stored } from './history.ts';
import type { Pace } from './pace.ts';

/** Who can be told to begin and to end. */
export interface OperatorControl {
  /** Returns once it runs; ready is something else. */
  start(): Promise<void>;
  /** Returns when it is gone, in good order. */
  stop(): Promise<void>;
}

export interface StageParts {
  readonly namespace: string;
  readonly kube: KubeAdmin;
  readonly aws: Readonly<Record<Region, AwsAdmin>>;
  readonly history: History;
  readonly operator: OperatorControl;
  readonly time: Pace;
  /** Makes every answer of a region fail to come, for the operator, until the returned function is called. */
  readonly loseRegion: (region: Region) => () => void;
}

/** Where a scenario is played: a namespace, AWS in two regions, and what people do there behind the operator's back. */
export interface Stage extends Pick<Objects, 'applyAwsSecret' | 'path'>, StageParts {
  /** Every value that it has put into AWS: none may come out of the operator but in a Secret. */
  readonly values: readonly string[];
  /** Name in AWS, which no other stage uses. */
  secretId(name: string): string;
  /** A value that is found nowhere else, made of a word. */
  value(word: string): string;
  /** Puts these properties into AWS, in both regions, as the next version of a secret. */
  store(name: string, properties: Readonly<Record<string, string>>): Promise<void>;
  /** Has the AwsSecret read now. */
  refresh(name: string, request: string): Promise<void>;
  deploy(kind: RestartedKind, name: string, options: Deployed): Promise<void>;
  /** A live object of the namespace. */
  find(kind: Kind, name: string): Stored | undefined;
  /** Whether the Secret holds exactly these values. */
  holds(secret: string, data: Readonly<Record<string, string>>): boolean;
  /** Whether every AwsSecret tells that all is well and done, for its present spec and request. */
  isCalm(): boolean;
}

/** Found nowhere else. */
const CANARY = 'value-Qm7xRkZt-which-stays-in-its-Secret';

export { uses };

export function createStage(parts: StageParts): Stage {
  const { namespace, kube, aws, history } = parts;
  const objects = objectsIn(namespace, kube);
  const workloads = workloadsOf(objects);
  const values: string[] = [];
  const versions = new Map<string, number>();
  const secretId = (name: string): string => `${namespace}/${name}`;
  const find = (kind: Kind, name: string): Stored | undefined => history.live(namespace).get(`${kind}/${name}`)?.object;

  return {
    ...parts,
    ...{ applyAwsSecret: objects.applyAwsSecret, path: objects.path, values, secretId, find },
    value(word) {
      const value = `${word} ${CANARY}`;
      if (!values.includes(value)) values.push(value);
      return value;
    },
    async store(name, properties) {
      // What the operator was told before is older than what is stored now, also where time stands still.
      parts.time.tick();
      const version = (versions.get(name) ?? 0) + 1;
      versions.set(name, version);
      // The same version in both regions, as AWS replicates it; and the same in every run of a scenario.
      const token = `00000000-0000-4000-8000-${String(version).padStart(12, '0')}`;
      for (const region of REGIONS) {
        const content = JSON.stringify(properties);
        if (version === 1) await aws[region].create(secretId(name), content, { token });
        else await aws[region].put(secretId(name), content, { token });
      }
    },
    async refresh(name, request) {
      const annotations = { [REFRESH_REQUESTED_ANNOTATION]: request };
      await kube.patch(objects.path('awssecrets', name), { metadata: { annotations } });
    },
    async deploy(kind, name, options) {
      await workloads.deploy(kind, name, options);
    },
    holds(secret, data) {
      const live = find('Secret', secret)?.['data'] as Readonly<Record<string, string>> | undefined;
      const wanted = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      return live !== undefined && isSame(live, Object.fromEntries(wanted));
    },
    isCalm() {
      const live = [...history.live(namespace).values()];
      const workloads = live.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
      const consumed = new Set(workloads.flatMap(({ object }) => secretsOf(object['spec'] as object)));
      const all = live.filter(({ kind }) => kind === 'AwsSecret');
      return all.every(({ object }) => isCalm(object, name => find('Secret', name), consumed));
    },
  };
}

/** One whose Secret nobody uses tells nothing of a rollout. */
function isCalm(
  awsSecret: Stored,
  secret: (name: string) => Stored | undefined,
  consumed: ReadonlySet<string>,
): boolean {
  const { metadata } = awsSecret;
  const status = (awsSecret['status'] ?? {}) as AwsSecretStatus;
  const isTrue = (type: string): boolean | undefined => {
    const condition = status.conditions?.find(found => found.type === type);
    return condition && condition.status === 'True' && condition.observedGeneration === metadata.generation;
  };
  const { name = '', resourceVersion, content } = status.target ?? {};
  const live = secret(name)?.metadata;
  return (
    status.observedGeneration === metadata.generation &&
    status.lastHandledRefreshRequest === metadata.annotations?.[REFRESH_REQUESTED_ANNOTATION] &&
    isTrue('Ready') === true &&
    (isTrue('RolledOut') ?? !consumed.has(name)) &&
    live?.resourceVersion === resourceVersion &&
    live?.annotations?.[CONTENT_ANNOTATION] === content
  );
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
}
