import type { Section } from '../section.ts';

const BY_DESIGN = 'nothing is promised';

/** Where the promises end. */
export const limits: Section = {
  title: 'What is not promised',
  intro: 'Better known before than found out.',
  rows: [
    {
      fault: 'A value in AWS is well formed and wrong',
      promise:
        'It is written within the interval, and all who use it restart at once, each by its own strategy. Nothing tries it first, and there are no limits or windows yet.',
      see: 'readiness probes and the strategy of the workload; `rollout.restart: None` where a person is to decide',
      untested: BY_DESIGN,
    },
    {
      fault: 'A kubelet sees the new Secret more than 2 seconds late',
      promise:
        'A pod that the restart has started there may take the old value once more. Its template names the new one, and nobody looks into it again.',
      see: '`kubectl rollout restart` mends it',
      untested: BY_DESIGN,
    },
    {
      fault: 'The clock of a node is more than 10 seconds ahead of the operator’s',
      promise: 'A pod there may pass for fresh and keep the old value. Behind, it may be restarted once for nothing.',
      see: 'keep clocks in step',
      untested: BY_DESIGN,
    },
    {
      fault: 'An AwsSecret is deleted, and made again when its Secret is gone, with another value',
      promise:
        'It begins anew: the first content of a Secret restarts only who was restarted for it before, or started without it. Others keep the old value.',
      see: '`kubectl rollout restart`',
      untested: BY_DESIGN,
    },
    {
      fault: 'A Secret is deleted and made anew, with the content that workloads were restarted for',
      promise:
        'A pod that started in between without it, because its reference is `optional`, keeps doing without: its template names that content already.',
      see: '`kubectl rollout restart`',
      untested: BY_DESIGN,
    },
    {
      fault: 'The API server carries out a write more than 10 seconds after the operator had given it up',
      promise:
        'The Secret is right, but tells the time at which it was sent. A container that started in those seconds with the old value passes for fresh.',
      see: '`kubectl rollout restart`',
      untested: BY_DESIGN,
    },
    {
      fault: 'The operator runs on a machine that sleeps, such as a laptop, and wakes',
      promise:
        'Until the API server has answered once it takes the time for that before the sleep. Pods that started meanwhile may pass for fresh then.',
      see: 'run it in the cluster',
      untested: BY_DESIGN,
    },
    {
      fault: 'One of several `watchNamespaces` is deleted, and the operator starts anew',
      promise:
        'It does not become ready, because it may not list there, and the others are not kept up to date until the namespace is taken out of the values. An operator that runs goes on.',
      see: 'an operator that is not ready, and `list failed` with that namespace in its log',
      untested: BY_DESIGN,
    },
    {
      fault: 'A restart was done, and the operator died, or had no answer or a conflict for one',
      promise:
        'It is done once, but event `WorkloadRestarted` and the metric may miss it, and `RestartFailed` may have been told. Events that the API server refuses are not made up for.',
      see: '`status.rollout.workloads` tells how it is',
      tests: {
        'test/integration/rollout-faults.test.ts': [
          'a change of content restarts its consumers once, whatever becomes of a write > the write was done, and its answer lost',
        ],
      },
    },
    {
      fault: 'Another process begins to lead while restarts are taken back, or a Secret is contested',
      promise: 'It counts anew: two more restarts, five more repairs at once.',
      see: '`RestartReverted`, `SecretContested`',
      untested: BY_DESIGN,
    },
    {
      fault: 'AWS is silent, and `refreshInterval` is `"0"`, or the operator was restarted',
      promise: 'With `"0"` neither `Stale` nor `Ready` ever turns. After a restart both may turn up to an hour late.',
      see: '`status.lastVerifiedTime`, which is written once an hour',
      tests: {
        'src/controller/aws-secret/record.test.ts': ['silence as the status tells it: …'],
      },
    },
    {
      fault:
        'The primary is away, and somebody has gone back to a version that was made before the one that the Secret holds, and did not come right before it',
      promise:
        'It is not believed, because nothing tells it from a replica that lags behind: the Secret waits for the primary.',
      see: '`ReplicaBehind`',
      tests: {
        'src/aws/reader/reader.test.ts': [
          'with the primary throttled a replica gives …: it was made before',
          'with the primary throttled a replica gives …: it lags behind, or is another secret of that name',
        ],
      },
    },
    {
      fault: 'AWS’s list of secrets lags behind, with `consistency: Eventual`',
      promise:
        'A change is seen as much later, which AWS puts at up to 5 minutes. With `consistency: Strict` no list is read.',
      see: '`secrets_operator_change_seconds`',
      tests: {
        'src/aws/planner/plan.test.ts': ['Strict never believes a list'],
      },
      untested: 'how far the list of AWS itself lags',
    },
    {
      fault: 'Somebody deletes the Lease by hand, or the machine of the leader is suspended as a whole',
      promise:
        'Two may lead, for the 2 seconds until the next look or until the machine has woken. The guards of the writes remain.',
      see: 'two processes whose `leader_election_master_status` is 1',
      tests: {
        'src/controller/runtime/leader-election.test.ts': [
          'a deleted lease is made again by its holder; who stands by gives it the time for that',
        ],
      },
      untested: 'a machine that is suspended',
    },
    {
      fault: 'AWS, EKS and kind themselves',
      promise:
        'The tests run against moto and a proxy that fails calls, and on Kubernetes 1.34 made of its own binaries. They have never met the real ones.',
      see: '[how the tests run](decisions/0006-real-clusters-without-docker.md)',
      untested: 'they cannot be reached from the project’s CI',
    },
  ],
};
