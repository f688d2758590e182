import type { SecretStore } from '../../controller/aws-secret/ports.ts';
import { immutable, ofOtherType, tooLarge } from '../../controller/aws-secret/secret/refusals.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from '../../controller/aws-secret/secret/secret.ts';
import { ok, type Result } from '../../controller/runtime/error.ts';
import {
  API_VERSION,
  CHANGED_AT_ANNOTATION,
  CONTENT_ANNOTATION,
  FIELD_MANAGER,
  HISTORY_ANNOTATION,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
} from '../../crds/names.ts';
import type { OwnerReference } from '../../crds/object.ts';
import { type KubeError, syncError } from '../error.ts';
import { APPLY_PATCH, call, MERGE_PATCH, resourcePath, SECRETS } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';
import type { Indexer } from '../watch/store.ts';
import { type SecretBody, secretMetadata } from './secret-body.ts';
import { staleFields } from './stale-fields.ts';

/**
 * A Secret carries the time of its change, stamped before it is written. Until all of it is, less than the ten seconds
 * may pass in which restarts distrust that time (`SETTLE_MS`); then the write counts as failed, and is stamped anew unless
 * it turns out that it was done.
 */
const WRITE_MS = 5_000;
/** For what may have to come before the apply, and for what may have to follow it. */
const PATCH_MS = 2_000;
const READ_MS = 5_000;

