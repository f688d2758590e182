import type { V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import { type PodSpec, secretUses } from '../../controller/rollout/consumers.ts';
import type { Workload } from '../../controller/rollout/workload.ts';
import { RESTART_CONTENT_PREFIX } from '../../crds/names.ts';
import { metadataOf } from '../metadata.ts';

/** What every kind of workload has in common. Undefined for one whose pods use no Secret: it is not even held. */
export function reduceTemplate(
  metadata: V1ObjectMeta | undefined,
  template: V1PodTemplateSpec | undefined,
): Pick<Workload, 'metadata' | 'templateAnnotations' | 'uses'> | undefined {
  const uses = secretUses((template?.spec ?? {}) as PodSpec);
  if (uses.length === 0) return undefined;
  const annotations = Object.entries(template?.metadata?.annotations ?? {});
  return {
    // The generated type has dates where JSON brings text.
    metadata: metadataOf({ metadata: metadata as unknown as Workload['metadata'] }),
    templateAnnotations: Object.fromEntries(annotations.filter(([key]) => key.startsWith(RESTART_CONTENT_PREFIX))),
    uses,
  };
}
