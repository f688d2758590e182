import { randomUUID } from 'node:crypto';
import { CONTENT_ANNOTATION, REFRESH_REQUESTED_ANNOTATION, RESTART_CONTENT_PREFIX } from '../../src/crds/names.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { Api } from './api.ts';
import { awsSecret, pod, rolledOut, runningSince, workload } from './objects.ts';
import { pathOf } from './places.ts';
import type { Vault } from './vault.ts';

/** One secret that is rotated again and again, and the Deployment that has to be restarted for it, each time once. */
export interface Lane {
  readonly name: string;
  /** Rotates the secret, waits for its Secret and the restart, and replaces the pod as the Deployment's controller does. */
  rotate(): Promise<void>;
  /** How often it was rotated. */
  readonly rotations: number;
  /** How often its Deployment was restarted, as the API server counted it. */
  restarts(): Promise<number>;
}

interface Deployment extends KubeObject {
  readonly spec: { readonly template: { readonly metadata: KubeObject['metadata'] } };
}
interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const NAME = 'lane';
/** A watch may fall silent on the way, which is found out after a minute and a half. */
const WAIT = { timeoutMs: 300_000, intervalMs: 1_000 } as const;

/** Its pod has run since long ago. */
export async function createLane(api: Api, vault: Vault, namespace: string, secretId: string): Promise<Lane> {
  const deployment = pathOf('deployments', namespace, NAME);
  const first = await startPod(api, namespace, '2026-01-01T00:00:00Z');
  await api.create(pathOf('deployments', namespace), workload('deployments', NAME, NAME));
  await api.patch(`${deployment}/status`, rolledOut(1));
  await api.create(pathOf('awssecrets', namespace), awsSecret(NAME, secretId, '0'));

  const held = async (): Promise<Secret | undefined> => {
    const secret = await api.get<Secret>(pathOf('secrets', namespace, NAME));
    return secret?.data?.['password'] === vault.encoded(secretId) ? secret : undefined;
  };
  const restarted = async (content: string | undefined): Promise<Deployment | undefined> => {
    const live = await api.get<Deployment>(deployment);
    return live?.spec.template.metadata.annotations?.[RESTART_CONTENT_PREFIX + NAME] === content ? live : undefined;
  };
  let running = first;
  let rotations = 0;
  return {
    name: `${namespace}/${NAME}`,
    get rotations() {
      return rotations;
    },
    async rotate() {
      await vault.rotate(secretId);
      rotations += 1;
      const request = { metadata: { annotations: { [REFRESH_REQUESTED_ANNOTATION]: String(rotations) } } };
      await api.patch(pathOf('awssecrets', namespace, NAME), request);
      const secret = await until(`Secret ${namespace}/${NAME} holds rotation ${rotations}`, WAIT, held);
      const content = secret.metadata.annotations?.[CONTENT_ANNOTATION];
      const live = await until(`Deployment ${namespace}/${NAME} is restarted for rotation ${rotations}`, WAIT, () =>
        restarted(content),
      );
      await api.remove(pathOf('pods', namespace, running));
      running = await startPod(api, namespace, new Date().toISOString().replace(/\.\d+Z$/, 'Z'));
      await api.patch(`${deployment}/status`, rolledOut(live.metadata.generation ?? 0));
    },
    async restarts() {
      // Nobody but the operator changes its spec.
      return ((await api.get(deployment))?.metadata.generation ?? 0) - 1;
    },
  };
}

async function startPod(api: Api, namespace: string, startedAt: string): Promise<string> {
  const name = `${NAME}-${randomUUID().slice(0, 5)}`;
  await api.create(pathOf('pods', namespace), pod(name, NAME));
  await api.patch(`${pathOf('pods', namespace, name)}/status`, runningSince(startedAt));
  return name;
}
