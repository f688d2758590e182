import type { Section } from '../section.ts';

const ROLLOUT = 'a change of content restarts its consumers';
const LEASE = 'two operators with one lease';

/** The operator itself. */
export const operator: Section = {
  title: 'The operator dies',
  intro:
    'Pods never wait for it: what they use is an ordinary Secret. Wherever it is killed, the next process finds in the cluster what is left to do, and does it once. While nobody works, new values are late.',
  rows: [
    {
      fault: 'It is killed at any moment, also between two writes',
      promise:
        'The next process decides from what is stored. The new values of a Secret came together in one request; who uses it and was not restarted yet is restarted, and nobody twice.',
      tests: {
        'test/integration/rollout-faults.test.ts': [
          'a change of content restarts its consumers once, whatever becomes of a write > the operator died after it wrote the Secret: its successor restarts who was not restarted, and no other',
        ],
        'src/controller/rollout/rollout-property.test.ts': [
          'one restart for each change, and no pod with older content in the end: …',
        ],
        'test/integration/events.test.ts': [
          'what is told about an AwsSecret > once by an operator that dies between event and status, and by its successor',
        ],
      },
    },
    {
      fault: 'It is down for minutes or days',
      promise:
        'On its return it asks AWS for versions, writes what changed, and restarts who runs with an older value. What did not change costs no write and no restart.',
      see: '*Last Change* is when the Secret was written, not when AWS changed',
      tests: {
        'test/integration/rollout.test.ts': [`${ROLLOUT} > a change that happened while we were down is made up for`],
        'test/integration/sync.test.ts': [
          'an AwsSecret becomes a Secret > after a restart asks for versions only, and writes nothing',
        ],
      },
    },
    {
      fault: 'The node of the leader dies',
      promise:
        'With two replicas the other one works as soon as the Lease is over (15 seconds). With one, Kubernetes makes a new pod after some minutes.',
      see: '`leader_election_master_status`; log `leading`',
      tests: {
        'test/integration/leader-election.test.ts': [
          `${LEASE} > the other takes over when the first is killed, once its lease is over, and does its work`,
        ],
      },
    },
    {
      fault: 'The leader cannot renew its Lease, because it is cut off or starved',
      promise: 'After 10 seconds it writes nothing more and ends. Another one leads only after that.',
      see: 'log `leadership lost`, exit code 1; look at the API server and at the CPU limit',
      tests: {
        'test/integration/leader-election.test.ts': [
          `${LEASE} > a leader that loses the API server ends with code 1, before another leads`,
        ],
        'src/controller/runtime/leader-election-property.test.ts': [
          'two processes never lead at once, and one always does in the end',
        ],
      },
    },
    {
      fault: 'The process is stopped for minutes (SIGSTOP, a starved node), and goes on',
      promise:
        'A leader whose Lease is over by then sends nothing more, not even a write that was about to be sent, and ends. Without a Lease it goes on, makes up for what it missed, and restarts once.',
      see: 'log `leadership lost`',
      tests: {
        'test/integration/stopped-leader.test.ts': [
          'a leader that is stopped for minutes is replaced; when it wakes it changes nothing, and ends',
        ],
        'test/integration/leader-election.test.ts': [
          `${LEASE} > a leader that slept through the end of its lease writes nothing when it wakes`,
        ],
        'test/integration/stopped-alone.test.ts': [
          'an operator that is stopped for minutes makes up for all that it missed, and restarts once',
        ],
      },
    },
    {
      fault: 'It is told to stop while AWS or the API server hangs',
      promise:
        'It ends within 10 seconds. The Lease is freed where the API server answers; the next one does what was cut off.',
      see: 'log `work that is under way is cut off`',
      tests: { 'test/integration/leader-election.test.ts': ['an operator that is told to go'] },
    },
    {
      fault: 'Two work at once for a moment',
      promise:
        'Each write names the version that it was decided from: one of the two is refused, and decides again. A workload is restarted once.',
      tests: {
        'test/crash/views/two-leaders.test.ts': ['…, two leaders'],
        'src/controller/rollout/judge.test.ts': [
          'two Secrets of one workload > both at once: the second patch is guarded by the resourceVersion, and decides again',
        ],
        'src/controller/aws-secret/secret/write.test.ts': [
          'the watch is behind: the guard refuses, and what the API server holds decides',
        ],
      },
    },
    {
      fault: 'Two installations keep the same AwsSecrets, by mistake',
      promise:
        'The values are right, and a workload restarts once for each change. AWS is asked twice, Secrets are written twice.',
      see: '[two operators](troubleshooting.md#two-operators): give them different namespaces',
      tests: {
        'test/integration/two-installations.test.ts': [
          'two installations, each with its hash key, keep the same AwsSecrets',
        ],
      },
    },
    {
      fault: 'A defect: the work on one object throws, or one object cannot be read',
      promise: 'Its Secret stays as it is, it is tried again ever more rarely, and the other objects do not notice.',
      see: '`InternalError`, `controller_runtime_reconcile_panics_total`, `secrets_operator_unreadable_objects_total`: please report it',
      tests: {
        'src/controller/aws-secret/reconciler.test.ts': [
          'a defect of our own is told in the status, keeps Ready, and is left to the controller',
        ],
        'src/controller/runtime/controller.test.ts': ['a panic ends no worker, and is retried with delay'],
        'test/integration/reflector-defects.test.ts': ['one object that cannot be read'],
      },
    },
    {
      fault: 'A watch is dead (150 seconds), or a worker hangs (5 minutes)',
      promise:
        '`/livez` fails, and Kubernetes restarts the container. An API server that is away is no reason for that.',
      see: 'the container’s restarts; please report it',
      tests: {
        'src/start.test.ts': ['the process is alive as long as it tries'],
        'src/controller/runtime/controller.test.ts': [
          'longestRunningMs tells of a stuck worker, and 0 when nobody works',
        ],
      },
    },
    {
      fault: 'Its log cannot be written: a full disk, a broken pipe, a reader that has stopped',
      promise: 'It works on, and ends when it is told to. Lines are lost, and counted.',
      see: 'log `log lines lost`, as soon as it can be written again',
      tests: { 'test/integration/log-output.test.ts': ['the output of the operator'] },
    },
    {
      fault: 'It is upgraded or uninstalled',
      promise:
        'The new pod is ready before the old one goes; nobody is restarted. Uninstalling leaves definitions, AwsSecrets and Secrets.',
      tests: {
        'test/chart/chart.test.ts': [
          'the new pod is ready before the old one goes, which has time to drain',
          'a definition that cannot be kept is refused, because an uninstall would delete every AwsSecret',
        ],
        'test/e2e/operator.test.ts': [
          'the chart on a real cluster > a new operator pod restarts nothing and reads no value again',
          'the chart on a real cluster > deleting an AwsSecret deletes its Secret; uninstalling the operator deletes none',
        ],
      },
      untested: 'an older release before or after this one, because there is none yet',
    },
  ],
};
