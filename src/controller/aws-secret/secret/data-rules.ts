import { fail, type Result } from '../../runtime/error.ts';
import { parseProperties } from '../sources/document.ts';

type Data = ReadonlyMap<string, Uint8Array>;
type Rule = (type: string, data: Data) => Result<never> | undefined;

/** What the API server would refuse, in words that name the key and the way out; in order, the first that has a word decides. */
const rules: readonly Rule[] = [missingKeys, brokenDockerConfig, tooLarge];

/** Why `data` cannot be the content of a Secret of that type; undefined when it can. */
export function refuseData(type: string, data: Data): Result<never> | undefined {
  for (const rule of rules) {
    const refused = rule(type, data);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

const DOCKER_CONFIG = '.dockerconfigjson';

/**
 * kubernetes.io/docs/concepts/configuration/secret, "Types of Secret": what the API server demands. Each entry names
 * keys of which one must be there.
 */
const REQUIRED_KEYS: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['kubernetes.io/basic-auth', [['username', 'password']]],
  ['kubernetes.io/dockerconfigjson', [[DOCKER_CONFIG]]],
  ['kubernetes.io/ssh-auth', [['ssh-privatekey']]],
  ['kubernetes.io/tls', [['tls.crt'], ['tls.key']]],
]);

function missingKeys(type: string, data: Data): Result<never> | undefined {
  // Of all required keys the API server wants this one alone to hold something.
  const isThere = (key: string): boolean => data.has(key) && (key !== 'ssh-privatekey' || data.get(key)?.length !== 0);
  const missing = (REQUIRED_KEYS.get(type) ?? []).filter(keys => !keys.some(isThere));
  if (missing.length === 0) return undefined;
  const names = missing.map(keys => keys.map(key => `\`${key}\``).join(' or ')).join(' and ');
  const message = `a Secret of type ${type} needs ${names}, which no source gives; add it to \`data\``;
  return fail('MissingTypeKeys', 'content', message);
}

function brokenDockerConfig(type: string, data: Data): Result<never> | undefined {
  const config = type === 'kubernetes.io/dockerconfigjson' ? data.get(DOCKER_CONFIG) : undefined;
  if (config === undefined || parseProperties(config) !== undefined) return undefined;
  const message = `a Secret of type ${type} needs a JSON object under \`${DOCKER_CONFIG}\`; correct the value in AWS`;
  return fail('NotJson', 'content', message);
}

/** Summed over values, without keys (kubernetes/kubernetes, pkg/apis/core/validation, ValidateSecret). */
const MAX_DATA_BYTES = 1024 * 1024;
/** No limit of Kubernetes; but the API server tracks who owns each key, and takes seconds for an apply of 80,000. */
const MAX_KEYS = 10_000;

function tooLarge(_type: string, data: Data): Result<never> | undefined {
  let bytes = 0;
  for (const value of data.values()) bytes += value.byteLength;
  if (data.size > MAX_KEYS) {
    const message = `the Secret would have ${data.size} keys, and ${MAX_KEYS} are written at the most; split the AwsSecret`;
    return fail('TooLarge', 'content', message);
  }
  if (bytes <= MAX_DATA_BYTES) return undefined;
  const message = `the values are ${bytes} bytes together, and a Secret holds ${MAX_DATA_BYTES} at the most; split the AwsSecret`;
  return fail('TooLarge', 'content', message);
}
