import { workloadImage } from '../cluster/images.ts';

const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const;

export interface ProverOptions {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Rollout' | 'CronJob';
  readonly name: string;
  readonly namespace: string;
  /** The Secret that it takes by `envFrom`. */
  readonly secret: string;
  /** Goes into what it prints of its environment: an HMAC of each value, so that no value is in a log. */
  readonly nonce: string;
}

/** A workload whose pods prove which values they started with. */
export function prover({ kind, name, namespace, secret, nonce }: ProverOptions): object {
  const labels = { 'app.kubernetes.io/name': name };
  const container = {
    name: 'prover',
    image: workloadImage,
    imagePullPolicy: 'Never',
    command: ['hmac', '-nonce', nonce, '-env', 'username,password,port'],
    envFrom: [{ secretRef: { name: secret } }],
    securityContext: CONTAINER_SECURITY,
  };
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 2,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
    },
  };
  return { apiVersion: API_VERSIONS[kind], kind, metadata: { name, namespace }, spec: specOf(kind, labels, template) };
}

const API_VERSIONS: Readonly<Record<ProverOptions['kind'], string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Rollout: 'argoproj.io/v1alpha1',
  CronJob: 'batch/v1',
};

function specOf(kind: ProverOptions['kind'], labels: object, template: { readonly spec: object }): object {
  const selector = { matchLabels: labels };
  switch (kind) {
    case 'Deployment':
    case 'DaemonSet':
      return { selector, template };
    case 'StatefulSet':
      return { selector, template, serviceName: 'none' };
    case 'Rollout':
      return { selector, template, replicas: 1, strategy: { canary: {} } };
    case 'CronJob': {
      const spec = { ...template.spec, restartPolicy: 'Never' };
      return { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: { ...template, spec } } } };
    }
    default:
      return kind satisfies never;
  }
}
