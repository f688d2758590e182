/** AWS services that the operator calls, as the endpoint setting names them. */
export type Service = 'secretsmanager' | 'sts';

/** Endpoint URLs by `service/region`; what is absent is AWS's own. Operator settings alone, never from a resource. */
export type Endpoints = Readonly<Record<string, string>>;

export function endpointOf(endpoints: Endpoints, service: Service, region: string): { readonly endpoint?: string } {
  const endpoint = endpoints[`${service}/${region}`];
  return endpoint === undefined ? {} : { endpoint };
}
