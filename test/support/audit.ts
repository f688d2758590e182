import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** One request as the API server's authorizer saw it. */
export interface Audited {
  /** `system:serviceaccount:<namespace>:<name>`. */
  readonly user: string;
  /** As `formatRight` words it. */
  readonly right: string;
  /** Undefined for a request at cluster scope. */
  readonly namespace: string | undefined;
  readonly isAllowed: boolean;
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The path of the log that `auditFlags` asks for. */
export function auditLog(directory: string): string {
  return path.join(directory, 'audit.log');
}

/** Flags of kube-apiserver that have it note every request of every ServiceAccount, before it answers. */
export function auditFlags(directory: string): readonly string[] {
  const policy = path.join(directory, 'audit-policy.json');
  const rules = [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }];
  const body = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules };
  writeFileSync(policy, JSON.stringify(body));
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${auditLog(directory)}`];
}

/** What one user has asked for so far, each request once: a watch is noted when it begins and when it ends. */
export async function readAudit(log: string, user: string): Promise<readonly Audited[]> {
  const lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
  const own = lines.filter(line => line.includes(user)).map(line => JSON.parse(line) as AuditEvent);
  return own.filter(event => event.user.username === user).map(audited);
}

/** The rights that were asked for in vain, each once and with its namespace. */
export function refusedRights(asked: readonly Audited[]): readonly string[] {
  const refused = asked.filter(({ isAllowed }) => !isAllowed);
  return [...new Set(refused.map(({ right, namespace = 'all namespaces' }) => `${right} in ${namespace}`))];
}

/** A right as RBAC calls it: `patch awssecrets.secrets-operator.io/status`, without the group for the core group. */
export function formatRight(verb: string, group: string, resource: string): string {
  return `${verb} ${group === '' ? resource : resource.replace(/^[^/]+/, `$&.${group}`)}`;
}

function audited({ verb, user, requestURI, objectRef, annotations }: AuditEvent): Audited {
  const { resource = requestURI, subresource, apiGroup = '', namespace } = objectRef ?? {};
  return {
    user: user.username,
    right: formatRight(verb, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`),
    namespace,
    isAllowed: annotations?.['authorization.k8s.io/decision'] === 'allow',
  };
}
