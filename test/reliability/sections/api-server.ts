import type { Section } from '../section.ts';

const FAULTS = 'a change of content restarts its consumers once, whatever becomes of a write';

/** The API server as the operator sees it. */
export const apiServer: Section = {
  title: 'The API server is away, or answers oddly',
  intro:
    'Secrets and pods stay as they are. An answer that is missing, late or strange leads to a new decision from what is live, never to a second Secret or a second restart.',
  rows: [
    {
      fault: 'It is away',
      promise:
        'The operator waits, ever longer, and then makes up for what it missed, without asking AWS more than on any other day. A leader that could not renew its Lease for 10 seconds has ended by then, and Kubernetes has started it again.',
      see: 'log `watch failed`; restarts of the container with code 1',
      tests: {
        'test/integration/api-server-away.test.ts': [
          'an API server that goes away: the operator stays up, waits, and then makes up for all that it missed',
        ],
        'test/integration/process.test.ts': ['dist/operator.mjs > stays up without an API server, alive but not ready'],
      },
    },
    {
      fault: 'The answer to a write is lost or late, or the write is done twice',
      promise: 'One Secret, one change in its history, one restart for each workload.',
      see: 'perhaps `RestartFailed` for a restart that was done: [limits](#what-is-not-promised)',
      tests: {
        'test/integration/rollout-faults.test.ts': [`${FAULTS} > the write was …`],
        'test/integration/transport.test.ts': ['a create whose answer is lost has made exactly one object'],
      },
    },
    {
      fault: 'A conflict: somebody wrote the object first (409)',
      promise:
        'It is read anew and decided again, at once the first time, then with growing pauses. Nobody is told of it.',
      tests: {
        'src/kube/aws-secrets.test.ts': ['after a conflict it is decided again, from what the API server holds'],
        'src/controller/runtime/controller.test.ts': [
          'a conflict is decided again at once',
          'conflict upon conflict is no hot loop: the second one waits',
        ],
      },
    },
    {
      fault: 'It is busy (429, 503) or fails inside (5xx)',
      promise:
        'With a `Retry-After` the call is sent again then, since nothing was done; else the whole decision is made again, after 1 second, later after at most a minute.',
      see: '`ApiServerUnavailable`, under the rules of `Stale`',
      tests: {
        'test/integration/api-server-busy.test.ts': [
          'an API server that …: values stay, nobody is in a hurry, and what is due is done once',
        ],
        'test/integration/transport.test.ts': [
          'a create that the server was too busy for is sent again, and makes exactly one object',
        ],
        'src/kube/transport/transport.test.ts': ['a call is sent again'],
      },
    },
    {
      fault: 'A watch breaks, ends, is refused, or its version is too old (410)',
      promise:
        'It goes on where it was, or lists anew. Nothing is missed: no change, no deletion, no object that was made anew under its name. What fails again and again is asked ever more rarely.',
      see: 'log `watch failed`, `list failed`',
      tests: {
        'test/integration/reflector.test.ts': [
          'whatever goes wrong, the store comes to equal what the server has, and follows it',
          'what it misses it makes up for',
          'the version that it resumes from',
        ],
        'test/integration/reflector-defects.test.ts': ['what never ends is asked ever more rarely'],
      },
    },
    {
      fault: 'A connection is half-open: it stands, and nothing comes',
      promise: 'A call ends after 15 seconds, a watch that is silent for 90 seconds is opened anew.',
      see: 'changes by others are seen that much later',
      tests: {
        'test/integration/reflector.test.ts': [
          'whatever goes wrong, the store comes to equal what the server has, and follows it > the watch falls silent (watch, 1 times)',
          'what it misses it makes up for > what happens while the server is silent on every connection, old and new',
        ],
        'test/integration/transport.test.ts': [
          'a call that the server takes and never answers ends at its deadline, and the next one is answered',
        ],
      },
    },
    {
      fault: 'Something else answers, such as the page of a proxy',
      promise: 'That is no answer. Above all it is no empty list: nothing is taken for deleted.',
      see: 'log `list failed`, status 0',
      tests: {
        'test/integration/reflector-defects.test.ts': [
          'JSON that is no list is not taken for an empty one',
          'a stream that says strange things',
        ],
        'test/integration/transport.test.ts': ['a page that something else sent is no answer'],
      },
    },
    {
      fault: 'It answers from an old revision, or what the operator holds in memory is behind',
      promise:
        'Writes are guarded by version. A Secret is created by a call that fails when there is one; before one is taken over or deleted, it and its AwsSecrets are read live.',
      tests: {
        'test/crash/views/old-revisions.test.ts': ['answers from an old revision'],
        'src/controller/aws-secret/secret/write.test.ts': [
          'the watch is behind: the guard refuses, and what the API server holds decides',
          'a Secret of our former self is not written when the cache is behind',
        ],
        'src/controller/aws-secret/secret/tidy.test.ts': [
          'the cache is behind: another AwsSecret has it',
          'the name was changed back meanwhile',
        ],
      },
    },
    {
      fault: 'etcd is restored from a backup',
      promise:
        'What the backup holds counts: what it does not have does not come back. Where AWS holds another value by now, that is written again, and its users are restarted once more.',
      tests: { 'test/crash/views/restored.test.ts': ['etcd is put back'] },
    },
    {
      fault: 'The token or the certificate of the API server is replaced',
      promise: 'The files are read anew, and nothing is lost.',
      tests: {
        'test/integration/api-token.test.ts': [
          'a token that the kubelet has replaced is read anew once the old one is refused; without one the operator waits',
        ],
        'test/integration/api-server-away.test.ts': [
          'an API server that comes back with another certificate is trusted as soon as its CA file says so',
        ],
      },
    },
    {
      fault: 'Events cannot be stored',
      promise: 'They are dropped, and nothing waits for them longer than 2 seconds. The status says the same.',
      see: 'log `event dropped`, with `--log-level=debug`',
      tests: {
        'test/integration/events.test.ts': [
          'what is told about an AwsSecret > nothing while events cannot be stored, and the status all the same',
        ],
      },
    },
  ],
};
