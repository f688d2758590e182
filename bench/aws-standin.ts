/**
 * An endpoint like Secrets Manager's and STS's of one region, that is fast enough not to be the bottleneck, and counts
 * calls. `node bench/aws-standin.ts PORT [REGION]`; the control calls are in bench/README.md.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import process from 'node:process';
import { createStandinCounts, type StandinCounts } from './standin-counts.ts';
import { createStandinSecrets, refusal, type StandinAnswer, type StandinSecrets } from './standin-secrets.ts';
import { createStandinSts, type StandinSts, stsRefusal } from './standin-sts.ts';

interface Conditions {
  latencyMs: number;
  /** Which share of the calls is throttled, 0 to 1. */
  throttledShare: number;
  /** Whether calls are neither answered nor counted: AWS has never heard of them. */
  isBlackHole: boolean;
}

interface Parts {
  readonly conditions: Conditions;
  readonly secrets: StandinSecrets;
  readonly sts: StandinSts;
  readonly counts: StandinCounts;
}

const DONE: StandinAnswer = { status: 200, body: {} };

function control({ conditions, secrets, counts }: Parts, path: string, body: string): StandinAnswer {
  const asked = JSON.parse(body || '{}');
  switch (path) {
    case '/_counts':
      return { status: 200, body: counts.byAction() };
    case '/_callers':
      return { status: 200, body: counts.byCaller() };
    case '/_activity':
      return { status: 200, body: counts.activity() };
    case '/_reset':
      counts.reset();
      return DONE;
    case '/_seed':
      return { status: 200, body: secrets.renew(Array.from({ length: asked.n }, (_, i) => `${asked.prefix}${i}`)) };
    case '/_rotate':
      return { status: 200, body: secrets.renew(asked.names) };
    case '/_latency':
      conditions.latencyMs = asked.ms;
      return DONE;
    case '/_throttle':
      conditions.throttledShare = asked.share;
      return DONE;
    case '/_blackhole':
      conditions.isBlackHole = asked.on;
      return DONE;
    default:
      return { status: 404, body: { message: `no control call ${path}; see bench/README.md` } };
  }
}

function act({ conditions, secrets, sts, counts }: Parts, request: IncomingMessage, body: string): StandinAnswer {
  const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1];
  const caller = key === undefined ? 'nobody' : sts.callerOf(key);
  const isThrottled = Math.random() < conditions.throttledShare;
  const target = request.headers['x-amz-target']?.toString();
  if (target === undefined) {
    const form = new URLSearchParams(body);
    counts.called(form.get('Action') ?? 'unknown', caller);
    return isThrottled ? stsRefusal('Throttling') : sts.answer(form);
  }
  const action = target.replace(/^.*\./, '');
  counts.called(action, caller);
  return isThrottled ? refusal('ThrottlingException') : secrets.answer(action, JSON.parse(body || '{}'));
}

/** STS answers in XML, which is text here already. */
function respond(response: ServerResponse, { status, body }: StandinAnswer): void {
  const [type, text] =
    typeof body === 'string' ? ['text/xml', body] : ['application/x-amz-json-1.1', JSON.stringify(body)];
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

function serve(port: number, region: string): void {
  const conditions: Conditions = { latencyMs: 0, throttledShare: 0, isBlackHole: false };
  const counts = createStandinCounts(() => performance.timeOrigin + performance.now());
  const parts = { conditions, secrets: createStandinSecrets(region), sts: createStandinSts(), counts };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const [path, body] = [request.url ?? '', Buffer.concat(chunks).toString()];
      if (path.startsWith('/_')) respond(response, control(parts, path, body));
      else if (!conditions.isBlackHole) {
        const answer = act(parts, request, body);
        if (conditions.latencyMs === 0) respond(response, answer);
        else setTimeout(() => respond(response, answer), conditions.latencyMs);
      }
    });
  });
  // Longer than its clients keep sockets: they never write to one that is being closed.
  server.keepAliveTimeout = 120_000;
  server.listen(port, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${port}\n`));
}

const [port, region = 'us-east-1'] = [Number(process.argv[2]), process.argv[3]];
if (Number.isInteger(port) && port >= 1 && port <= 65_535) serve(port, region);
else {
  process.stderr.write('usage: node bench/aws-standin.ts PORT [REGION], a free port of 127.0.0.1\n');
  process.exitCode = 2;
}
