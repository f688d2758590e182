import type { CallName } from './call.ts';
import { parseObject } from './json.ts';

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const READS: ReadonlySet<string> = new Set(['get', 'head', 'options', 'list', 'watch']);
/** Creates that store nothing. */
const QUESTIONS =
  /^(tokenreviews|(self|local)?subject(access|rules)reviews|selfsubjectreviews|serviceaccounts\/token)$/;
/** Else `namespaces/shop/status` would be a resource `status` in the namespace shop. */
const OF_A_NAMESPACE: ReadonlySet<string> = new Set(['status', 'finalize']);

/** What a request asks of the API server, as its own audit log and RBAC would call it. */
export function nameKubeRequest(method: string, path: string, body: string): CallName {
  const { pathname, searchParams: query } = new URL(path, 'http://kube');
  const segments = pathname.split('/').filter(segment => segment !== '');
  const rest = segments.slice(segments[0] === 'api' ? 2 : 3).map(decode);
  const isResource = (segments[0] === 'api' || segments[0] === 'apis') && rest.length > 0;
  if (!isResource) {
    const verb = method.toLowerCase();
    return { verb, resource: pathname, ids: [], isWrite: !READS.has(verb) };
  }
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2 && !OF_A_NAMESPACE.has(rest[2] ?? '');
  const namespace = isNamespaced ? rest[1] : undefined;
  const [plural = '', ofPath, ...subresource] = isNamespaced ? rest.slice(2) : rest;
  const name = ofPath ?? (method === 'POST' ? nameIn(body) : undefined);
  const verb = verbOf(method, ofPath !== undefined, isTrue(query.get('watch')));
  const resource = [plural, ...subresource].join('/');
  return {
    verb,
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ids: [],
    isWrite: !READS.has(verb) && !QUESTIONS.test(resource) && !query.has('dryRun'),
  };
}

function verbOf(method: string, isNamed: boolean, isWatch: boolean): string {
  if (method === 'GET' && isWatch) return 'watch';
  if (method === 'GET') return isNamed ? 'get' : 'list';
  if (method === 'DELETE' && !isNamed) return 'deletecollection';
  return VERBS[method] ?? method.toLowerCase();
}

function isTrue(parameter: string | null): boolean {
  return parameter !== null && parameter !== 'false' && parameter !== '0';
}

function nameIn(body: string): string | undefined {
  const name = (parseObject(body)?.['metadata'] as { readonly name?: unknown } | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
