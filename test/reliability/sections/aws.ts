import type { Section } from '../section.ts';

const REGIONS = 'regions are asked in order';
const AFTER = 'after the first sync';
const CROSSING = 'what one identity reads is never given to another';
const UNUSABLE = 'what AWS holds, or does not give, cannot be used';

/** Reading from AWS. */
export const aws: Section = {
  title: 'AWS is away, or says no',
  intro:
    'All sources of an AwsSecret are read, or nothing is written: whatever fails here, the last good Secret stays and pods run on. Who is away is asked elsewhere; who says no is not.',
  rows: [
    {
      fault: 'A region does not answer: network, timeout, 5xx',
      promise:
        'The next region is asked. After the first call in vain (6 seconds at the most) nobody waits for that region any more: it is probed, and asked again within 20 seconds of its return. Equal bytes are no change, so that going there and back restarts nobody.',
      see: 'column *Region*; one event `RegionUnavailable` and later one `RegionRecovered`, about the operator’s pod; `secrets_operator_aws_breaker_open`',
      tests: {
        'test/integration/regions.test.ts': [`${REGIONS} > … goes to the next region`],
        'test/integration/region-events.test.ts': [
          'a region that falls silent > is one event, however many AwsSecrets it had, and its return another',
        ],
        'src/aws/engine/secret-lane.test.ts': ['a region that is down is not waited for by the next'],
        'src/aws/regions/breaker.test.ts': [
          'a silent call > opens it, or not: …',
          'a silent call > that hung through an outage says nothing once the region is back, however many do',
          'a region that is back is seen within twenty seconds, however long it was away',
        ],
        'test/integration/conformance/multi-region.test.ts': [
          `${AFTER} > a region that is lost, and comes back, writes no Secret and restarts nothing`,
          `${AFTER} > another order of regions in the spec writes no Secret and restarts nothing`,
        ],
        'test/e2e/operator.test.ts': [
          'the chart on a real cluster > with the primary region dead, a new AwsSecret is served from the secondary',
        ],
        'src/controller/aws-secret/secret/write.test.ts': [
          'equal content is written back over what somebody changed, and keeps its time: nobody is restarted',
        ],
      },
    },
    {
      fault: 'AWS refuses calls for their rate',
      promise:
        'Half as many are made from then on, and a few more with each answer. A first sync goes before what is only refreshed. What was refused is asked in the next region.',
      see: '`secrets_operator_aws_throttles_total`',
      tests: {
        'test/integration/regions.test.ts': [`${REGIONS} > throttling, which arrives as a 400 goes to the next region`],
        'src/aws/rates/token-bucket.test.ts': [
          'throttling halves the rate at once, and answers bring it back',
          'it never stands still, however often AWS refuses',
          'a first sync goes before what is only refreshed',
        ],
      },
    },
    {
      fault: 'The primary is away, and its replica lags behind or says no',
      promise:
        'A replica is believed if it has the version that the Secret holds, the one right after it, or one that was made later: the old value never comes back. What a secondary refuses or lacks is no verdict.',
      see: '`ReplicaBehind` or `Unavailable`, from two intervals on; look at the replication',
      tests: {
        'test/integration/regions.test.ts': [
          `${REGIONS} > a replica that lags behind does not take the Secret back to an old value`,
          `${REGIONS} > a replica that is one version ahead is believed: the primary died after a rotation`,
          `${REGIONS} > a secondary's refusal is no verdict: the primary's trouble is what is told`,
        ],
        'test/integration/conformance/multi-region.test.ts': [
          `${AFTER} > a replica that is behind takes no Secret back: …`,
        ],
        'src/aws/reader/reader.test.ts': [
          'with the primary throttled a replica gives …: it was made later',
          'with the primary throttled a replica gives …: it was made before',
        ],
      },
    },
    {
      fault: 'A region, an identity or a quota makes some AwsSecrets wait long',
      promise:
        'Who waits gives the worker to others: AwsSecrets of other regions and identities are synced as if nothing were the matter. No more of them are written at a time than there are workers.',
      see: '`secrets_operator_overdue_awssecrets`, and `Ready` of those that wait',
      tests: {
        'test/integration/slow-region.test.ts': [
          'an operator with one worker > waits for a region that is silent, and syncs from another one meanwhile',
        ],
        'src/controller/runtime/controller.test.ts': [
          'who waits long for an answer steps aside, and others are worked on',
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
      fault: 'An identity is denied what others may read',
      promise:
        'It is denied, whoever has read it a moment ago: no value, version, session or denial crosses identities. Its Secret stays as it was.',
      see: '`AccessDenied` at the AwsSecrets of that identity alone',
      tests: {
        'test/integration/identity-matrix.test.ts': [
          `${CROSSING} > a … that all others have just read is denied to whom AWS denies it`,
          `${CROSSING} > what is taken from … is not had from those who still may, and the Secret stays as it was`,
        ],
        'src/aws/engine/lanes.test.ts': [
          '…: each identity is answered by AWS itself, whoever has asked before',
          'what one may not call is tried all the same by another',
        ],
      },
    },
    {
      fault: 'A policy allows reading values, and none of the calls that are cheaper',
      promise:
        'Each is tried once, and what it would have told is asked in another way. It is tried again after 15 minutes.',
      see: '`secrets_operator_aws_denied_total`; one line in the log',
      tests: {
        'src/aws/engine/secret-lane.test.ts': [
          'what may not be listed is batched, and the list is not tried again',
          'where only GetSecretValue is left, the value tells the version',
        ],
      },
    },
    {
      fault: 'One of the secrets that are asked for in one batch is denied, deleted or malformed',
      promise: 'It fails alone: the other nineteen come.',
      see: 'its own AwsSecret alone is not `Ready`',
      tests: {
        'src/aws/engine/secret-lane.test.ts': [
          'what AWS says of one entry of a batch is said of that one alone',
          'one id that AWS does not take cannot starve nineteen',
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
