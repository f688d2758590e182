import type { HashKey } from '../controller/aws-secret/content.ts';
import { fail, ok, type Result } from '../controller/runtime/error.ts';
import { FIELD_MANAGER, HASH_KEY_SECRET, MANAGED_BY, MANAGED_BY_LABEL } from '../crds/names.ts';
import { syncError } from './error.ts';
import { call, resourcePath, SECRETS } from './resource.ts';
import type { SecretBody } from './secret-body.ts';
import type { Transport } from './transport.ts';

const KEY_BYTES = 32;
const ID_BYTES = 4;

/**
 * The key of the content hashes, from Secret `secrets-operator-key` in `namespace`; made there when there is none.
 * Whoever comes second, after a crash or beside another replica, reads the key of the first.
 */
export async function loadHashKey(
  transport: Transport,
  namespace: string,
  randomBytes: (length: number) => Buffer,
): Promise<Result<HashKey>> {
  const path = resourcePath(SECRETS, namespace, HASH_KEY_SECRET);
  const present = await call<SecretBody>(transport, { method: 'GET', path });
  if (present.ok) return readKey(present.value, namespace);
  if (present.error.status !== 404) return syncError(present.error, `get Secret ${namespace}/${HASH_KEY_SECRET}`);
  const key = randomBytes(KEY_BYTES).toString('base64');
  const id = Buffer.from(randomBytes(ID_BYTES).toString('hex')).toString('base64');
  const metadata = { name: HASH_KEY_SECRET, namespace, labels: { [MANAGED_BY_LABEL]: MANAGED_BY } };
  const created = await call<SecretBody>(transport, {
    method: 'POST',
    path: resourcePath(SECRETS, namespace),
    query: { fieldManager: FIELD_MANAGER },
    body: { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', immutable: true, data: { key, id } },
  });
  if (created.ok) return readKey(created.value, namespace);
  if (created.error.status !== 409) return syncError(created.error, `create secrets in namespace ${namespace}`);
  const winner = await call<SecretBody>(transport, { method: 'GET', path });
  if (!winner.ok) return syncError(winner.error, `get Secret ${namespace}/${HASH_KEY_SECRET}`);
  return readKey(winner.value, namespace);
}

function readKey({ data = {} }: SecretBody, namespace: string): Result<HashKey> {
  const key = Buffer.from(data['key'] ?? '', 'base64');
  const id = Buffer.from(data['id'] ?? '', 'base64').toString();
  if (key.length === KEY_BYTES && /^[0-9a-f]{8}$/.test(id)) return ok({ id, key });
  const message = `Secret ${namespace}/${HASH_KEY_SECRET} holds no usable key; delete it, and the operator makes a new one (nothing is restarted)`;
  return fail('InvalidSpec', 'terminal', message);
}
