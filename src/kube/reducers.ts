import type { SecretMetadata } from '../controller/aws-secret/secret/secret.ts';
import type { AwsSecret } from '../crds/aws-secret.ts';
import { reduceAwsSecret } from './aws-secrets.ts';
import { type SecretBody, secretMetadata } from './secrets/secret-body.ts';
import type { Sharing } from './watch/sharing.ts';

/** What is held of the two kinds of which there may be tens of thousands. */
export interface Reducers {
  awsSecret(object: unknown): AwsSecret;
  secret(object: Pick<SecretBody, 'metadata'>): SecretMetadata;
}

/** Reduces first, and shares what is left: no value of a Secret is ever among the texts that are shared. */
export function createReducers(share: Sharing): Reducers {
  return {
    awsSecret(object) {
      const { spec, ...others } = share.texts(reduceAwsSecret(object));
      const { target, rollout } = spec;
      // A CRD that is older than this version may not have given them.
      const same = {
        ...(target && { target: share.whole(target) }),
        ...(rollout && { rollout: share.whole(rollout) }),
      };
      return { ...others, spec: { ...spec, ...same } };
    },
    secret: object => share.texts(secretMetadata(object)),
  };
}
