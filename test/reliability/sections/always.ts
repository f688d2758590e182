import type { Section } from '../section.ts';

const MACHINE = 'test/state-machine/state-machine.test.ts';

/** What no single fault stands for: explorations, and what must hold under all faults. */
export const always: Section = {
  title: 'In every case',
  intro:
    'Faults are not only tried where somebody thought of them: `make crash` [tries each at every call](decisions/0012-every-call-fails-once.md) that the operator makes, and says how many such runs there were.',
  rows: [
    {
      fault:
        'One call of the operator, whichever it is: it is killed before or after the call; the answer is lost, late or doubled; 409, 410, 422, 429, 500; the connection breaks; AWS throttles, denies or finds nothing',
      promise:
        'In the end all is as it is without the fault. Until then nothing is written more often than the fault explains, each workload is restarted at most once for a change, each cause is told at most once, and no value leaks. Then there is silence.',
      see: 'what the other tables say of that fault',
      tests: {
        'test/crash/scenarios/first-sync.ts': ['first-sync'],
        'test/crash/scenarios/rotation.ts': ['rotation'],
        'test/crash/scenarios/there-and-back.ts': ['there-and-back'],
        'test/crash/scenarios/spec-change.ts': ['spec-change'],
        'test/crash/scenarios/adoption.ts': ['adoption'],
        'test/crash/scenarios/drift.ts': ['drift'],
        'test/crash/scenarios/delete.ts': ['delete'],
        'test/crash/scenarios/failover.ts': ['failover'],
        'test/crash/scenarios/find.ts': ['find'],
        'test/crash/scenarios/while-away.ts': ['while-away'],
        'test/crash/planted/planted.test.ts': ['the exploration catches'],
      },
      untested: 'two faults in one run',
    },
    {
      fault: 'Events of one kind of objects come late, after all others',
      promise: 'The same.',
      tests: {
        'test/crash/views/held-events.test.ts': ['…, events out of order'],
      },
    },
    {
      fault: 'Any sequence of specs, good and bad, of rotations, edits and deletions',
      promise:
        'Each spec is reached, or refused whole with a reason. When a bad one is taken back, the Secret is byte for byte as before.',
      tests: {
        [MACHINE]: [
          'whatever is asked of an AwsSecret > is so, or is refused whole and can be taken back: … sequences',
          'whatever is asked of an AwsSecret > nothing went out more often than the steps explain',
        ],
      },
    },
    {
      fault: 'A million watch events, ten thousand broken watches',
      promise:
        'Heap, sockets, timers and open files are what they were after the first tenth, within 5 %, and each workload was restarted once for each change.',
      see: '[what was measured](../test/soak/results)',
      tests: {
        'test/soak/verdict.test.ts': ['nothing measured is not nothing found', '… exceeds its limit: …'],
      },
      untested: 'the run itself, in `make test`: `make soak` takes twenty minutes',
    },
    {
      fault: 'Anything on this page',
      promise:
        'No value leaves the process but in its Secret: not in logs, events, statuses, metrics, errors or calls to others, nor in a core dump or a diagnostic report.',
      tests: {
        'test/integration/canary.test.ts': ['no value that is secret leaves the process but in its own Secret'],
        'test/integration/hardening.test.ts': [
          'a core dump of the operator holds no memory; one of another process would',
          'writes no diagnostic report, even when it is told to by a flag',
        ],
      },
    },
  ],
};
