import * as z from 'zod';
import { auth } from './aws-secret/auth.ts';
import { data, dataFrom, SOURCE_KINDS } from './aws-secret/sources.ts';
import { rules } from './cel.ts';
import { conditionSchema } from './conditions.ts';
import { DURATION_PATTERN } from './duration.ts';
import type { ObjectMeta } from './object.ts';

const DNS_SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

const refreshInterval = z
  .string()
  .max(32)
  .default('1m')
  .meta({
    description:
      'How old a value may be, as a Go duration of at least 10s, such as 30s, 5m or 1h. "0" reads only when the spec changes or a refresh is requested.',
    ...rules({
      rule: `self == '0' || (self.matches('${DURATION_PATTERN}') && duration(self) >= duration('10s') && duration(self) <= duration('720h'))`,
      message: '`refreshInterval` must be a duration between 10s and 720h, such as 30s, 5m or 1h, or "0"',
    }),
  });

const regions = z
  .array(z.string().max(32))
  .min(1)
  .max(8)
  .optional()
  .meta({
    description:
      'AWS regions in the order they are asked: the primary first, then its replicas. Default: the operator’s.',
    'x-kubernetes-list-type': 'atomic',
    ...rules(
      {
        rule: "self.all(r, r.matches('^[a-z]{2,}(-[a-z]+)+-[0-9]+$'))",
        message: '`regions` must hold names of AWS regions, such as eu-west-1',
      },
      { rule: 'self.all(r, self.exists_one(o, o == r))', message: '`regions` must not name a region twice' },
    ),
  });

/** Types of Secret that may be made. Types that let somebody mint tokens are not among them. */
export const SECRET_TYPES = [
  'Opaque',
  'kubernetes.io/basic-auth',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
] as const;

const stringMap = (description: string) =>
  z.record(z.string().max(317), z.string().max(4096)).optional().meta({ description, maxProperties: 64 });

const target = z
  .object({
    name: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .meta({
        description: 'Name of the Secret. Default: the name of the AwsSecret.',
        ...rules({
          rule: `self.matches('${DNS_SUBDOMAIN}')`,
          message: '`target.name` must be a DNS subdomain: lower-case letters, digits, "-" and "."',
        }),
      }),
    type: z.enum(SECRET_TYPES).default('Opaque').meta({ description: 'Type of the Secret.' }),
    creationPolicy: z.enum(['Owner', 'Adopt']).default('Owner').meta({
      description:
        'Owner: create the Secret, which goes when the AwsSecret goes; refuse one that somebody else made. Adopt: take over an existing Secret that no controller owns, and leave it behind.',
    }),
    sourceDeletionPolicy: z.enum(['Retain', 'Delete']).default('Retain').meta({
      description:
        'What happens to the Secret when a secret that it is made of is really deleted in AWS, which is made sure of for ten minutes. Retain: it stays as it is. Delete: it goes.',
    }),
    metadata: z
      .object({
        labels: stringMap('Labels of the Secret.'),
        annotations: stringMap('Annotations of the Secret.'),
      })
      .default({})
      .meta({
        description: 'Metadata of the Secret. Nothing is copied from the AwsSecret.',
        ...rules({
          rule: "[has(self.labels) ? self.labels : {}, has(self.annotations) ? self.annotations : {}].all(m, m.all(k, !k.contains('secrets-operator.io/')))",
          message: '`target.metadata` must not hold keys of secrets-operator.io, which are the operator’s own',
        }),
      }),
  })
  .default({ type: 'Opaque', creationPolicy: 'Owner', sourceDeletionPolicy: 'Retain', metadata: {} })
  .meta({ description: 'The Secret to keep.' });

const rollout = z
  .object({
    restart: z.enum(['All', 'Static', 'None']).default('All').meta({
      description:
        'Which workloads to restart when the content changes. All: every one that uses the Secret. Static: those that cannot see a change (env, envFrom, subPath). None: nothing.',
    }),
  })
  .default({ restart: 'All' })
  .meta({ description: 'What happens to the workloads that use the Secret.' });

export const awsSecretSpecSchema = z
  .object({
    refreshInterval,
    consistency: z.enum(['Eventual', 'Strict']).default('Eventual').meta({
      description:
        'How fresh an answer has to be. Eventual: AWS may tell of a new version from a list, which lags behind by up to five minutes, and costs least. Strict: the secret itself is asked.',
    }),
    suspend: z
      .boolean()
      .default(false)
      .meta({ description: 'Read and write nothing while true; the Secret stays as it is.' }),
    regions,
    auth,
    data,
    dataFrom,
    target,
    rollout,
  })
  .meta({
    description: 'Which AWS values, in which Secret, and what happens to its consumers.',
    ...rules({
      rule: '(has(self.data) && size(self.data) > 0) || (has(self.dataFrom) && size(self.dataFrom) > 0)',
      message: 'at least one of `data` and `dataFrom` must have an entry',
    }),
  });

