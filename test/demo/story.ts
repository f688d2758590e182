import type { Cluster, Provider } from '../cluster/cluster.ts';
import { type Aws, openAws } from './aws.ts';
import { openCluster } from './cluster.ts';
import { StepError, type Subject } from './failure.ts';
import { createKubectl } from './kubectl.ts';
import { operatorName } from './operator.ts';
import { startOperatorProcess } from './operator-process.ts';
import { installOperator } from './operator-release.ts';
import { createProver } from './proof.ts';
import { rotate, type Sighting } from './rotation.ts';
import { applySamples, awsSecret, deployment, namespace } from './samples.ts';
import type { Stage } from './stage.ts';
import { followRollout } from './workload.ts';

/** What stands when the story has been told. */
export interface Scene {
  readonly cluster: Cluster;
  readonly aws: Aws;
}

const ready = '.status.conditions[?(@.type=="Ready")]';
const conditions = `custom-columns=NAME:.metadata.name,READY:${ready}.status,REASON:${ready}.reason,MESSAGE:${ready}.message`;

/** From nothing to a workload that has rolled. Throws a StepError for the first step that fails. */
export async function tellStory(stage: Stage, wanted: Provider | undefined): Promise<Scene> {
  const act = async <T>(title: string, subject: Subject | undefined, work: () => Promise<T>): Promise<T> => {
    stage.signal.throwIfAborted();
    stage.narrator.step(title);
    return await work().catch(cause => {
      throw new StepError(title, cause, subject);
    });
  };

  const cluster = await act('A Kubernetes cluster', undefined, () => openCluster(stage, wanted));
  const kubectl = createKubectl(cluster);
  const about = (where: string, ...question: string[]): Subject => ({ kubectl, cluster, namespace: where, question });

  const aws = await act('AWS in two regions', undefined, () => openAws(stage, cluster.hostAddress));
  const startOperator = cluster.runsContainers ? installOperator : startOperatorProcess;
  await act('The operator', about(operatorName, 'describe', 'pods'), () =>
    startOperator(stage, { cluster, kubectl, aws }),
  );
  await act('The samples', about(namespace, 'get', 'awssecrets', `--output=${conditions}`), () =>
    applySamples(stage, cluster, kubectl),
  );

  const prover = createProver(stage, cluster, kubectl);
  const used = about(namespace, 'describe', `awssecret/${awsSecret}`, `deployment/${deployment}`);
  const before = await act('The workload that uses one of them', used, async (): Promise<Sighting> => {
    const pod = await followRollout(stage, kubectl);
    return { pod, proof: await prover.prove(pod, aws.credentials) };
  });
  await act('A rotation', used, () => rotate(stage, { kubectl, aws, prover, before }));
  return { cluster, aws };
}
