import { expect } from 'vitest';
import type { AwsSecretStatus } from '../../src/crds/aws-secret.ts';
import { conditionDefects } from '../support/kstatus.ts';
import type { KubeAdmin, KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';

export interface LiveAwsSecret extends KubeObject {
  readonly status?: AwsSecretStatus;
}

export interface LiveSecret extends KubeObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface LiveEvent extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly related?: { readonly kind: string; readonly name: string };
}

/** What users and workloads see of one namespace, and what tests expect of it. */
export interface Objects {
  readonly namespace: string;
  readonly kube: KubeAdmin;
  path(kind: Kind, name: string): string;
  applyAwsSecret(name: string, spec: object, annotations?: object): Promise<LiveAwsSecret>;
  secret(name: string): Promise<LiveSecret | undefined>;
  /** Fails when its conditions would mislead a tool. */
  awsSecret(name: string): Promise<LiveAwsSecret>;
  /** What was told about the AwsSecret, in the order of time. */
  events(name: string): Promise<readonly LiveEvent[]>;
  /** Waits until the Secret holds exactly these values. */
  expectSecret(name: string, data: Readonly<Record<string, string | Uint8Array>>): Promise<LiveSecret>;
  /** Waits until the AwsSecret's condition has this status and reason, for its present generation. */
  expectCondition(name: string, type: string, status: string, reason: string): Promise<LiveAwsSecret>;
  /** Waits until the AwsSecret is Ready for its present generation. */
  expectSynced(name: string): Promise<LiveAwsSecret>;
}

export type Kind = 'awssecrets' | 'secrets' | 'deployments' | 'pods';

const BASE: Readonly<Record<Kind, string>> = {
  awssecrets: '/apis/secrets-operator.io/v1alpha1',
  secrets: '/api/v1',
  pods: '/api/v1',
  deployments: '/apis/apps/v1',
};
const WAIT = { timeoutMs: 20_000 } as const;

/** Goes around the operator, with all rights. */
export function objectsIn(namespace: string, kube: KubeAdmin): Objects {
  const path = (kind: Kind, name: string): string => `${BASE[kind]}/namespaces/${namespace}/${kind}/${name}`;
  const collection = (kind: Kind): string => path(kind, '').slice(0, -1);

  const objects: Objects = {
    ...{ namespace, kube, path },
    applyAwsSecret: (name, spec, annotations = {}) =>
      kube.create<LiveAwsSecret>(collection('awssecrets'), {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        metadata: { name, annotations },
        spec,
      }),
    secret: name => kube.get<LiveSecret>(path('secrets', name)),
    async awsSecret(name) {
      const found = await kube.get<LiveAwsSecret>(path('awssecrets', name));
      if (found === undefined) throw new Error(`AwsSecret ${name} is not there`);
      expect(conditionDefects(found), `conditions of AwsSecret ${name}: ${JSON.stringify(found.status)}`).toEqual([]);
      return found;
    },
    async events(name) {
      const events = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
      const list = await kube.get<KubeObject & { items: readonly LiveEvent[] }>(events);
      const found = list?.items.filter(({ regarding }) => regarding.kind === 'AwsSecret' && regarding.name === name);
      return (found ?? []).sort((a, b) => a.eventTime.localeCompare(b.eventTime));
    },
    async expectSecret(name, data) {
      const wanted = Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      );
      let last: LiveSecret | undefined;
      return await until(`Secret ${name} holds ${Object.keys(data).join(', ')}`, WAIT, async () => {
        last = await objects.secret(name);
        return last !== undefined && isEqual(last.data ?? {}, wanted) && last;
      }).catch(error => {
        expect(last?.data, String(error)).toEqual(wanted);
        throw error;
      });
    },
    async expectCondition(name, type, status, reason) {
      let last: LiveAwsSecret | undefined;
      return await until(`AwsSecret ${name} has ${type}=${status} (${reason})`, WAIT, async () => {
        last = await objects.awsSecret(name);
        const found = last.status?.conditions?.find(condition => condition.type === type);
        const isCurrent = last.status?.observedGeneration === last.metadata.generation;
        return isCurrent && found?.status === status && found.reason === reason && last;
      }).catch(error => {
        throw new Error(`${error}; its status: ${JSON.stringify(last?.status)}`);
      });
    },
    expectSynced: name => objects.expectCondition(name, 'Ready', 'True', 'Synced'),
  };
  return objects;
}

function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key]);
}
