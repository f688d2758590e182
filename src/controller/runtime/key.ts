/** An object's place in the cluster. Its string form `namespace/name` is the key of queues and stores. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export function formatKey({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

/** The inverse of `formatKey`: neither a namespace nor a name can hold a slash. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
