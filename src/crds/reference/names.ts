import * as names from '../names.ts';

interface NameDoc {
  /** The object that carries the name, and as what. */
  readonly where: string;
  readonly name: string;
  readonly meaning: string;
}

type Documented = Exclude<keyof typeof names, 'GROUP' | 'VERSION' | 'API_VERSION' | 'MANAGED_BY'>;

/** What the operator reads from the metadata of objects, or puts there: a name without a line here does not type-check. */
export const NAMES: Readonly<Record<Documented, NameDoc>> = {
  REFRESH_REQUESTED_ANNOTATION: {
    where: 'AwsSecret, annotation',
    name: names.REFRESH_REQUESTED_ANNOTATION,
    meaning: 'You set it: any new value asks AWS now. It is echoed in `status.lastHandledRefreshRequest`.',
  },
  RESTART_ANNOTATION: {
    where: 'workload, annotation',
    name: `${names.RESTART_ANNOTATION}: ignore`,
    meaning: 'You set it: the workload is never restarted.',
  },
  RESTART_CONTENT_PREFIX: {
    where: 'pod template of a workload, annotation',
    name: `${names.RESTART_CONTENT_PREFIX}<secret>`,
    meaning:
      'The content that it was last restarted for. The name of a Secret over 63 characters is cut to 46, `-` and 16 hex digits; so is one that looks cut already.',
  },
  OWNER_LABEL: {
    where: 'Secret, label',
    name: names.OWNER_LABEL,
    meaning: 'UID of its AwsSecret. An index for the watch; the authority is the owner reference.',
  },
  MANAGED_BY_LABEL: {
    where: 'Secret, label',
    name: `${names.MANAGED_BY_LABEL}: ${names.MANAGED_BY}`,
    meaning: 'For people and tools.',
  },
  CONTENT_ANNOTATION: {
    where: 'Secret, annotation',
    name: names.CONTENT_ANNOTATION,
    meaning: 'Keyed hash of the content, `<key id>.<hmac>`. Nobody without the key can test a guess by it.',
  },
  CHANGED_AT_ANNOTATION: {
    where: 'Secret, annotation',
    name: names.CHANGED_AT_ANNOTATION,
    meaning: 'When this content replaced another.',
  },
  HISTORY_ANNOTATION: {
    where: 'Secret, annotation',
    name: names.HISTORY_ANNOTATION,
    meaning: 'The last five contents, newest first, and their times.',
  },
  HASH_KEY_SECRET: {
    where: 'operator’s namespace, Secret',
    name: names.HASH_KEY_SECRET,
    meaning: 'Key of the hashes. If it is lost a new one is made, and nothing is restarted.',
  },
  FIELD_MANAGER: {
    where: 'every object, field manager',
    name: names.FIELD_MANAGER,
    meaning: 'What the operator wrote (`kubectl get --show-managed-fields`).',
  },
  RESTART_FIELD_MANAGER: {
    where: 'workload, field manager',
    name: names.RESTART_FIELD_MANAGER,
    meaning: 'Restarts alone: it tells who rolled a workload.',
  },
};
