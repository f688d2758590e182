import { createHmac, randomBytes } from 'node:crypto';
import type { Cluster } from '../cluster/cluster.ts';
import { type Credentials, shorten } from './aws.ts';
import type { Kubectl } from './kubectl.ts';
import { awsSecret, deployment, namespace } from './samples.ts';
import type { Stage } from './stage.ts';

/** Keyed hashes of values, all under one key: they show whether values are equal, and nothing else. */
export type Proof = Readonly<Record<string, string | null>>;

/** Has a pod prove what it sees; where no container runs, has the Secret proven that the pod would see. */
export interface Prover {
  /** Returns the proof, and tells of it. Throws an error that names the keys, never values, that are not as in AWS. */
  prove(pod: string, inAws: Credentials): Promise<Proof>;
}

/** A prover has one nonce for all of its life: so two of its proofs differ only where the values do. */
export function createProver({ narrator }: Stage, { runsContainers }: Cluster, kubectl: Kubectl): Prover {
  const nonce = randomBytes(16).toString('hex');
  const hash = (value: string | Uint8Array) => createHmac('sha256', nonce).update(value).digest('hex');
  const askPod = async (pod: string, keys: readonly string[]): Promise<Proof> => {
    // The container is called like its Deployment.
    const flags = ['--namespace', namespace, pod, '--container', deployment];
    const output = await kubectl.run('exec', ...flags, '--', 'hmac', '-once', '-nonce', nonce, '-env', keys.join(','));
    return JSON.parse(output).env;
  };
  const readSecret = async (keys: readonly string[]): Promise<Proof> => {
    const secret = await kubectl.read<{ readonly data?: Proof }>(namespace, 'secret', awsSecret);
    const held = (key: string) => hash(Buffer.from(secret?.data?.[key] ?? '', 'base64'));
    return Object.fromEntries(keys.map(key => [key, held(key)]));
  };
  return {
    async prove(pod, inAws) {
      const keys = Object.keys(inAws);
      const witness = runsContainers
        ? `The pod ${pod}`
        : `The Secret ${awsSecret} (no container runs that could be asked)`;
      const seen = runsContainers ? await askPod(pod, keys) : await readSecret(keys);
      const wrong = keys.filter(key => seen[key] !== hash(inAws[key] ?? ''));
      if (wrong.length > 0) throw new Error(`${witness} holds another ${wrong.join(', ')} than AWS`);
      const password = shorten(seen['password'] ?? '');
      narrator.say(`${witness} has the ${keys.length} values of AWS; HMAC of the password with a nonce: ${password}…`);
      return seen;
    },
  };
}
