import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Operator } from '../../src/start.ts';
import type { Manifest } from '../chart/helm.ts';
import { type Audited, readAudit } from '../support/audit.ts';
import { type AwsAdmin, createAwsAdmin } from '../support/aws-admin.ts';
import { grantRbac } from '../support/chart-rbac.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin, type KubeAccess } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { createTeardown } from '../support/teardown.ts';
import { type Objects, objectsIn } from './objects.ts';
import { POD, runOperator } from './operator.ts';
import { workloadsOf } from './workloads.ts';

/** Where operators with rights of any kind are started, each in namespaces of its own. */
export interface Limits {
  readonly faults: FaultProxy;
  start(rbac: readonly Manifest[], options?: LimitedOptions): Promise<Limited>;
}

export interface LimitedOptions {
  readonly flags?: readonly string[];
  /** Default: one, that the rights were rendered for. */
  readonly watchesAll?: boolean;
}

/** An operator that may do what it was given, and no more. */
export interface Limited extends Objects {
  readonly operatorNamespace: string;
  readonly operator: Operator;
  readonly aws: AwsAdmin;
  readonly work: ReturnType<typeof workloadsOf>;
  /** A name in AWS that no other test uses. */
  unique(name: string): string;
  /** An AwsSecret of that name and its source, which holds `{"v":"1"}`; synced. */
  sync(name: string): Promise<void>;
  /** Gives the source another value, and asks for a refresh. */
  change(name: string, value: string): Promise<void>;
  /** Waits until it logs a line that holds all of these. */
  expectLine(...parts: readonly string[]): Promise<void>;
  /** What it has asked the API server for so far. */
  asked(): Promise<readonly Audited[]>;
  stop(): Promise<void>;
}

/** The API server of a suite, and the file in which it notes what is asked of it. */
export interface AuditedServer extends KubeAccess {
  readonly servingKey: string;
  readonly auditLog: string;
}

/** For one test file; `server` is asked for once the file runs. Stops at its end what was started. */
export function useLimits(server: () => AuditedServer): Limits {
  const moto = inject('moto');
  const teardown = createTeardown();
  const limits = {} as { faults: FaultProxy };
  beforeAll(async () => {
    limits.faults = await startFaultProxy({ kube: server(), aws: moto });
    teardown.add(() => limits.faults.stop());
  });
  afterAll(() => teardown.run());

  return Object.assign(limits, {
    async start(rbac: readonly Manifest[], { flags = [], watchesAll = false }: LimitedOptions = {}): Promise<Limited> {
      const namespace = `l-${randomUUID().slice(0, 8)}`;
      const operatorNamespace = `${namespace}-ops`;
      const kube = createKubeAdmin(server());
      for (const name of [namespace, operatorNamespace])
        await kube.create('/api/v1/namespaces', { metadata: { name } });
      const { user, token } = await grantRbac(kube, rbac, { ops: operatorNamespace, watched: namespace });
      const lines: string[] = [];
      const { aws, kube: access } = limits.faults;
      const watchNamespaces = watchesAll ? [] : [namespace];
      const own = { ...access, token };
      const place = { operatorNamespace, watchNamespaces, pod: POD };
      const operator = await runOperator({ kube: own, aws, ...place, flags, lines });
      teardown.add(() => operator.stop());
      const objects = objectsIn(namespace, kube);
      const work = workloadsOf(objects);
      const admin = createAwsAdmin(moto['eu-west-1'], 'eu-west-1');
      const unique = (name: string): string => `${namespace}/${name}`;
      return {
        ...objects,
        ...{ operatorNamespace, operator, aws: admin, work, unique },
        stop: () => operator.stop(),
        async sync(name) {
          await admin.create(unique(name), '{"v":"1"}');
          await objects.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: unique(name) }] });
          await objects.expectSynced(name);
        },
        async change(name, value) {
          await admin.put(unique(name), JSON.stringify({ v: value }));
          await work.refresh(name, value);
        },
        async expectLine(...parts) {
          const what = `it logs ${parts.join(' … ')}`;
          await until(what, { timeoutMs: 30_000 }, () =>
            lines.some(line => parts.every(part => line.includes(part))),
          ).catch(error => {
            throw new Error(`${error}; its log:\n${lines.join('\n')}`);
          });
        },
        asked: () => readAudit(server().auditLog, user),
      };
    },
  });
}
