import type { KubeResult } from './error.ts';
import type { Call, Transport } from './transport/transport.ts';

/** A kind of object, as its URLs name it. `group` is empty for the core group. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets' };
export const PODS: Resource = { group: '', version: 'v1', plural: 'pods' };

/**
 * Path of a collection, or of one object or its subresource. Names are encoded, so that none can leave its place; throws
 * a RangeError for `.` and `..`, which no encoding hides from a URL parser and which no object is named.
 */
export function resourcePath(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const segments = [
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    resource.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  for (const segment of segments) {
    if (segment === '.' || segment === '..') throw new RangeError(`no object can be named ${JSON.stringify(segment)}`);
  }
  return [base, ...segments.map(encodeURIComponent)].join('/');
}

/** JSON merge patch (RFC 7386): lists are replaced whole, null deletes. */
export const MERGE_PATCH = 'application/merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';
/** Metadata only: what the watch of Secrets asks for, so that no value is ever held for nothing. */
export const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** How many objects a page of a list has at the most, as client-go asks for them. */
export const PAGE_SIZE = '500';

/** The objects of a collection, a page at a time. A page that is refused is the last one. */
export async function* pages<T>(
  transport: Transport,
  request: Pick<Call, 'path' | 'query' | 'budgetMs'>,
): AsyncGenerator<KubeResult<readonly T[]>> {
  let next = '';
  do {
    const query = { ...request.query, limit: PAGE_SIZE, ...(next !== '' && { continue: next }) };
    const page = await call<Page<T>>(transport, { ...request, method: 'GET', query });
    if (!page.ok) return yield page;
    yield { ok: true, value: page.value.items };
    next = page.value.metadata.continue ?? '';
  } while (next !== '');
}

interface Page<T> {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly T[];
}

/** The call, with a body of the type that the API server is known to answer with. */
export async function call<T>(transport: Transport, request: Call): Promise<KubeResult<T>> {
  return (await transport.call(request)) as KubeResult<T>;
}
