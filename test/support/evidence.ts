import { findLeak } from './canary.ts';
import { type Call, formatCall } from './fault-proxy/call.ts';
import { parseObject } from './fault-proxy/json.ts';
import type { KubeObject } from './kube-admin.ts';

/** Everything that left a process. */
export interface Evidence {
  readonly calls: readonly Call[];
  /** What it printed and served, by name. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the API server holds of it, with managed fields. */
  readonly objects: readonly StoredObject[];
}

export interface StoredObject extends KubeObject {
  readonly kind: string;
}

/** The one place of all that a process sends in which a canary may stand. */
export type Place =
  | { readonly kind: 'nowhere' }
  /** `data` of the writes of one Secret; of the first one only where `verb` is create. */
  | { readonly kind: 'secret'; readonly namespace: string; readonly name: string; readonly verb?: 'create' }
  /** A header of the calls to the API server, or to AWS. */
  | { readonly kind: 'header'; readonly of: 'kube' | 'aws'; readonly header: string }
  /** A parameter of one operation of STS. */
  | { readonly kind: 'parameter'; readonly verb: string; readonly parameter: string };

export interface Canary {
  readonly name: string;
  readonly values: readonly (string | Uint8Array)[];
  readonly place: Place;
  /** The Secret into which somebody else put it. */
  readonly stored?: { readonly namespace: string; readonly name: string };
}

/** Where each canary is found that should not be there: one sentence for each that is; empty when nothing leaks. */
export function leaks({ calls, texts, objects }: Evidence, canaries: readonly Canary[]): readonly string[] {
  const unreadable = calls.filter(isUnreadable).map(call => `${nameOf(call)} is encoded: what it holds is not known`);
  const found = canaries.flatMap(({ name, values, place, stored }) => {
    const outputs = {
      ...texts,
      ...Object.fromEntries(calls.map(call => [nameOf(call), textOf(withoutPlace(call, place))])),
      ...Object.fromEntries(
        objects.map(object => [nameOfObject(object), JSON.stringify(withoutHome(object, place, stored))]),
      ),
    };
    const leak = findLeak(outputs, values);
    return leak === undefined ? [] : [`${name}: ${leak}`];
  });
  return [...unreadable, ...found];
}

function nameOf(call: Call): string {
  return `call ${call.index} (${formatCall(call)})`;
}

function nameOfObject({ kind, metadata: { namespace = '', name } }: StoredObject): string {
  return `${kind} ${namespace}/${name}`;
}

function textOf({ method, path, headers, body }: Call): string {
  return [method, path, JSON.stringify(headers), body].join('\n');
}

/** A body that was packed, or that is no text, cannot be looked through. */
function isUnreadable({ headers, body }: Call): boolean {
  return headers['content-encoding'] !== undefined || body.includes('\ufffd');
}

function withoutPlace(call: Call, place: Place): Call {
  switch (place.kind) {
    case 'nowhere':
      return call;
    case 'secret':
      return isWriteOf(call, place) ? { ...call, body: withoutData(call.body) } : call;
    case 'header': {
      const isKube = call.target === 'kube';
      if (isKube !== (place.of === 'kube')) return call;
      const { [place.header]: _, ...headers } = call.headers;
      return { ...call, headers };
    }
    case 'parameter': {
      if (call.target === 'kube' || call.resource !== 'sts' || call.verb !== place.verb) return call;
      const body = new URLSearchParams(call.body);
      body.delete(place.parameter);
      return { ...call, body: body.toString() };
    }
    default:
      return place satisfies never;
  }
}

function isWriteOf(call: Call, { namespace, name, verb }: Place & { readonly kind: 'secret' }): boolean {
  const isWrite = verb === undefined ? call.verb === 'create' || call.verb === 'patch' : call.verb === verb;
  return (
    isWrite &&
    call.target === 'kube' &&
    call.resource === 'secrets' &&
    call.namespace === namespace &&
    call.name === name
  );
}

/** As it is when it is no JSON object: then nobody can say what of it is data. */
function withoutData(body: string): string {
  const parsed = parseObject(body);
  if (parsed === undefined) return body;
  const { data: _, ...rest } = parsed;
  return JSON.stringify(rest);
}

function withoutHome(object: StoredObject, place: Place, stored: Canary['stored']): object {
  const homes = [...(place.kind === 'secret' ? [place] : []), ...(stored === undefined ? [] : [stored])];
  const { kind, metadata } = object;
  const isHome = homes.some(({ namespace, name }) => namespace === metadata.namespace && name === metadata.name);
  if (kind !== 'Secret' || !isHome) return object;
  const { data: _, ...rest } = object as StoredObject & { readonly data?: unknown };
  return rest;
}
