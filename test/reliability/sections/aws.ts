import type { Section } from '../section.ts';

const REGIONS = 'regions are asked in order';
const UNUSABLE = 'what AWS holds, or does not give, cannot be used';

/** Reading from AWS. */
export const aws: Section = {
  title: 'AWS is away, or says no',
  intro:
    'All sources of an AwsSecret are read, or nothing is written: whatever fails here, the last good Secret stays and pods run on. Who is away is asked elsewhere; who says no is not.',
  rows: [
    {
      fault: 'A region does not answer: network, timeout, throttling, 5xx',
      promise:
        'The next region is asked. Equal bytes are no change, so that going there and back restarts nobody. The primary is asked first each time, which costs up to 6 seconds a call.',
      see: 'column *Region*; `secrets_operator_aws_calls_total`',
      tests: {
        'test/integration/regions.test.ts': [`${REGIONS} > … goes to the next region`],
        'test/e2e/operator.test.ts': [
          'the chart on a real cluster > with the primary region dead, a new AwsSecret is served from the secondary',
        ],
        'src/controller/aws-secret/secret/write.test.ts': [
          'equal content is written back over what somebody changed, and keeps its time: nobody is restarted',
        ],
      },
    },
    {
      fault: 'The primary is away, and its replica lags behind or says no',
      promise:
        'A replica is believed if it has the version that the Secret holds, or the one right after it: the old value never comes back. What a secondary refuses or lacks is no verdict.',
      see: '`ReplicaBehind` or `Unavailable`, from two intervals on; look at the replication',
      tests: {
        'test/integration/regions.test.ts': [
          `${REGIONS} > a replica that lags behind does not take the Secret back to an old value`,
          `${REGIONS} > a replica that is one version ahead is believed: the primary died after a rotation`,
          `${REGIONS} > a secondary's refusal is no verdict: the primary's trouble is what is told`,
        ],
      },
    },
    {
      fault: 'All regions are away',
      promise:
        'Nothing changes, and nothing is tried in a hurry. When AWS is back, each AwsSecret is read once or twice, and what changed meanwhile is written.',
      see: '`Ready` stays `True`; `Stale` after two intervals; `Ready` is `False` after `--max-staleness` (24 hours)',
      tests: {
        'test/integration/aws-away.test.ts': [
          'AWS …, in all regions: values stay; on its return what changed meanwhile is written',
        ],
        'test/integration/conditions.test.ts': ['what tools read from the conditions > AWS is away for … hours: …'],
      },
    },
    {
      fault: 'It is away at a first sync, or right after a change of the spec',
      promise:
        'Nothing is written until it answers. Pods wait for a Secret that is not there yet; one that is there stays.',
      see: '`Ready` is `Unknown`, `Unavailable`',
      tests: {
        'test/integration/conditions.test.ts': [
          'what tools read from the conditions > away at a first sync and after a spec change: unknown, and in progress',
        ],
      },
    },
    {
      fault: 'AWS says no: denied, not found, scheduled for deletion, no such stage, cannot be decrypted',
      promise:
        'No other region is asked. It is tried again after at most 5 minutes, and mends itself. A secret that is gone in AWS never empties its Secret.',
      see: '`Ready` is `False` with `AccessDenied`, `SecretNotFound` or `DecryptionFailed`, and one event: mend it in AWS',
      tests: {
        'test/integration/regions.test.ts': [`${REGIONS} > …: no other region is asked`],
        'test/integration/bad-input.test.ts': [
          `${UNUSABLE} > deleted: SecretNotFound`,
          `${UNUSABLE} > a failure is tried again with growing pauses, and mended by itself`,
        ],
      },
    },
    {
      fault: 'No credentials: the role, its trust policy, its token, or STS',
      promise:
        'What was fetched is used until it expires, so that a short outage of STS is not noticed. A session that ends early is replaced, by the token that the file holds then. Nobody asks in a hurry.',
      see: '`CredentialsUnavailable` with the cause: mend the role; or `Unavailable`, where STS does not answer',
      tests: {
        'test/integration/identity.test.ts': [
          'a session that is no longer good > is replaced at once, by the token that the file holds now, and nobody is told',
          'an identity that does not work',
          'an identity provider that STS cannot reach for a while is nobody’s mistake: it passes',
        ],
        'src/aws/identity/credentials.test.ts': ['a failed renewal keeps the old set while it is valid'],
        'src/aws/identity/identities-failures.test.ts': [
          'a hung STS costs its deadline, once for all who ask, and the next region answers',
        ],
      },
    },
    {
      fault: 'One of several sources fails',
      promise: 'Nothing of the others is written either: a Secret is never half old and half new.',
      see: 'the failing source is first in `status.sources`',
      tests: {
        'test/integration/bad-input.test.ts': [
          `${UNUSABLE} > one of several sources failing writes nothing of the others, and is listed first`,
        ],
      },
    },
  ],
};
