/** What is told about a reason, in the reference and wherever people ask: one sentence each, in plain English. */
export interface ReasonDoc {
  /** What is so. */
  readonly meaning: string;
  /** The way out, for a platform engineer: what to look at, what to change; or that it mends itself. */
  readonly remedy: string;
  /** The most prominent place where it stands: a condition, else one workload of the status, else events alone. */
  readonly in: 'condition' | 'workload' | 'event';
}

/** Why a condition has its status: one list for conditions, events, metrics, logs and the docs. */
export const REASONS = {
  Synced: {
    meaning: 'The Secret holds what AWS holds.',
    remedy: 'Nothing to do.',
    in: 'condition',
  },
  Progressing: {
    meaning: 'The first sync of this generation is under way.',
    remedy: 'Wait a few seconds; if it stays, see whether the operator runs, leads and watches this namespace.',
    in: 'condition',
  },
  Suspended: {
    meaning: '`spec.suspend` is true: nothing is read or written until it is false.',
    remedy: 'Set `spec.suspend` to false when you want it to go on.',
    in: 'condition',
  },
  SecretNotFound: {
    meaning:
      'AWS has no secret or parameter of that name, or it is scheduled for deletion, or has no such version, stage or label.',
    remedy:
      'Compare name, region and stage with `aws secretsmanager describe-secret`, or with `aws ssm get-parameter`; `aws secretsmanager restore-secret` takes a deletion back; set `optional: true` on a `data` entry that may be absent.',
    in: 'condition',
  },
  AccessDenied: {
    meaning: 'AWS refused the call: the identity lacks an IAM permission, or a resource policy denies it.',
    remedy:
      'Allow `secretsmanager:GetSecretValue` and `secretsmanager:DescribeSecret` on that name in that region, and `kms:Decrypt` on its key, and look for a denial in the secret’s resource policy.',
    in: 'condition',
  },
  DecryptionFailed: {
    meaning: 'AWS could not decrypt the value: the KMS key is disabled, deleted, or not allowed.',
    remedy:
      'Look at the key with `aws kms describe-key`: enable it, or cancel its deletion; see that its policy lets the operator’s role decrypt.',
    in: 'condition',
  },
  InvalidReference: {
    meaning: 'AWS refused the reference itself, such as a malformed ARN; or no region is set anywhere.',
    remedy:
      'Correct `secretId` or `versionStage`: a name or a whole ARN, and a stage that exists; or set `regions` here or on the operator. The message has AWS’s error code.',
    in: 'condition',
  },
  CredentialsUnavailable: {
    meaning:
      'No AWS credentials: the ServiceAccount, the web identity token, a role or its trust policy does not work; the message says which.',
    remedy:
      'Compare the role annotation of the ServiceAccount (the operator’s, or that of `auth.serviceAccountName`), the OIDC provider in IAM, and `aud` and `sub` in the trust policy; restart an operator pod that is older than the annotation. For `assumeRoles` allow `sts:AssumeRole` and `sts:TagSession` on both sides.',
    in: 'condition',
  },
  ServiceAccountTokenRefused: {
    meaning:
      'The API server lets the operator have neither a token nor the role of the ServiceAccount that `auth` names.',
    remedy:
      'Apply the Role and RoleBinding that the message of the condition holds, in that namespace; the operator tries again by itself.',
    in: 'condition',
  },
  Unavailable: {
    meaning: 'AWS did not answer in any region: network, timeout, throttling or a server error.',
    remedy:
      'Nothing, if it passes: it is tried again and the Secret stays. If it lasts, look at egress, proxies, VPC endpoints and the quota of calls.',
    in: 'condition',
  },
  ReplicaBehind: {
    meaning: 'The primary region does not answer, and a secondary has another version than the Secret holds.',
    remedy:
      'Nothing, if it passes: the Secret stays until the primary answers or the replica catches up. If it lasts, look at the replication with `aws secretsmanager describe-secret`.',
    in: 'condition',
  },
  NotJson: {
    meaning:
      'The value is not JSON, or no object, but a part of it was asked for, or the type of the Secret demands an object.',
    remedy: 'Store JSON in AWS, in UTF-8, or read the whole value by a `data` entry without `property` and `jmesPath`.',
    in: 'condition',
  },
  PropertyNotFound: {
    meaning: 'The JSON object has no such property, or the `jmesPath` expression finds nothing in it.',
    remedy:
      'Add the property in AWS; correct `property`, which is taken literally and names the top level only, or `jmesPath`; or set `optional: true` on that entry.',
    in: 'condition',
  },
  EmptyValue: {
    meaning:
      'The secret has no value yet, or is a JSON object without properties; or nothing lies under the path, or is found.',
    remedy:
      'Give it one with `aws secretsmanager put-secret-value`, correct `parameterPath` or `find`, or take it out of `dataFrom`.',
    in: 'condition',
  },
  DecodingFailed: {
    meaning: 'The value is not in the encoding that the `data` entry names.',
    remedy:
      'Correct `encoding`, which is `Base64` or `Base64Url` of RFC 4648, without other characters than line breaks; or encode the value in AWS.',
    in: 'condition',
  },
  ExpressionFailed: {
    meaning:
      'A `jmesPath` expression or a `rename` pattern cannot be applied to what AWS gave: a function got another kind of value than it takes, or it would take too long.',
    remedy:
      'Correct the expression as the message says, or the value in AWS; where it would take too long, ask for less in one AwsSecret.',
    in: 'condition',
  },
  SourceEmpty: {
    meaning: 'A source that had content is empty now: the Secret keeps the last good content.',
    remedy:
      'Give the secret its content back in AWS; if it is meant to be empty, take the source out of the spec, or delete the Secret.',
    in: 'condition',
  },
  ConsumerKeyMissing: {
    meaning:
      'A key that a workload names, without calling it optional, is given no more: the Secret keeps the last good content.',
    remedy:
      'Give the key back in AWS or in the spec; or take it out of the workload that the message names, or mark it `optional: true` there.',
    in: 'condition',
  },
  SourceDeleted: {
    meaning:
      'A source is really deleted in AWS, and the Secret was deleted with it, because `spec.target.sourceDeletionPolicy` is `Delete`.',
    remedy:
      'Nothing, if that is meant; else restore or make the source, and the Secret is made anew, and set `spec.target.sourceDeletionPolicy: Retain`.',
    in: 'condition',
  },
  InvalidKey: {
    meaning: 'The name cannot be a key of a Secret: letters, digits, `-`, `_` and `.`, 253 characters at the most.',
    remedy: 'Rename it in AWS or by `keys`, or name each key by a `data` entry instead of `dataFrom`.',
    in: 'condition',
  },
  DuplicateKey: {
    meaning: 'Two `dataFrom` entries, or two names of one, give the same key.',
    remedy: 'Rename one of them by `keys`, or say by a `data` entry of that key which one is meant.',
    in: 'condition',
  },
  TooLarge: {
    meaning:
      'The values would exceed the 1 MiB that Kubernetes accepts, there would be more than 10,000 keys, or the names of the keys make the Secret larger than the API server stores.',
    remedy: 'Name fewer or smaller sources or shorter keys, or split them over several AwsSecrets.',
    in: 'condition',
  },
  MissingTypeKeys: {
    meaning: "The Secret's type demands keys that the sources do not give.",
    remedy: 'Give these keys by `data` entries, or choose the type `Opaque`.',
    in: 'condition',
  },
  InvalidSpec: {
    meaning:
      'The spec asks for labels or annotations that no Secret can have, holds a `jmesPath` or pattern that is none, or breaks a rule of the CRD.',
    remedy:
      'Correct the spec as the message says. If the CRD of this version forbids it, the one in the cluster is older: apply that of this version.',
    in: 'condition',
  },
  TargetNotOwned: {
    meaning: 'A Secret of that name exists and this AwsSecret did not make it.',
    remedy:
      'Delete that Secret, choose another `spec.target.name`, or set `spec.target.creationPolicy: Adopt`, which replaces all of its content.',
    in: 'condition',
  },
  TargetOwnedByOther: {
    meaning: 'The Secret belongs to another controller or another AwsSecret.',
    remedy: 'Choose another `spec.target.name`, or remove the other owner of that Secret.',
    in: 'condition',
  },
  TargetImmutable: {
    meaning: 'The Secret is immutable and holds another content.',
    remedy: 'Delete that Secret, and it is made anew; or choose another `spec.target.name`.',
    in: 'condition',
  },
  TargetTypeDiffers: {
    meaning: 'The Secret exists with another type, which Kubernetes does not let anybody change.',
    remedy: 'Delete that Secret, and it is made anew with the type of the spec; or choose another `spec.target.name`.',
    in: 'condition',
  },
  NamespaceTerminating: {
    meaning: 'The namespace is being deleted.',
    remedy: 'Nothing to do, if the namespace is meant to go.',
    in: 'condition',
  },
  WriteRefused: {
    meaning:
      'The API server refused a write or a read: RBAC, a quota or an admission policy; the message says what was tried.',
    remedy:
      'Ask `kubectl auth can-i` as the operator’s ServiceAccount, `kubectl describe quota`, and the admission policies of that namespace.',
    in: 'condition',
  },
  ApiServerUnavailable: {
    meaning: 'The Kubernetes API server did not answer.',
    remedy: 'Nothing, if it passes: it is tried again. If it lasts, look at the API server and its priority levels.',
    in: 'condition',
  },
  InternalError: {
    meaning: 'A defect of the operator ended the reconcile; the last good Secret stays.',
    remedy:
      'It is tried again by itself; report it with the operator’s log lines of `reconcile panicked`, which hold no values.',
    in: 'condition',
  },
  UpToDate: {
    meaning: 'Every workload that uses the Secret runs with its present content.',
    remedy: 'Nothing to do.',
    in: 'condition',
  },
  RollingOut: {
    meaning: 'Workloads are being restarted, or wait for their pods.',
    remedy: 'Wait; `kubectl rollout status` of the workload tells how far it is.',
    in: 'condition',
  },
  RestartFailed: {
    meaning: 'A workload could not be patched, or its own controller gave up its rollout.',
    remedy:
      'Read the workload’s message in `status.rollout.workloads`; a rollout that is stuck is mended like any other: `kubectl rollout status`, `kubectl describe pod`.',
    in: 'condition',
  },
  RestartReverted: {
    meaning:
      'Something took the restart back twice: the operator has stopped restarting that workload for this content.',
    remedy:
      'Let that tool leave annotations `restart.secrets-operator.io/*` of pod templates alone; `kubectl get --show-managed-fields` names it.',
    in: 'condition',
  },
  OwnedByController: {
    meaning: 'Another controller owns the workload and would take a restart back; only it can restart it.',
    remedy: 'Restart it by its owner, whose kind and name the message tells.',
    in: 'workload',
  },
  OptedOut: {
    meaning: 'The workload is not to be restarted: its annotation, or `rollout.restart`, says so.',
    remedy:
      'Nothing, if that is meant; else remove the annotation `secrets-operator.io/restart`, or change `spec.rollout.restart`.',
    in: 'workload',
  },
  OnDelete: {
    meaning: 'The update strategy of the StatefulSet or DaemonSet is OnDelete: its pods are replaced by hand.',
    remedy: 'Delete its pods, one by one, to have them take the new content.',
    in: 'workload',
  },
  NextRun: {
    meaning: 'A Job or CronJob is not restarted: the next run takes the new content.',
    remedy: 'Nothing to do; `kubectl create job --from=cronjob/<name>` runs a CronJob at once.',
    in: 'workload',
  },
  SecretContested: {
    meaning:
      'Somebody else writes the Secret again and again: it is put right ever more rarely, up to every five minutes.',
    remedy: '`kubectl get secret --show-managed-fields` names the other writer: have it leave the Secret alone.',
    in: 'event',
  },
  SecretUpdated: {
    meaning: 'The Secret was given new content, because AWS holds it.',
    remedy: 'Nothing to do.',
    in: 'event',
  },
  WorkloadRestarted: {
    meaning: 'A workload was restarted, because it ran with older content.',
    remedy: 'Nothing to do.',
    in: 'event',
  },
  PodEvicted: {
    meaning:
      'A pod was evicted, because it started while the Secret held other content than its workload was rolled for.',
    remedy: 'Nothing to do; a PodDisruptionBudget may delay it, which the message of the workload tells.',
    in: 'event',
  },
  FormerTargetDeleted: {
    meaning: 'The Secret under the former `target.name` was deleted: nobody uses it any more.',
    remedy: 'Nothing to do.',
    in: 'event',
  },
  FormerTargetInUse: {
    meaning:
      'The Secret under the former `target.name` is kept: somebody uses it, or the operator cannot see who does.',
    remedy:
      'Let what the event names use the new name: the old Secret then goes by itself within about a minute. Where the event asks for it, delete it by hand.',
    in: 'event',
  },
  RegionUnavailable: {
    meaning: 'Secrets Manager or Parameter Store has not answered in a region in time: it is only probed there.',
    remedy:
      'Nothing, if it passes: AwsSecrets with another region are read from that, the others keep what they have. If it lasts while AWS is well, look at egress, proxies and VPC endpoints.',
    in: 'event',
  },
  RegionRecovered: {
    meaning: 'A region that did not answer does so again: it is asked as before.',
    remedy: 'Nothing to do.',
    in: 'event',
  },
} as const satisfies Readonly<Record<string, ReasonDoc>>;
export type Reason = keyof typeof REASONS;
