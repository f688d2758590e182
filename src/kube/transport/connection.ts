/** What a TLS connection to the API server needs, in PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Where the API server is, and who we are to it. */
export interface Connection {
  /** URL without a trailing slash. */
  readonly server: string;
  /** The namespace of the pod, or of the kubeconfig's context. */
  readonly namespace: string;
  readonly isInCluster: boolean;
  /** Read again for each new set of sockets, because CA bundles are rotated. */
  tls(): Promise<TlsMaterial>;
  /** The Authorization header; undefined where a client certificate speaks. `renew` passes over what was kept. */
  authorization(renew: boolean): Promise<string | undefined>;
}
