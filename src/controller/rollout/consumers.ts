import { formatKey } from '../runtime/key.ts';
import type { SecretUse, Workload } from './workload.ts';

interface SecretRef {
  readonly name?: string;
  readonly optional?: boolean;
  /** Of one environment variable. */
  readonly key?: string;
  /** Of a volume. */
  readonly items?: readonly { readonly key: string }[];
}

/** The part of a Kubernetes PodSpec that can name a Secret. */
export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
}

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly valueFrom?: { readonly secretKeyRef?: SecretRef } }[];
  readonly envFrom?: readonly { readonly secretRef?: SecretRef }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly subPath?: string;
    readonly subPathExpr?: string;
  }[];
}

interface Volume {
  readonly name: string;
  readonly secret?: Omit<SecretRef, 'name' | 'key'> & { readonly secretName?: string };
  readonly projected?: { readonly sources?: readonly { readonly secret?: SecretRef }[] };
}

/** Keys of the Secrets that a workload uses, each once. */
export function usedSecrets({ metadata: { namespace }, uses }: Pick<Workload, 'metadata' | 'uses'>): readonly string[] {
  return [...new Set(uses.map(use => formatKey({ namespace, name: use.secretName })))];
}

/** Every use of a Secret by a container or init container. Image pull secrets are none: they never need a restart. */
export function secretUses(spec: PodSpec): readonly SecretUse[] {
  const volumes = new Map((spec.volumes ?? []).map(volume => [volume.name, volumeSecrets(volume)]));
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(container => [
    ...(container.env ?? []).flatMap(({ valueFrom }) => use(container, 'env', valueFrom?.secretKeyRef)),
    ...(container.envFrom ?? []).flatMap(({ secretRef }) => use(container, 'envFrom', secretRef)),
    ...(container.volumeMounts ?? []).flatMap(mount => {
      const how = mount.subPath || mount.subPathExpr ? 'subPath' : 'volume';
      return (volumes.get(mount.name) ?? []).flatMap(ref => use(container, how, ref));
    }),
  ]);
}

function volumeSecrets({ secret, projected }: Volume): readonly SecretRef[] {
  const whole: SecretRef[] = [];
  if (secret?.secretName !== undefined) whole.push({ ...secret, name: secret.secretName });
  return [...whole, ...(projected?.sources ?? []).flatMap(source => source.secret ?? [])];
}

function use(container: Container, how: SecretUse['how'], ref: SecretRef | undefined): readonly SecretUse[] {
  if (ref?.name === undefined) return [];
  const keys = ref.key === undefined ? ref.items?.map(({ key }) => key) : [ref.key];
  const named = keys !== undefined && keys.length > 0 && { keys };
  return [{ secretName: ref.name, container: container.name, how, optional: ref.optional ?? false, ...named }];
}
