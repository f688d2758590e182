/**
 * An endpoint like Secrets Manager's that is fast enough not to be the bottleneck, and counts calls by action.
 * `node bench/aws-standin.ts PORT`; the control calls are in bench/README.md.
 */
import { createServer, type ServerResponse } from 'node:http';
import process from 'node:process';
import { createStandinSecrets, refusal, type StandinAnswer } from './standin-secrets.ts';

/** Answers one request: `target` is the header that names an AWS action, undefined for control calls. */
type Answer = (target: string | undefined, path: string, body: string) => StandinAnswer;

interface Conditions {
  latencyMs: number;
  /** Which share of the calls is throttled, 0 to 1. */
  throttledShare: number;
}

function createAnswer(conditions: Conditions): Answer {
  const secrets = createStandinSecrets();
  const counts = new Map<string, number>();

  const act = (action: string, body: string): StandinAnswer => {
    counts.set(action, (counts.get(action) ?? 0) + 1);
    if (Math.random() < conditions.throttledShare) return refusal('ThrottlingException');
    return secrets.answer(action, JSON.parse(body || '{}'));
  };
  const control = (path: string, body: string): StandinAnswer => {
    const asked = JSON.parse(body || '{}');
    const done = { status: 200, body: {} };
    switch (path) {
      case '/_counts':
        return { status: 200, body: Object.fromEntries(counts) };
      case '/_reset':
        counts.clear();
        return done;
      case '/_seed':
        return { status: 200, body: secrets.renew(Array.from({ length: asked.n }, (_, i) => `${asked.prefix}${i}`)) };
      case '/_rotate':
        return { status: 200, body: secrets.renew(asked.names) };
      case '/_latency':
        conditions.latencyMs = asked.ms;
        return done;
      case '/_throttle':
        conditions.throttledShare = asked.share;
        return done;
      default:
        return { status: 404, body: { message: `no control call ${path}; see bench/README.md` } };
    }
  };
  return (target, path, body) => (target === undefined ? control(path, body) : act(target.replace(/^.*\./, ''), body));
}

function respond(response: ServerResponse, { status, body }: StandinAnswer): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'content-length': length }).end(text);
}

function serve(port: number): void {
  const conditions: Conditions = { latencyMs: 0, throttledShare: 0 };
  const answer = createAnswer(conditions);
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
      const target = request.headers['x-amz-target']?.toString();
      const answered = answer(target, request.url ?? '', Buffer.concat(parts).toString());
      if (target === undefined || conditions.latencyMs === 0) respond(response, answered);
      else setTimeout(() => respond(response, answered), conditions.latencyMs);
    });
  });
  // Longer than its clients keep sockets: they never write to one that is being closed.
  server.keepAliveTimeout = 120_000;
  server.listen(port, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${port}\n`));
}

const port = Number(process.argv[2]);
if (Number.isInteger(port) && port >= 1 && port <= 65_535) serve(port);
else {
  process.stderr.write('usage: node bench/aws-standin.ts PORT, a free port of 127.0.0.1\n');
  process.exitCode = 2;
}