/** The operator's Secrets on the API server; `reduce` says what is kept of one. */
export function createSecretStore(transport: Transport, reduce = secretMetadata): SecretStore {
  return {
    async get({ namespace, name }) {
      const path = resourcePath(SECRETS, namespace, name);
      const result = await call<SecretBody>(transport, { method: 'GET', path, budgetMs: READ_MS });
      if (result.ok) return ok(liveSecret(result.value));
      return result.error.status === 404 ? ok(undefined) : syncError(result.error, `get Secret ${namespace}/${name}`);
    },

    // A POST, not an apply: it is the one write that can say "only if there is none". A second one after a lost
    // answer finds our own Secret, which the caller recognises by its owner.
    async create(manifest) {
      const path = resourcePath(SECRETS, manifest.namespace);
      const query = { fieldManager: FIELD_MANAGER };
      const result = await call<SecretBody>(transport, {
        method: 'POST',
        path,
        query,
        body: body(manifest),
        budgetMs: WRITE_MS,
      });
      if (result.ok) return ok(reduce(result.value));
      if (result.error.reason === 'AlreadyExists') return ok('exists');
      return refused(result.error, manifest, 'create');
    },

    async replace(manifest, held, surplus) {
      const path = resourcePath(SECRETS, manifest.namespace, manifest.name);
      const query = { fieldManager: FIELD_MANAGER };
      const patch = async (body: object) =>
        await call<SecretBody>(transport, {
          method: 'PATCH',
          path,
          query,
          contentType: MERGE_PATCH,
          body,
          budgetMs: PATCH_MS,
        });

      let { resourceVersion } = held;
      const ownerReferences = replacedOwners(held, manifest);
      if (ownerReferences !== undefined || surplus.length > 0) {
        // Two owners cannot both be the controller, and apply would add ours to the other; nor does it remove what it did
        // not apply itself. With all that the Secret is about to hold: what the API server refuses, such as another type,
        // leaves it as it was, and nobody sees new content beside keys that are not part of it.
        const whole = body(manifest, resourceVersion);
        const metadata = { ...whole.metadata, ...(ownerReferences && { ownerReferences }) };
        const data = { ...whole.data, ...Object.fromEntries(surplus.map(key => [key, null])) };
        const patched = await patch({ ...whole, metadata, data });
        if (!patched.ok) return refused(patched.error, manifest, 'update');
        resourceVersion = patched.value.metadata.resourceVersion;
      }
      const applied = await call<SecretBody>(transport, {
        method: 'PATCH',
        path,
        query: { ...query, force: 'true' },
        contentType: APPLY_PATCH,
        body: body(manifest, resourceVersion),
        budgetMs: WRITE_MS,
      });
      if (!applied.ok) return refused(applied.error, manifest, 'update');
      const stale = staleFields(applied.value, manifest, FIELD_MANAGER);
      if (stale === undefined) return ok(reduce(applied.value));
      // Metadata of former times, and keys that came in between; if nobody wrote since.
      ({ resourceVersion } = applied.value.metadata);
      const removed = await patch({ ...stale, metadata: { ...stale.metadata, resourceVersion } });
      return removed.ok ? ok(reduce(removed.value)) : refused(removed.error, manifest, 'update');
    },

    async remove({ namespace, name, uid, resourceVersion }) {
      const path = resourcePath(SECRETS, namespace, name);
      const body = { preconditions: { uid, resourceVersion } };
      const removed = await call<unknown>(transport, { method: 'DELETE', path, body });
      if (removed.ok || removed.error.status === 404) return ok(undefined);
      return syncError(removed.error, `delete secrets in namespace ${namespace}`);
    },

    async release(held) {
      const { namespace, name } = held;
      const released = await call<unknown>(transport, {
        method: 'PATCH',
        path: resourcePath(SECRETS, namespace, name),
        query: { fieldManager: FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: { metadata: releasedMetadata(held) },
      });
      if (released.ok || released.error.status === 404) return ok(undefined);
      return syncError(released.error, `update secrets in namespace ${namespace}`);
    },
  };
}

/** Finds Secrets by the UIDs of the AwsSecrets that they name, as owners or by label. */
export const indexSecret: Indexer<{ readonly metadata: SecretMetadata }> = ({ metadata }) => {
  const owners = (metadata.ownerReferences ?? []).filter(isAwsSecret).map(({ uid }) => uid);
  const label = metadata.labels?.[OWNER_LABEL];
  return [...new Set([...owners, ...(label === undefined ? [] : [label])])];
};

function isAwsSecret({ apiVersion, kind }: OwnerReference): boolean {
  return apiVersion === API_VERSION && kind === 'AwsSecret';
}

/** A merge patch of the metadata without anything by which the operator knows its Secrets, for this version only. */
function releasedMetadata({ resourceVersion, labels, ownerReferences }: SecretMetadata): object {
  const isManaged = labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
  return {
    resourceVersion,
    labels: { [OWNER_LABEL]: null, ...(isManaged && { [MANAGED_BY_LABEL]: null }) },
    annotations: { [CONTENT_ANNOTATION]: null, [CHANGED_AT_ANNOTATION]: null, [HISTORY_ANNOTATION]: null },
    ...(ownerReferences !== undefined && { ownerReferences: ownerReferences.filter(owner => !isAwsSecret(owner)) }),
  };
}

/** The owners without AwsSecrets that the manifest does not name; undefined when there are none of these. */
function replacedOwners(held: SecretMetadata, manifest: SecretManifest): readonly OwnerReference[] | undefined {
  const isStale = (owner: OwnerReference): boolean =>
    isAwsSecret(owner) && !manifest.ownerReferences.some(({ uid }) => uid === owner.uid);
  const owners = held.ownerReferences ?? [];
  if (!owners.some(isStale)) return undefined;
  const isOurs = (owner: OwnerReference) => manifest.ownerReferences.some(({ uid }) => uid === owner.uid);
  return [...owners.filter(owner => !isStale(owner) && !isOurs(owner)), ...manifest.ownerReferences];
}

function liveSecret(secret: SecretBody): LiveSecret {
  const data = Object.entries(secret.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const);
  const { type = 'Opaque', immutable = false } = secret;
  return { metadata: secretMetadata(secret), type, immutable, data: new Map(data) };
}

function body(manifest: SecretManifest, resourceVersion?: string) {
  const { name, namespace, labels, annotations, ownerReferences, type } = manifest;
  const data = [...manifest.data].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      ...(ownerReferences.length > 0 && { ownerReferences }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    type,
    data: Object.fromEntries(data),
  };
}

function refused(error: KubeError, manifest: SecretManifest, verb: string): Result<never> {
  const isAbout = (...fields: readonly string[]): boolean =>
    error.reason === 'Invalid' && error.fields.some(field => fields.includes(field));
  if (isAbout('type')) return ofOtherType(manifest, manifest.type);
  // Other refusals of data are about what it holds.
  if (isAbout('data', 'immutable') && error.causes.includes('FieldValueForbidden')) return immutable(manifest);
  if (error.status === 413) return tooLarge(manifest);
  return syncError(error, `${verb} secrets in namespace ${manifest.namespace}`);
}
