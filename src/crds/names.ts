/**
 * Every name of the API that users or other programs may hold on to. Changing one breaks them.
 */

export const GROUP = 'secrets-operator.io';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Label on every Secret the operator writes: the UID of its AwsSecret. An index for the watch, never an authority. */
export const OWNER_LABEL = `${GROUP}/owner`;
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'secrets-operator';

/** Annotation on the Secret: keyed hash of the content that this Secret holds, `<keyId>.<hmac>`. */
export const CONTENT_ANNOTATION = `${GROUP}/content`;
/** Annotation on the Secret: when that content replaced another, RFC 3339 with milliseconds. */
export const CHANGED_AT_ANNOTATION = `${GROUP}/changed-at`;
/** Annotation on the Secret: the last five contents, newest first, as JSON `[{"content","time"}]`. */
export const HISTORY_ANNOTATION = `${GROUP}/history`;

/** Annotation on an AwsSecret: any new value asks for a read now; it is echoed in `status.lastHandledRefreshRequest`. */
export const REFRESH_REQUESTED_ANNOTATION = `${GROUP}/refresh-requested`;
/** Annotation on a workload: `ignore` keeps the operator from ever restarting it. */
export const RESTART_ANNOTATION = `${GROUP}/restart`;
/** Prefix of the pod template annotations that name the content a workload was last rolled for. */
export const RESTART_CONTENT_PREFIX = `restart.${GROUP}/`;

/** Secret in the operator's namespace that holds the key of the content hashes. */
export const HASH_KEY_SECRET = 'secrets-operator-key';
/** Field manager of everything the operator writes but restarts. */
export const FIELD_MANAGER = 'secrets-operator';
/** Field manager of restarts alone, so that `kubectl get --show-managed-fields` tells who rolled a workload. */
export const RESTART_FIELD_MANAGER = 'secrets-operator-rollout';
