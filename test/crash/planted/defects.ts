/** A mistake that others have made, put into a copy of the operator. */
export interface Defect {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Where it shows: a scenario, which of its calls, and what happens to them. */
  readonly scenario: string;
  readonly calls: RegExp;
  readonly mishaps: readonly string[];
}

export const DEFECTS: readonly Defect[] = [
  {
    name: 'a restart is stamped before the Secret is written',
    file: 'kube/secrets/secret-store.ts',
    find: '      const applied = await call<SecretBody>(transport, {',
    replace: `      const early = await patch({ metadata: { resourceVersion, annotations: manifest.annotations } });
      if (early.ok) resourceVersion = early.value.metadata.resourceVersion;
      const applied = await call<SecretBody>(transport, {`,
    scenario: 'rotation',
    calls: /patch (secrets|deployments)/,
    mishaps: ['killed before', 'killed after', 'answer too late'],
  },
  {
    name: 'a status is written from a stale read',
    file: 'kube/aws-secrets.ts',
    find: 'body: { metadata: { resourceVersion }, status',
    replace: 'body: { status',
    scenario: 'rotation',
    calls: /status/,
    mishaps: ['done too late'],
  },
  {
    name: 'an event is taken off the queue before it is handled',
    file: 'controller/runtime/controller.ts',
    find: `        if (outcome.error.retry === 'conflict' && !failures.has(key)) {`,
    replace: `        if (failures.size === 0) {
          failures.delete(key);
        } else if (outcome.error.retry === 'conflict' && !failures.has(key)) {`,
    scenario: 'rotation',
    calls: /patch (secrets|deployments)/,
    mishaps: ['reset', '500'],
  },
  {
    name: 'a restart is stamped with the time, and not with the content',
    file: 'controller/rollout/judge.ts',
    find: 'deps.restarter.restart(workload, joint.annotations)',
    replace:
      'deps.restarter.restart(workload, Object.fromEntries(Object.keys(joint.annotations).map(name => [name, String(deps.clock.now())])))',
    scenario: 'rotation',
    calls: /patch deployments/,
    mishaps: ['answer lost', 'killed after'],
  },
];
