import type { SecretReader } from '../../controller/rollout/ports.ts';
import { ok } from '../../controller/runtime/error.ts';
import { syncError } from '../error.ts';
import { metadataOf } from '../metadata.ts';
import { call, METADATA_ONLY, resourcePath, SECRETS } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';
import type { SecretBody } from './secret-body.ts';

/** Asks without the data: nobody who reads from here needs a value. */
export function createSecretReader(transport: Transport): SecretReader {
  return {
    async secretMetadata({ namespace, name }) {
      const path = resourcePath(SECRETS, namespace, name);
      const found = await call<SecretBody>(transport, { method: 'GET', path, accept: METADATA_ONLY });
      if (found.ok) return ok(metadataOf(found.value));
      return found.error.status === 404 ? ok(undefined) : syncError(found.error, `get Secret ${namespace}/${name}`);
    },
  };
}
