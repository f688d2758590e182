import type { ObjectKey } from '../../src/controller/runtime/key.ts';
import { tokenRole } from '../../src/kube/token-role.ts';
import type { KubeAdmin, KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { applyRoles } from '../support/printed-role.ts';

const REVIEW = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };

/** Makes a ServiceAccount whose identity the operator `user` may take. Returns once the API server knows of that. */
export async function createAccount(
  kube: KubeAdmin,
  { namespace, name }: ObjectKey,
  { user, roleArn }: { readonly user: string; readonly roleArn?: string },
): Promise<void> {
  const annotations = roleArn === undefined ? {} : { 'eks.amazonaws.com/role-arn': roleArn };
  await kube.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name, annotations } });
  const [, , operators = '', account = ''] = user.split(':');
  await applyRoles(
    kube,
    tokenRole({ namespace, name }, { kind: 'ServiceAccount', namespace: operators, name: account }),
  );
  const asked = { verb: 'create', resource: 'serviceaccounts', subresource: 'token', namespace, name };
  await until(`${user} may ask for tokens of ${name}`, { timeoutMs: 20_000 }, async () => {
    const { status } = await kube.create<KubeObject & { readonly status: { readonly allowed: boolean } }>(
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      { ...REVIEW, spec: { user, resourceAttributes: asked } },
    );
    return status.allowed;
  });
}
