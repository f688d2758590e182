import { inParallel } from '../../src/controller/runtime/in-parallel.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { expectRest } from './calm.ts';
import type { SoakedOperator } from './operator.ts';
import { pathOf } from './places.ts';
import type { Stage } from './stage.ts';

type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/**
 * After all that it still works: a last rotation arrives everywhere, each Deployment was restarted exactly once for each
 * of its rotations, and every Secret holds what AWS holds. Throws what is not so.
 */
export async function proveWell(stage: Stage, operator: SoakedOperator): Promise<void> {
  const { api, vault, lanes, crowd } = stage;
  await Promise.all(lanes.map(lane => lane.rotate()));
  await expectRest(stage, operator);
  const problems: string[] = [];
  for (const lane of lanes) {
    const restarts = await lane.restarts();
    if (restarts !== lane.rotations)
      problems.push(`${lane.name}: ${restarts} restarts for ${lane.rotations} rotations`);
  }
  await inParallel(crowd.quiet, 8, async ({ namespace, name, secretId }) => {
    const secret = await api.get<Secret>(pathOf('secrets', namespace, name));
    if (secret?.data?.['password'] !== vault.encoded(secretId)) problems.push(`Secret ${namespace}/${name} differs`);
  });
  for (const metric of ['controller_runtime_reconcile_panics_total', 'secrets_operator_unreadable_objects_total']) {
    if ((await operator.metric(metric)) > 0) problems.push(`${metric} is not 0`);
  }
  problems.push(...(await operator.defects()));
  if (problems.length > 0) throw new Error(`the operator is not well:\n${problems.slice(0, 20).join('\n')}`);
}
