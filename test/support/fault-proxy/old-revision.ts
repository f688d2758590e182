import { type Answer, bytesOf, wholeAnswer, withBody } from './answer.ts';
import type { Call, WireRequest } from './call.ts';
import { KUBE_CANARY } from './fault.ts';
import { parseObject } from './json.ts';
import { kubeStatus } from './refusal.ts';

/** Whether the API server can be asked for what there was: further pages of a list have the revision of its first. */
export function hasRevisions({ target, verb, resource, path }: Call): boolean {
  const isRead = target === 'kube' && (verb === 'get' || verb === 'list');
  return isRead && !resource.includes('/') && !/[?&]continue=/.test(path);
}

/** The same question about what there was at `revision`. Only a list can be asked so: a get becomes one of its name. */
export function askedAt(revision: string, { verb, name = '' }: Call, request: WireRequest): WireRequest {
  const { pathname, searchParams: query } = new URL(request.path, 'http://kube');
  query.set('resourceVersion', revision);
  query.set('resourceVersionMatch', 'Exact');
  if (verb === 'list') return { ...request, path: `${pathname}?${query}` };
  query.set('fieldSelector', `metadata.name=${name}`);
  const rawHeaders = request.rawHeaders.map(text =>
    text.replace('as=PartialObjectMetadata;', 'as=PartialObjectMetadataList;'),
  );
  return { ...request, rawHeaders, path: `${pathname.slice(0, pathname.lastIndexOf('/'))}?${query}` };
}

/** The answer to a get, taken from that to the list of its name. What the server refuses stays refused. */
export async function onlyItem(answer: Answer): Promise<Answer> {
  if (answer.head.status !== 200) return answer;
  const { apiVersion, kind, items } = parseObject((await bytesOf(answer.chunks)).toString()) ?? {};
  const [item] = Array.isArray(items) ? items : [];
  if (item !== undefined) {
    // Within a list, objects do not say of which kind they are.
    return withBody(answer, JSON.stringify({ apiVersion, kind: String(kind).replace(/List$/, ''), ...item }));
  }
  const absent = kubeStatus({ status: 404, reason: 'NotFound', message: KUBE_CANARY });
  return wholeAnswer(404, ['content-type', 'application/json'], JSON.stringify(absent));
}
