import { succeeds } from '../support/command.ts';
import { regions, secretId } from './aws.ts';
import { operatorLog } from './operator.ts';
import { awsSecret, namespace } from './samples.ts';
import type { Stage } from './stage.ts';
import type { Scene } from './story.ts';

/** Says how to go on by hand. */
export async function tellEpilogue({ narrator, directory }: Stage, scene: Scene, isOnce: boolean): Promise<void> {
  const { cluster, aws } = scene;
  const [region] = regions;
  const hasKubectl = await succeeds(['kubectl', 'version', '--client']);
  const lines = [
    `export KUBECONFIG=${cluster.kubeconfig}`,
    ...(hasKubectl ? [] : [`alias kubectl=${cluster.binaries.kubectl}`]),
    'kubectl get awssecrets -A',
    `kubectl describe awssecret ${awsSecret} -n ${namespace}`,
    `kubectl edit awssecret ${awsSecret} -n ${namespace}`,
    operatorLog(cluster, directory).command,
    '',
    'With the AWS CLI, the next rotation; the operator sees it within a minute:',
    'export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any',
    `aws secretsmanager put-secret-value --endpoint-url ${aws.urls[region]} \\`,
    `  --region ${region} --secret-id ${secretId} --secret-string '{"username":"me","password":"another"}'`,
  ];
  narrator.success('The story is told.');
  narrator.hint(
    isOnce
      ? 'Without --once the cluster would now stay up, to go on by hand:'
      : 'All stays up until Ctrl-C. To go on by hand, in another terminal:',
  );
  for (const line of ['', ...lines]) narrator.hint(line);
}
