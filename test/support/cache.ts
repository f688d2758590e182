import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for what is built once and used by every checkout; test/cluster/tools/build.sh and install.sh use the same. */
export function cacheDirectory(environment = process.env): string {
  const chosen = environment['SECRETS_OPERATOR_CACHE'];
  return chosen || join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'secrets-operator');
}
