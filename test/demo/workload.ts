import type { Kubectl } from './kubectl.ts';
import { deployment as name, namespace } from './samples.ts';
import { type Stage, until } from './stage.ts';

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly phase: string };
}

/** An annotation of the Deployment's pod template. */
export async function readTemplateAnnotation(kubectl: Kubectl, annotation: string): Promise<string | undefined> {
  const { spec } = await readDeployment(kubectl);
  return spec.template.metadata.annotations?.[annotation];
}

/** Tells how the Deployment rolls, line by line, until all of its pods are of its present template. Returns the name of one. */
export async function followRollout(stage: Stage, kubectl: Kubectl): Promise<string> {
  let told = '';
  const deployment = await until(stage, `Deployment ${name}: rolled out`, 90_000, async () => {
    const read = await readDeployment(kubectl);
    const line = describe(read);
    if (line === undefined) return false;
    if (line !== told) stage.narrator.say(line);
    told = line;
    return isComplete(read) && read;
  });
  const selector = Object.entries(deployment.spec.selector.matchLabels).map(entry => entry.join('='));
  return await until(stage, `Deployment ${name}: its pods run, and no others`, 30_000, async () => {
    const pods = await kubectl.list<Pod>(namespace, 'pods', selector.join(','));
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const isSettled =
      staying.length === deployment.spec.replicas && staying.every(pod => pod.status.phase === 'Running');
    return isSettled && staying[0]?.metadata.name;
  });
}

async function readDeployment(kubectl: Kubectl): Promise<Deployment> {
  const deployment = await kubectl.read<Deployment>(namespace, 'deployment', name);
  if (deployment === undefined)
    throw new Error(`namespace ${namespace} has no Deployment ${name}: config/samples has one`);
  return deployment;
}

/** `undefined` while the status is about an older template. */
function describe({ metadata, spec, status }: Deployment): string | undefined {
  if ((status.observedGeneration ?? 0) < metadata.generation) return undefined;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const old = replicas - updatedReplicas;
  return `Deployment ${name}: ${updatedReplicas} of ${spec.replicas} pods are new, ${old} old; ${availableReplicas} available`;
}

function isComplete({ spec, status }: Deployment): boolean {
  const { replicas, updatedReplicas, availableReplicas } = status;
  return [replicas, updatedReplicas, availableReplicas].every(count => count === spec.replicas);
}
