import type { HashKey } from '../../controller/aws-secret/secret/content.ts';
import { fail, ok, type Result } from '../../controller/runtime/error.ts';
import { FIELD_MANAGER, HASH_KEY_SECRET, MANAGED_BY, MANAGED_BY_LABEL } from '../../crds/names.ts';
import { syncError } from '../error.ts';
import { call, resourcePath, SECRETS } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';
import type { SecretBody } from './secret-body.ts';

const KEY_BYTES = 32;
const ID_BYTES = 4;

/** The key of the content hashes, from Secret `secrets-operator-key` in `namespace`; undefined when there is none. */
export async function findHashKey(transport: Transport, namespace: string): Promise<Result<HashKey | undefined>> {
  const path = resourcePath(SECRETS, namespace, HASH_KEY_SECRET);
  const present = await call<SecretBody>(transport, { method: 'GET', path });
  if (present.ok) return readKey(present.value, namespace);
  return present.error.status === 404
    ? ok(undefined)
    : syncError(present.error, `get Secret ${namespace}/${HASH_KEY_SECRET}`);
}

/**
 * The same; made when there is none. Whoever comes second, after a crash or beside another replica, reads the key of the
 * first.
 */
export async function loadHashKey(
  transport: Transport,
  namespace: string,
  randomBytes: (length: number) => Buffer,
): Promise<Result<HashKey>> {
  const present = await findHashKey(transport, namespace);
  if (!present.ok) return present;
  if (present.value !== undefined) return ok(present.value);
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
  const winner = await findHashKey(transport, namespace);
  if (!winner.ok) return winner;
  if (winner.value !== undefined) return ok(winner.value);
  return fail('Progressing', 'conflict', `Secret ${namespace}/${HASH_KEY_SECRET} was deleted as soon as it was made`);
}

function readKey({ data = {} }: SecretBody, namespace: string): Result<HashKey> {
  const key = Buffer.from(data['key'] ?? '', 'base64');
  const id = Buffer.from(data['id'] ?? '', 'base64').toString();
  if (key.length === KEY_BYTES && /^[0-9a-f]{8}$/.test(id)) return ok({ id, key });
  const message = `Secret ${namespace}/${HASH_KEY_SECRET} holds no usable key; delete it, and the operator makes a new one (nothing is restarted)`;
  return fail('InvalidSpec', 'terminal', message);
}
