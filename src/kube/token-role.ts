import type { ObjectKey } from '../controller/runtime/key.ts';
import { call } from './resource.ts';
import type { Transport } from './transport/transport.ts';

/** Who a RoleBinding is for. */
export type Subject =
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'User'; readonly apiGroup: string; readonly name: string };

const RBAC = 'rbac.authorization.k8s.io';
const ACCOUNT = /^system:serviceaccount:([-a-z0-9]{1,63}):([-.a-z0-9]{1,253})$/;
const USER = /^[\x21-\x7e]{1,253}$/;
/** To be filled in by hand: a Kubernetes before 1.28 does not tell who we are. */
const UNKNOWN: Subject = {
  kind: 'ServiceAccount',
  namespace: '<namespace of the operator>',
  name: '<its ServiceAccount>',
};
const BUDGET_MS = 2_000;

interface ReviewBody {
  readonly status?: { readonly userInfo?: { readonly username?: unknown } };
}

/** Who the API server takes us for; undefined where it does not tell. Every user may ask (ClusterRole system:basic-user). */
export async function ownSubject(transport: Transport): Promise<Subject | undefined> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const answer = await call<ReviewBody>(transport, { method: 'POST', path, body: review, budgetMs: BUDGET_MS });
  const username = answer.ok ? answer.value.status?.userInfo?.username : undefined;
  if (typeof username !== 'string') return undefined;
  const [, namespace, name] = ACCOUNT.exec(username) ?? [];
  if (namespace !== undefined && name !== undefined) return { kind: 'ServiceAccount', namespace, name };
  return USER.test(username) ? { kind: 'User', apiGroup: RBAC, name: username } : undefined;
}

/** What the app's namespace needs so that `subject` may take the identity of one ServiceAccount, and of no other. */
export function tokenRole({ namespace, name }: ObjectKey, subject: Subject = UNKNOWN): object {
  const metadata = { name: `secrets-operator-token-${name}`, namespace };
  const only = { apiGroups: [''], resourceNames: [name] };
  const rules = [
    { ...only, resources: ['serviceaccounts'], verbs: ['get'] },
    { ...only, resources: ['serviceaccounts/token'], verbs: ['create'] },
  ];
  const roleRef = { apiGroup: RBAC, kind: 'Role', name: metadata.name };
  const items = [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects: [subject] },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}
