import path from 'node:path';
import { startStandin } from '../../bench/standin.ts';
import { findToolFile } from '../support/binaries.ts';
import { startControlPlane } from '../support/control-plane.ts';
import { AWS_SECRETS, installDefinition } from '../support/definitions.ts';
import { connectTransport, createKubeAdmin } from '../support/kube-admin.ts';
import { writeKubeconfig } from '../support/kubeconfig.ts';
import type { Teardown } from '../support/teardown.ts';
import { type Api, createApi } from './api.ts';
import { type Crowd, createCrowd, QUIET_PER_NAMESPACE } from './crowd.ts';
import { type Faults, startFaults } from './faults.ts';
import { createLane, type Lane } from './lane.ts';
import type { Options } from './options.ts';
import { createStoredEdits, type StoredEdits } from './stored-edits.ts';
import { createVault, type Vault } from './vault.ts';

/** Everything but the operator. */
export interface Stage {
  readonly kubernetes: string;
  readonly api: Api;
  readonly vault: Vault;
  readonly namespaces: readonly string[];
  readonly crowd: Crowd;
  readonly storedEdits: StoredEdits;
  readonly lanes: readonly Lane[];
  /** Secrets in AWS for AwsSecrets that come and go. */
  readonly churnSecrets: readonly string[];
  readonly faults: Faults;
  /** The way of the operator to the API server: through the faults. */
  readonly kubeconfig: string;
}

const REGION = 'us-east-1';
const API_SERVER_FLAGS = [
  // Who asks may ask as often as it likes anyway: it is an administrator.
  '--enable-priority-and-fairness=false',
  // Else etcd would be full before what was edited is forgotten.
  '--etcd-compaction-interval=1m',
];
const CHURN_SECRETS = 40;

/** Starts the API server, AWS's stand-in and the fault proxy, and makes the objects; `teardown` ends them. */
export async function setStage(options: Options, directory: string, teardown: Teardown): Promise<Stage> {
  const plane = await startControlPlane({ directory, apiServerFlags: API_SERVER_FLAGS });
  teardown.add(() => plane.stop());
  const admin = createKubeAdmin(plane);
  await installDefinition(admin, AWS_SECRETS);
  await installDefinition(admin, await findToolFile('argo-rollouts', 'rollout-crd.yaml'));
  const transport = await connectTransport(plane);
  teardown.add(() => transport.close());
  const api = createApi(transport);

  const standin = await startStandin(directory);
  teardown.add(() => standin.stop());
  const namespaces = Array.from({ length: options.namespaces }, (_, i) => `soak-${String(i).padStart(2, '0')}`);
  const [lanesEnd, crowdEnd] = [namespaces.length, namespaces.length * (1 + QUIET_PER_NAMESPACE)];
  const vault = await createVault(standin, crowdEnd + CHURN_SECRETS);
  for (const name of namespaces) await api.create('/api/v1/namespaces', { metadata: { name } });
  const crowd = await createCrowd(api, vault, namespaces, lanesEnd);
  const storedEdits = await createStoredEdits(api, path.join(directory, 'etcd.sock'), crowd.objects);
  teardown.add(async () => storedEdits.close());
  const lanes = await Promise.all(namespaces.map((name, i) => createLane(api, vault, name, vault.secretId(i))));

  const { url, token, certificateAuthority, servingKey } = plane;
  const upstream = { kube: { url, token, certificateAuthority, servingKey }, aws: { [REGION]: standin.url } };
  const eventsPerCut = Math.max(2, Math.round((EARLY * options.events) / options.reconnects));
  const faults = await startFaults({ ...upstream, eventsPerCut }, directory, teardown);
  const kubeconfig = path.join(directory, 'operator.kubeconfig');
  writeKubeconfig(kubeconfig, { server: faults.kube, certificateAuthority, token });
  const churnSecrets = Array.from({ length: CHURN_SECRETS }, (_, i) => vault.secretId(crowdEnd + i));
  const cluster = { kubernetes: plane.version, api, namespaces, kubeconfig };
  return { ...cluster, vault, crowd, storedEdits, lanes, churnSecrets, faults };
}

/** So that the reconnects are not what the events wait for. */
const EARLY = 0.9;
