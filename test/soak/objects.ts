import { OWNER_LABEL } from '../../src/crds/names.ts';
import { apiVersionOf, KINDS, type WorkloadPlural } from './places.ts';

/** An AwsSecret of one secret in AWS. `refreshInterval` "0": read when it is asked for only. */
export function awsSecret(name: string, secretId: string, refreshInterval: string): object {
  const spec = { refreshInterval, dataFrom: [{ secretId }] };
  return { apiVersion: apiVersionOf('awssecrets'), kind: 'AwsSecret', metadata: { name }, spec };
}

/** A Secret that the operator watches and that no AwsSecret keeps, as those that are left behind are. */
export function strayedSecret(name: string): object {
  return { metadata: { name, labels: { [OWNER_LABEL]: 'nobody' } }, data: { password: 'eA==' } };
}

/** A workload whose container takes all of a Secret, or none. */
export function workload(plural: WorkloadPlural, name: string, secret: string | undefined): object {
  const labels = { app: name };
  const isRun = plural === 'jobs' || plural === 'cronjobs';
  const envFrom = secret === undefined ? [] : [{ secretRef: { name: secret } }];
  const containers = [{ name: 'app', image: 'app', envFrom }];
  const template = { metadata: { labels }, spec: { containers, ...(isRun && { restartPolicy: 'Never' }) } };
  const specs: Readonly<Record<WorkloadPlural, object>> = {
    deployments: { selector: { matchLabels: labels }, template },
    statefulsets: { selector: { matchLabels: labels }, template, serviceName: name },
    daemonsets: { selector: { matchLabels: labels }, template },
    rollouts: { selector: { matchLabels: labels }, template },
    cronjobs: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template } } },
    jobs: { suspend: true, template: { spec: template.spec } },
  };
  return { apiVersion: apiVersionOf(plural), kind: KINDS[plural], metadata: { name }, spec: specs[plural] };
}

/** A pod of a Deployment, of no node: whoever makes it says what its kubelet would. */
export function pod(name: string, app: string): object {
  return { metadata: { name, labels: { app } }, spec: { containers: [{ name: 'app', image: 'app' }] } };
}

/** What a kubelet tells of a pod whose container started then. */
export function runningSince(startedAt: string): object {
  const container = { name: 'app', image: 'app', imageID: '', ready: true, restartCount: 0 };
  return { status: { phase: 'Running', containerStatuses: [{ ...container, state: { running: { startedAt } } }] } };
}

/** What the Deployment controller tells once its one pod runs with the template of this generation. */
export function rolledOut(observedGeneration: number): object {
  const status = { observedGeneration, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  return { status };
}
