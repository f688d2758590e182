import type { Section } from '../section.ts';

const DENIES = 'admission > denies';

/** Refusals of the cluster, and workloads that cannot be restarted now. */
export const cluster: Section = {
  title: 'The cluster says no',
  intro:
    'Each refusal concerns its own object, is tried again ever more rarely, and mends itself when it is lifted. A restart that cannot be done now stays due.',
  rows: [
    {
      fault: 'A right is missing (RBAC)',
      promise:
        'What needs no such right goes on. But the operator begins only when it can list all that it watches: until then it is not ready, and an upgrade leaves the old pod at work.',
      see: '`WriteRefused`, or a line of the log: both name the verb, the resource and the namespace',
      tests: {
        'test/integration/rbac.test.ts': ['the rights of the chart > without … in … it is told what is missing'],
      },
    },
    {
      fault: 'A quota, an admission policy or a webhook refuses the Secret or its status',
      promise:
        'What is there stays, the values of others stay in step, and it goes on when the refusal is lifted. Only the name of who refused is told: its text may quote a value.',
      see: '`WriteRefused` with the name of the quota, policy or webhook; told once',
      tests: {
        'test/integration/quota.test.ts': [
          'a namespace that may hold no more > a ResourceQuota that is exhausted is named; what is there stays in step; it goes on when the quota grows',
        ],
        'test/integration/admission-policies.test.ts': [
          `${DENIES} that a Secret is made: it is named, what it quotes comes out nowhere, and it goes on once it is lifted`,
          `${DENIES} that a Secret is changed: the last good value stays, and one restart follows once it is lifted`,
          `${DENIES} that a status is written: the Secret stays in step, the log tells, and the status follows`,
          'admission > asks a webhook that does not answer: it is named, and it passes',
        ],
        'test/integration/quoting-webhook.test.ts': ['a webhook that quotes a value …: it comes out nowhere'],
      },
    },
    {
      fault: 'The namespace is being deleted',
      promise:
        'No finalizer holds it. What is there is kept in step, what is gone stays gone, and nobody is in a hurry, however long it takes.',
      see: '`NamespaceTerminating`; events cannot be stored there any more',
      tests: {
        'test/integration/namespace-terminating.test.ts': [
          'a namespace that is being deleted, for as long as that takes',
        ],
        'test/integration/garbage-collection.test.ts': [
          'a namespace goes with all that is in it, and its name can be used again',
        ],
      },
    },
    {
      fault: 'A LimitRange',
      promise: 'It has no say: it limits pods and volume claims, and the operator makes neither.',
      tests: {
        'test/integration/quota.test.ts': [
          'a namespace that may hold no more > a LimitRange limits pods, containers and volume claims: Secrets and restarts are as without it',
        ],
      },
    },
    {
      fault: 'A restart or an eviction is refused',
      promise:
        'It stays due. It is tried again after 30 seconds, later every 10 minutes, and at once when the workload changes.',
      see: '`RolledOut` is `False`, `RestartFailed`; the workload’s message says who refused',
      tests: {
        'test/integration/admission-policies.test.ts': [
          `${DENIES} that a workload is patched: the workload is named, its restart waits, and comes once`,
          `${DENIES} that a pod is evicted: it stays, the workload says why, and it goes once it is lifted`,
        ],
        'src/controller/rollout/steady-state.test.ts': ['a change of the workload itself is looked at at once'],
      },
    },
    {
      fault: 'A PodDisruptionBudget forbids an eviction',
      promise:
        'The pod stays until the budget allows it, over restarts of the operator too; no other is evicted before.',
      see: '`RollingOut`, with the name of the pod',
      tests: {
        'test/integration/unready-workloads.test.ts': [
          'a restart that cannot happen now > because a PodDisruptionBudget is at its minimum waits for it, also over a restart of the operator',
        ],
      },
    },
    {
      fault: 'A workload is paused, stuck, or deleted meanwhile',
      promise:
        'One that is paused gets its restart written once, and follows when it resumes. One that is stuck is told, not rolled back. One that is deleted is not brought back, and its successor is not restarted.',
      see: '`RolledOut` is `False`: `RollingOut` while it is paused, `RestartFailed` when it is stuck',
      tests: {
        'test/integration/unready-workloads.test.ts': [
          'a restart that cannot happen now > of a Deployment that is paused is written once, told, and follows when it is resumed',
          'a restart that cannot happen now > of a workload that was deleted meanwhile does not bring it back, nor restarts its successor',
        ],
        'src/controller/rollout/status.test.ts': ['a workload that was rolled is …, as …: it is stuck'],
      },
    },
    {
      fault: 'A workload is not for the operator to restart: `OnDelete`, Jobs, one that another controller owns',
      promise: 'It is listed with the reason, and not patched.',
      see: '`OnDelete`: delete its pods; `NextRun`; `OwnedByController`: restart it by its owner',
      tests: {
        'test/integration/workload-kinds.test.ts': [
          'every kind of workload > who replaces pods by hand is told which, and nothing is patched',
          'every kind of workload > CronJobs and Jobs take the new content at their next run',
        ],
        'test/integration/rollout.test.ts': [
          'a change of content restarts its consumers > spares fresh pods, those that opted out or are owned, and with Static those that see a change by themselves',
        ],
      },
    },
    {
      fault: 'The definition of Argo Rollouts is missing, or comes and goes',
      promise: 'Without it nothing is missing. One that is installed later is seen within 20 minutes.',
      tests: {
        'test/integration/workload-kinds.test.ts': [
          'every kind of workload > a Rollout of Argo is restarted where its definition is; without it nothing is missing',
        ],
        'src/kube/watch/reflector.test.ts': [
          'it is looked for again after ten to twenty minutes, and its silence meanwhile is no sign of death',
        ],
      },
    },
  ],
};
