import type { Section } from '../section.ts';

/** Clocks, numbers and sizes. */
export const time: Section = {
  title: 'Time and numbers',
  intro:
    'What is to come is reckoned by a monotonic clock; the wall clock only stamps what people and other processes read.',
  rows: [
    {
      fault: 'The operator’s clock is set forward or back',
      promise:
        'Refreshes, retries and leases keep their times. Each change of a Secret is later than the one before it, so that no restart is lost or repeated.',
      tests: {
        'test/integration/clock-jumps.test.ts': ['the wall clock of the operator jumps'],
        'src/controller/aws-secret/secret/history.test.ts': [
          'each change is later than the one before, whatever the clock says',
        ],
        'src/controller/runtime/leader-election.test.ts': [
          'takes over when the holder was silent for its own time, whatever its clock says (… ms ahead)',
        ],
      },
    },
    {
      fault: 'The operator’s clock is wrong by hours',
      promise: 'AWS refuses one signature and tells its own time, which is taken from then on.',
      tests: {
        'test/integration/identity.test.ts': [
          "a clock that is wrong by hours > … hours: AWS's own is taken after one refusal, and STS is not asked for each call",
        ],
      },
    },
    {
      fault: 'The clocks of nodes differ from the operator’s by up to 10 seconds',
      promise:
        'A pod that may hold the old value is restarted: a start within 10 seconds after a change counts as before it.',
      see: 'perhaps one restart for nothing',
      tests: { 'src/controller/rollout/due.test.ts': ['the margin is the ten seconds that the design promises'] },
    },
    {
      fault: 'Thousands of AwsSecrets begin at once',
      promise:
        '20 are worked on at a time, Secrets before statuses. Each refresh comes at a moment of its own in the last tenth of its interval.',
      see: '`workqueue_depth`; figures in [bench](../bench/README.md)',
      tests: {
        'src/controller/runtime/steady-state.test.ts': [
          'a thousand refreshes need one timer, each keeps its promise, and they do not come together',
        ],
        'src/controller/aws-secret/report/turn.test.ts': [
          'while other keys wait the status comes last: at the next turn, without asking AWS again',
        ],
        'test/integration/reflector.test.ts': ['2,500 objects'],
      },
    },
    {
      fault: 'A source comes and goes without end',
      promise: 'Of one reason about one AwsSecret at most ten events an hour are told.',
      see: 'the conditions go on telling',
      tests: { 'src/kube/events.test.ts': ['a source that comes and goes makes no storm, and drowns no other event'] },
    },
  ],
};
