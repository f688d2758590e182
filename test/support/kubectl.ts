import { createHmac } from 'node:crypto';
import { runCommand } from './command.ts';

/** The real kubectl against one cluster. */
export interface Kubectl {
  /** Standard output; throws with what kubectl said. */
  run(...args: readonly string[]): Promise<string>;
  /** What `-o json` gives. */
  json<T>(...args: readonly string[]): Promise<T>;
  apply(manifest: object): Promise<void>;
}

export function createKubectl(program: string, kubeconfig: string): Kubectl {
  const base = [program, '--kubeconfig', kubeconfig];
  return {
    run: (...args) => runCommand([...base, ...args]),
    json: async <T>(...args: readonly string[]) => JSON.parse(await runCommand([...base, ...args, '-o', 'json'])) as T,
    apply: async manifest => {
      await runCommand([...base, 'apply', '-f', '-'], { input: JSON.stringify(manifest) });
    },
  };
}

/** What the workload image's `hmac` prints for a value. */
export function hmacOf(nonce: string, value: string): string {
  return createHmac('sha256', nonce).update(value).digest('hex');
}
