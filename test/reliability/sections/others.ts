import type { Section } from '../section.ts';

const WHOSE = 'whose Secret it is';
const ROLLOUT = 'a change of content restarts its consumers';

/** People and programs that write the same objects. */
export const others: Section = {
  title: 'Somebody else writes',
  intro:
    'What is ours is put right; what is not is left alone. Equal bytes are no change, so that no repair restarts anybody.',
  rows: [
    {
      fault: 'Somebody edits or deletes the Secret, or its labels, annotations or owner reference',
      promise: 'It is as before within seconds, with the same bytes, and nobody is restarted.',
      tests: {
        'test/integration/drift.test.ts': ['what somebody else did to a Secret is put right'],
        'test/integration/owner-references.test.ts': [
          'owner references that somebody wrote by hand > …: put right, and nobody is restarted',
        ],
      },
    },
    {
      fault: 'A program writes the Secret again and again',
      promise: 'It is put right five times at once, then ever more rarely, up to every five minutes.',
      see: '`SecretContested`: `kubectl get secret --show-managed-fields` names the program',
      tests: {
        'src/controller/aws-secret/contest.test.ts': [
          'a program that writes the Secret after each write is met ever more rarely, and told of once',
        ],
        'src/controller/aws-secret/repairs.test.ts': [
          'a few edits are put right at once, a program that does not stop ever more rarely',
        ],
      },
    },
    {
      fault: 'A Secret of that name is there already, or belongs to somebody else',
      promise:
        'It is not touched, and taken when it is free. `creationPolicy: Adopt` takes one over that nobody owns; the Secret of another controller never.',
      see: '`TargetNotOwned`, `TargetOwnedByOther`',
      tests: {
        'test/integration/ownership.test.ts': [
          `${WHOSE} > a Secret that somebody else made is left alone, and taken once it is gone`,
          `${WHOSE} > another controller's Secret is refused even to Adopt`,
        ],
        'test/integration/owner-references.test.ts': [
          'owner references that somebody wrote by hand > another controller in place of ours is not fought: it is named, and the Secret is taken back once that is gone',
          'owner references that somebody wrote by hand > of many AwsSecrets that want one target at the same moment one has it, and none fights',
        ],
      },
    },
    {
      fault: 'It is immutable, or of another type',
      promise: 'It is not touched. When somebody deletes it, it is made anew.',
      see: '`TargetImmutable`, `TargetTypeDiffers`',
      tests: {
        'test/integration/ownership.test.ts': [
          `${WHOSE} > an immutable Secret keeps its content, and is made anew when it is deleted`,
          `${WHOSE} > our own Secret keeps its type: another one is refused by name, until the Secret is deleted`,
        ],
      },
    },
    {
      fault: 'The AwsSecret is deleted, in the middle of its sync too, and perhaps made again at once',
      promise:
        'What was deleted does not come back; what was just being made for it is left to the garbage collector. A new one alone counts: it takes the Secret back if that is still there, and a consumer is restarted once.',
      tests: {
        'test/integration/recreated.test.ts': ['an AwsSecret that is deleted in the middle of its sync'],
        'test/integration/garbage-collection.test.ts': [
          'a Secret goes with its AwsSecret, and does not come back',
          'an AwsSecret that is made again at once keeps its Secret, which the collector may have taken meanwhile',
        ],
        'src/kube/aws-secrets.test.ts': ['done when it was deleted and made again: no verdict about the old one'],
      },
    },
    {
      fault: 'Its spec changes while AWS is being asked',
      promise: 'No verdict, event or status about the old spec is told of the new one.',
      tests: {
        'src/controller/aws-secret/reconciler.test.ts': [
          'a spec that changes while AWS is asked gets no verdict, and no event, about the old one',
        ],
        'test/integration/conditions.test.ts': [
          'what tools read from the conditions > nobody who waits after a spec change is told of the spec before it',
        ],
      },
    },
    {
      fault: '`target.name` changes while pods use the Secret of the old name',
      promise: 'That Secret stays until nothing names it any more. What is in doubt is kept.',
      see: '`FormerTargetInUse`, `FormerTargetDeleted`',
      tests: {
        'test/integration/ownership.test.ts': ['what becomes of a Secret that the AwsSecret named before'],
      },
    },
    {
      fault: 'A tool takes a restart back (GitOps)',
      promise: 'It is done once more, then no longer for this content.',
      see: '`RestartReverted`: [have the tool leave the annotation alone](troubleshooting.md#a-gitops-tool-fights)',
      tests: {
        'test/integration/rollout.test.ts': [
          `${ROLLOUT} > what takes its restart back is not fought: it says RestartReverted and stops, until the content changes`,
        ],
      },
    },
    {
      fault: 'Somebody deploys, scales or rolls back a workload at the same time',
      promise:
        'Pods that started more than 10 seconds after the change are never restarted, whatever their annotations say. Who was written meanwhile is looked at again first.',
      tests: {
        'test/integration/rollout.test.ts': [
          `${ROLLOUT} > spares fresh pods, those that opted out or are owned, and with Static those that see a change by themselves`,
        ],
        'src/controller/rollout/steady-state.test.ts': ['a conflict is not remembered: what is there now decides'],
      },
    },
    {
      fault: 'Several Secrets of a workload change together',
      promise: 'It is restarted once.',
      tests: { 'test/integration/rollout.test.ts': [`${ROLLOUT} > one restart for two Secrets that change together`] },
    },
    {
      fault: 'A value is changed, and changed back',
      promise:
        'Pods of the time in between are evicted one by one, as their PodDisruptionBudget allows. Others are left.',
      see: '`PodEvicted`',
      tests: {
        'test/integration/workload-kinds.test.ts': [
          'every kind of workload > a pod that started under content which came and went is evicted, and no other',
        ],
      },
    },
    {
      fault: 'The key of the hashes is lost (Secret `secrets-operator-key`)',
      promise: 'A new one is made. Contents keep their times, and nobody is restarted.',
      see: 'other hashes in annotations',
      tests: {
        'test/integration/ownership.test.ts': [`${WHOSE} > a lost hash key changes no content and no time`],
      },
    },
    {
      fault: 'Annotations or a status of ours are mangled or forged',
      promise:
        'What cannot be read counts as absent: it costs a read, never a crash. No history restarts anybody again for a content that it was restarted for.',
      tests: {
        'src/controller/aws-secret/read-back.fuzz.test.ts': [
          'whatever stands in a status and in annotations, the Secret is synced, and told in a status that can be stored',
        ],
        'src/controller/rollout/forged-history.fuzz.test.ts': [
          'whatever history somebody writes, nobody is restarted for what it was last restarted for',
        ],
        'src/kube/workloads/garbage.fuzz.test.ts': [
          'whatever stands in a …, another consumer of the same Secret is restarted, and the status can be stored',
        ],
      },
    },
  ],
};
