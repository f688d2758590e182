import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import type { Clock } from '../../src/controller/runtime/clock.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import type { Operator } from '../../src/start.ts';
import { LOG_FIELDS } from '../../src/telemetry/log.ts';
import { readAudit, refusedRights } from '../support/audit.ts';
import { type AwsAdmin, createAwsAdmin } from '../support/aws-admin.ts';
import { findLeak } from '../support/canary.ts';
import { type Grant, grantRbac } from '../support/chart-rbac.ts';
import { AWS_CANARY, KUBE_CANARY } from '../support/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { type Objects, objectsIn } from './objects.ts';
import { expectReady, POD, runOperator } from './operator.ts';
import { REGIONS, type Region } from './setup.ts';

export interface World extends Objects {
  /** Where the operator is installed: another namespace than the one that it watches, so that no right stands in for another. */
  readonly operatorNamespace: string;
  /** What the API server calls the operator. */
  readonly user: string;
  readonly aws: Readonly<Record<Region, AwsAdmin>>;
  /** What the operator talks to in place of the API server and AWS; `kube` and `aws` go around it. */
  readonly faults: FaultProxy;
  readonly operator: Operator;
  /** Log lines as JSON. */
  readonly lines: readonly string[];
  /** A name for a secret in AWS that no other test uses. */
  unique(name: string): string;
  restartOperator(): Promise<void>;
  stopOperator(): Promise<void>;
}

/**
 * A namespace, two regions, and an operator behind the fault proxy that works in this namespace only, under the rights of
 * the chart; for one test file. At its end it fails when the operator was refused a right, logged a field that is not listed,
 * or repeated what an error said that was injected.
 */
export function useWorld(flags: readonly string[] = [], clock: Clock = systemClock): World {
  const access = inject('kube');
  const moto = inject('moto');
  const namespace = `t-${randomUUID().slice(0, 8)}`;
  const operatorNamespace = `${namespace}-ops`;
  const kube = createKubeAdmin(access);
  const lines: string[] = [];
  const world = {} as { -readonly [K in keyof World]: World[K] };
  let operator: Operator | undefined;
  let grant: Grant | undefined;

  const start = async (): Promise<void> => {
    const { aws, kube } = world.faults;
    const own = { ...kube, token: grant?.token ?? '' };
    const watchNamespaces = [namespace];
    operator = await runOperator({ kube: own, aws, operatorNamespace, watchNamespaces, flags, lines, pod: POD, clock });
    world.operator = operator;
    await expectReady(operator, lines);
  };
  const stop = async (): Promise<void> => {
    await operator?.stop();
    operator = undefined;
  };
  Object.assign(world, objectsIn(namespace, kube), {
    ...{ operatorNamespace, lines },
    unique: name => `${namespace}/${name}`,
    stopOperator: stop,
    async restartOperator() {
      await stop();
      await start();
    },
  } satisfies Partial<World>);

  beforeAll(async () => {
    for (const name of [namespace, operatorNamespace]) await kube.create('/api/v1/namespaces', { metadata: { name } });
    grant = await grantRbac(kube, inject('rbac'), { ops: operatorNamespace, watched: namespace });
    world.user = grant.user;
    world.faults = await startFaultProxy({ kube: access, aws: moto });
    world.aws = Object.fromEntries(
      REGIONS.map(region => [region, createAwsAdmin(moto[region], region)]),
    ) as unknown as World['aws'];
    await start();
  });
  afterAll(async () => {
    await stop();
    await world.faults.stop();
    const asked = await readAudit(inject('auditLog'), grant?.user ?? '');
    expect(asked.length).toBeGreaterThan(0);
    expect(refusedRights(asked), 'the rights of the chart suffice').toEqual([]);
    expect(unlistedFields(lines), 'only listed fields are logged').toEqual([]);
    const outputs = { log: lines.join('\n'), ...(await readOutputs(world)) };
    expect(findLeak(outputs, [AWS_CANARY, KUBE_CANARY]), 'no text of an error that came from outside').toBeUndefined();
  });
  return world;
}

/** What users read of the operator's words. */
async function readOutputs({ namespace, kube }: Objects): Promise<Readonly<Record<string, string>>> {
  const list = async (api: string, plural: string) =>
    JSON.stringify(await kube.get(`/apis/${api}/namespaces/${namespace}/${plural}`));
  return {
    statuses: await list('secrets-operator.io/v1alpha1', 'awssecrets'),
    events: await list('events.k8s.io/v1', 'events'),
  };
}

function unlistedFields(lines: readonly string[]): readonly string[] {
  const listed = new Set(['level', 'msg', ...Object.keys(LOG_FIELDS)]);
  return lines.flatMap(line => Object.keys(JSON.parse(line))).filter(field => !listed.has(field));
}
