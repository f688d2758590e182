/** AWS services that the operator calls, as the endpoint setting names them. */
export const SERVICES = ['secretsmanager', 'ssm', 'sts'] as const;
export type Service = (typeof SERVICES)[number];

/** Where AWS is. Operator settings alone, never from a resource. */
export interface Endpoints {
  /** URLs by `service/region`; what is absent is AWS's own. */
  readonly urls: Readonly<Record<string, string>>;
  /** AWS's own are those with validated cryptography (aws.amazon.com/compliance/fips), which not every region has. */
  readonly isFips: boolean;
}

/** Settings of an SDK client. Fields are absent where the SDK decides, by the environment or its configuration file. */
export interface EndpointSettings {
  readonly endpoint?: string;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
}

export function endpointOf({ urls, isFips }: Endpoints, service: Service, region: string): EndpointSettings {
  const endpoint = urls[`${service}/${region}`];
  // The SDK refuses an endpoint of ours beside either of the others, and the environment may have asked for them.
  if (endpoint !== undefined) return { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
  return isFips ? { useFipsEndpoint: true } : {};
}
