import { runCommand } from '../support/command.ts';

/** The version of a cluster's API server, such as v1.34.4. */
export async function readVersion(kubectl: string, kubeconfig: string): Promise<string> {
  const answer: { gitVersion: string } = JSON.parse(
    await runCommand([kubectl, '--kubeconfig', kubeconfig, 'get', '--raw', '/version']),
  );
  return answer.gitVersion;
}
