import { fail, ok, type Result } from '../controller/runtime/error.ts';
import type { ObjectKey } from '../controller/runtime/key.ts';
import type { ServiceAccounts } from '../controller/runtime/ports.ts';
import { type KubeError, syncError } from './error.ts';
import { call, type Resource, resourcePath } from './resource.ts';
import { ownSubject, type Subject, tokenRole } from './token-role.ts';
import type { Transport } from './transport/transport.ts';

const SERVICE_ACCOUNTS: Resource = { group: '', version: 'v1', plural: 'serviceaccounts' };
const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';
const AUDIENCE = 'sts.amazonaws.com';
/** It is exchanged at once; the API server gives none for less (kubernetes, pkg/apis/authentication/validation). */
const TOKEN_SECONDS = 600;
const BUDGET_MS = 5_000;

interface AccountBody {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

interface TokenBody {
  readonly status?: { readonly token?: unknown };
}

/** ServiceAccounts, which the operator may ask for only where the app's namespace allows it, one by one. */
export function createServiceAccounts(transport: Transport): ServiceAccounts {
  let subject: Subject | undefined;

  const refusal = async (error: KubeError, action: string, account: ObjectKey): Promise<Result<never>> => {
    const { namespace, name } = account;
    const of = `ServiceAccount ${JSON.stringify(name)}`;
    if (error.status === 404) {
      const message = `there is no ${of} in namespace ${namespace}; create it, or correct \`auth.serviceAccountName\``;
      return fail('CredentialsUnavailable', 'content', message);
    }
    // A webhook's refusal, or that of a namespace which is being deleted, is mended by no Role.
    const isRightMissing = error.status === 403 && error.refuser === undefined && error.causes.length === 0;
    if (!isRightMissing) return syncError(error, `${action} ${of} in namespace ${namespace}`);
    subject ??= await ownSubject(transport);
    const manifest = JSON.stringify(tokenRole(account, subject));
    const message = `the operator may not ${action} ${of}; allow it with \`kubectl apply -f -\` of: ${manifest}`;
    return fail('ServiceAccountTokenRefused', 'content', message);
  };

  return {
    async annotatedRole(account) {
      const path = resourcePath(SERVICE_ACCOUNTS, account.namespace, account.name);
      const found = await call<AccountBody>(transport, { method: 'GET', path, budgetMs: BUDGET_MS });
      return found.ok
        ? ok(found.value.metadata.annotations?.[ROLE_ANNOTATION])
        : await refusal(found.error, 'get', account);
    },
    async token(account) {
      const path = resourcePath(SERVICE_ACCOUNTS, account.namespace, account.name, 'token');
      const spec = { audiences: [AUDIENCE], expirationSeconds: TOKEN_SECONDS };
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      const given = await call<TokenBody>(transport, { method: 'POST', path, body, budgetMs: BUDGET_MS });
      if (!given.ok) return await refusal(given.error, 'create a token of', account);
      const token = given.value.status?.token;
      if (typeof token === 'string' && token !== '') return ok(token);
      const message = `could not create a token of ServiceAccount ${JSON.stringify(account.name)}: the API server gave none`;
      return fail('ApiServerUnavailable', 'transient', message);
    },
  };
}