const time = (description: string) => z.string().max(64).optional().meta({ format: 'date-time', description });
const count = (description: string) => z.int().min(0).optional().meta({ format: 'int32', description });

const sourceStatusSchema = z.object({
  kind: z
    .enum(SOURCE_KINDS)
    .optional()
    .meta({ description: 'What it is in AWS. Default: Secret, of Secrets Manager, by its stage.' }),
  name: z.string().max(2048).meta({ description: 'Name, ARN, path or pattern as the spec gives it.' }),
  versionId: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Version that the Secret holds; of a path or pattern, a hash of all names and versions.' }),
  stage: z
    .string()
    .max(4096)
    .optional()
    .meta({ description: 'Staging label, version, label or tags that were asked for.' }),
  region: z.string().max(32).optional().meta({ description: 'Region that answered.' }),
  createdTime: time('When AWS created that version; absent while it was read in a batch only, which does not tell.'),
  reason: z.string().max(64).optional().meta({ description: 'Why this source failed; absent when it did not.' }),
});

const workloadStatusSchema = z.object({
  kind: z.string().max(63).meta({ description: 'Kind of the workload.' }),
  name: z.string().max(253).meta({ description: 'Name of the workload.' }),
  state: z.enum(['Pending', 'RollingOut', 'Failed', 'Exempt', 'UpToDate']).meta({
    description:
      'Pending: its restart waits. RollingOut: its pods are being replaced. Failed: somebody has to look. Exempt: it is not for the operator to restart. UpToDate: its pods run with the present content.',
  }),
  reason: z.string().max(64).optional().meta({ description: 'Why it stands there; one of the documented list.' }),
  message: z.string().max(1024).optional().meta({ description: 'The same in words that name what is in the way.' }),
});

export const awsSecretStatusSchema = z
  .object({
    observedGeneration: z.int().min(-1).optional().meta({
      format: 'int64',
      description: 'The `metadata.generation` that this status is about; -1 until the operator has seen the object.',
    }),
    conditions: z
      .array(conditionSchema)
      .max(16)
      .optional()
      .meta({
        description: 'What is so, one entry for each type; those of others stay.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      }),
    lastChangeTime: time('When the content of the Secret last changed.'),
    lastVerifiedTime: time('When AWS was last found to hold the same; written with other changes, else hourly.'),
    lastHandledRefreshRequest: z
      .string()
      .max(256)
      .optional()
      .meta({ description: 'The last value of the annotation secrets-operator.io/refresh-requested that was served.' }),
    target: z
      .object({
        name: z.string().max(253).meta({ description: 'Name of the Secret.' }),
        uid: z.string().max(64).optional().meta({ description: 'Its UID: another one is another Secret.' }),
        resourceVersion: z
          .string()
          .max(64)
          .optional()
          .meta({ description: 'Its state then: equal after a restart of the operator means untouched.' }),
        content: z.string().max(128).optional().meta({
          description:
            'Keyed hash of what it held then, as its annotation secrets-operator.io/content. If it is deleted and made anew, this tells whether its content has changed.',
        }),
      })
      .optional()
      .meta({ description: 'The Secret as it was last written or verified.' }),
    sources: z
      .array(sourceStatusSchema)
      .max(20)
      .optional()
      .meta({ description: 'Up to 20 sources, failing ones first.', 'x-kubernetes-list-type': 'atomic' }),
    sourceCount: count('How many sources the spec names.'),
    rollout: z
      .object({
        changeTime: time('The `lastChangeTime` for which the workloads were last looked at.'),
        workloads: z
          .array(workloadStatusSchema)
          .max(20)
          .optional()
          .meta({ description: 'Up to 20 workloads, unfinished ones first.', 'x-kubernetes-list-type': 'atomic' }),
        workloadCount: count('How many workloads use the Secret.'),
        upToDateCount: count('How many of them run with the present content.'),
      })
      .optional()
      .meta({ description: 'The workloads that use the Secret.' }),
  })
  .meta({ description: 'What the operator last saw and did. Never an input to a decision about authority.' });

export type AwsSecretSpec = Readonly<z.infer<typeof awsSecretSpecSchema>>;
export type AwsSecretStatus = Readonly<z.infer<typeof awsSecretStatusSchema>>;
export type SourceStatus = Readonly<z.infer<typeof sourceStatusSchema>>;
export type WorkloadStatus = Readonly<z.infer<typeof workloadStatusSchema>>;

/** An AwsSecret as the API server returns it: defaults are set, because they are in the schema. */
export interface AwsSecret {
  readonly metadata: ObjectMeta;
  readonly spec: AwsSecretSpec;
  readonly status?: AwsSecretStatus;
}

/** Name of the Secret that an AwsSecret keeps. */
export function targetName(awsSecret: AwsSecret): string {
  return awsSecret.spec.target.name ?? awsSecret.metadata.name;
}
