import type { IncomingHttpHeaders } from 'node:http';
import { nameAwsRequest } from './aws-request.ts';
import type { Fault } from './fault-types.ts';
import { nameKubeRequest } from './kube-request.ts';

/** Whom a call is for: the API server, or AWS in one region. */
export type Target = 'kube' | `aws/${string}`;

/** A request as it came over the wire, whole. */
export interface WireRequest {
  readonly method: string;
  /** As it stands in the request line, with its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
}

/** What a request asks for, in the words of its protocol. */
export interface CallName {
  /** Kubernetes: get, list, watch, create, patch, update, delete or deletecollection. AWS: the operation, such as GetSecretValue. */
  readonly verb: string;
  /** Kubernetes: the plural, with its subresource, such as `awssecrets/status`; outside the API the path. AWS: the service, such as secretsmanager. */
  readonly resource: string;
  readonly namespace?: string;
  /** Kubernetes: the object's, for a create that of its body. AWS: the first of `ids`. */
  readonly name?: string;
  /** What an AWS call names: secrets, parameters or the role; all of a batch, the filters of a list. Empty for Kubernetes. */
  readonly ids: readonly string[];
  /** AWS: whose credentials signed the call. */
  readonly accessKey?: string;
  /** Whether it may change what is stored. */
  readonly isWrite: boolean;
}

/** What became of a call. */
export interface Outcome {
  /** HTTP status that the client was answered; undefined when it got no answer. */
  readonly status: number | undefined;
  /** HTTP statuses that the real server answered, one for each time that it was asked and did. */
  readonly upstream: readonly number[];
  /** What met it; undefined when nothing did. */
  readonly fault: Fault['kind'] | undefined;
}

export interface Call extends CallName {
  /** 1, 2, 3, … over all targets, in the order in which the requests were wholly received. */
  readonly index: number;
  readonly target: Target;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Monotonic milliseconds, to be compared with other calls only. */
  readonly atMs: number;
  /** Undefined while it is under way. Set before the client can see it; for a watch when it is opened. */
  readonly outcome: Outcome | undefined;
}

export function createCall(index: number, target: Target, request: WireRequest, atMs: number): Call {
  const { method, path, headers } = request;
  const body = request.bytes.toString();
  const name = target === 'kube' ? nameKubeRequest(method, path, body) : nameAwsRequest(headers, body);
  return { index, target, ...name, method, path, headers, body, atMs, outcome: undefined };
}

/** The call in a few words, such as `kube create secrets shop/payments`: equal for equal calls of two runs. */
export function formatCall({ target, verb, resource, namespace, name, ids }: Call): string {
  const object = target === 'kube' ? [namespace, name].filter(part => part !== undefined).join('/') : ids.join(',');
  return [target, verb, resource, object].filter(part => part !== '').join(' ');
}
