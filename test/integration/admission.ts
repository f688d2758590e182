import { onTestFinished } from 'vitest';
import type { KubeAdmin, KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { Objects } from './objects.ts';

export interface Denial {
  /** Of the policy and of its binding. */
  readonly name: string;
  readonly group: string;
  /** With its subresource, such as `awssecrets/status`. */
  readonly resource: string;
  readonly operation: 'CREATE' | 'UPDATE';
  /** CEL: what passes. */
  readonly unless: string;
  /** CEL: what the policy says. */
  readonly says: string;
  /** Default: the API server's own, Invalid. */
  readonly reason?: 'Forbidden' | 'Unauthorized' | 'RequestEntityTooLarge';
  /** A dry run that is refused as soon as the policy works. */
  readonly probe: (kube: KubeAdmin) => Promise<unknown>;
}

const API = '/apis/admissionregistration.k8s.io/v1';
const POLICIES = `${API}/validatingadmissionpolicies`;
const BINDINGS = `${API}/validatingadmissionpolicybindings`;
const WAIT = { timeoutMs: 30_000, intervalMs: 250 } as const;

/** Has a ValidatingAdmissionPolicy deny it in one namespace, until the returned function has been called or the test ends. */
export async function deny({ namespace, kube }: Objects, denial: Denial): Promise<() => Promise<void>> {
  const { group, resource, operation, unless, says, reason, probe } = denial;
  const name = `${namespace}-${denial.name}`;
  const isRefused = () =>
    probe(kube).then(
      () => false,
      error => String(error).includes(name),
    );
  const lift = async (): Promise<void> => {
    for (const path of [BINDINGS, POLICIES]) {
      if ((await kube.get<KubeObject>(`${path}/${name}`)) !== undefined) await kube.remove(`${path}/${name}`);
    }
    await until(`${name} is lifted`, WAIT, async () => !(await isRefused()));
  };
  onTestFinished(lift);
  const rule = { apiGroups: [group], apiVersions: ['*'], operations: [operation], resources: [resource] };
  await kube.create(POLICIES, {
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [rule],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      validations: [{ expression: unless, messageExpression: says, ...(reason && { reason }) }],
    },
  });
  await kube.create(BINDINGS, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } });
  await until(`${name} is in force`, WAIT, isRefused);
  return lift;
}
