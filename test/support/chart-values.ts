import { SERVICES } from '../../src/aws/endpoints.ts';

export interface ChartOptions {
  readonly image: { readonly repository: string; readonly tag: string };
  /** The primary first. */
  readonly regions: readonly string[];
  /** Stand-ins for AWS by region. */
  readonly urls: Readonly<Record<string, string>>;
  /** ARN of the role that the operator assumes. */
  readonly role: string;
}

/** Where EKS mounts the web identity token. */
const TOKEN_DIRECTORY = '/var/run/secrets/eks.amazonaws.com/serviceaccount';

/** Endpoint settings that lead every service of a region to its stand-in. */
export function endpointsOf(urls: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(urls).flatMap(([region, url]) => SERVICES.map(service => [`${service}/${region}`, url])),
  );
}

/**
 * Values of the chart for a cluster that is no EKS: there a webhook adds the token and the two variables of IRSA to the
 * pod, from the annotation alone; here the values do (docs.aws.amazon.com/eks, "IAM roles for service accounts").
 */
export function chartValues({ image, regions, urls, role }: ChartOptions): object {
  const token = { serviceAccountToken: { path: 'token', audience: 'sts.amazonaws.com', expirationSeconds: 86_400 } };
  return {
    image: { ...image, pullPolicy: 'Never' },
    regions,
    awsEndpoints: endpointsOf(urls),
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': role } },
    extraEnv: [
      { name: 'AWS_ROLE_ARN', value: role },
      { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${TOKEN_DIRECTORY}/token` },
    ],
    extraVolumes: [{ name: 'aws-token', projected: { sources: [token] } }],
    extraVolumeMounts: [{ name: 'aws-token', mountPath: TOKEN_DIRECTORY, readOnly: true }],
  };
}
