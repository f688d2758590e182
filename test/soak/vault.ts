import type { Standin } from '../../bench/standin.ts';

/** What AWS holds: secrets of one prefix, each with a user name and a password. */
export interface Vault {
  /** The name of the i-th secret. */
  secretId(index: number): string;
  /** The password that AWS holds, as a Secret has it. */
  encoded(secretId: string): string;
  rotate(secretId: string): Promise<void>;
}

const PREFIX = 'soak/s';

/** Makes `count` secrets. */
export async function createVault(standin: Standin, count: number): Promise<Vault> {
  const passwords = new Map(Object.entries(await standin.seed(count, PREFIX)));
  return {
    secretId: index => `${PREFIX}${index}`,
    encoded: secretId => Buffer.from(passwords.get(secretId) ?? '').toString('base64'),
    async rotate(secretId) {
      for (const [name, password] of Object.entries(await standin.rotate([secretId]))) passwords.set(name, password);
    },
  };
}
