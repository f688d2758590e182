/**
 * The bound: a bare loop that fetches N values in batches of 20 and applies N Secrets over 20 sockets, and nothing else.
 * `node bench/bound.ts N NAMESPACE`, with API_URL, API_TOKEN, API_CA (a file) and AWS_ENDPOINT_URL. Its last line is a
 * JSON object: seconds from the first request to the last answer, and the CPU seconds between.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { Agent, request } from 'undici';

const SOCKETS = 20;
const BATCH = 20;
const DEADLINE_MS = 300_000;

interface Value {
  readonly Name: string;
  readonly SecretString: string;
}

const { API_URL = '', API_TOKEN = '', API_CA = '', AWS_ENDPOINT_URL = '' } = process.env;
const [n, namespace = ''] = [Number(process.argv[2]), process.argv[3]];
const signal = AbortSignal.timeout(DEADLINE_MS);
const kube = new Agent({ connect: { ca: await readFile(API_CA, 'utf8') }, connections: SOCKETS });
const aws = new Agent();

async function send(
  method: 'POST' | 'PATCH',
  url: string,
  dispatcher: Agent,
  headers: Record<string, string>,
  body: unknown,
) {
  const response = await request(url, { method, dispatcher, headers, body: JSON.stringify(body), signal });
  const text = await response.body.text();
  if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.statusCode} ${text.slice(0, 300)}`);
  return text;
}

function callKube(method: 'POST' | 'PATCH', path: string, type: string, body: unknown): Promise<string> {
  const headers = { authorization: `Bearer ${API_TOKEN}`, 'content-type': type };
  return send(method, API_URL + path, kube, headers, body);
}

async function fetchBatch(first: number): Promise<readonly Value[]> {
  const ids = Array.from({ length: Math.min(BATCH, n - first) }, (_, i) => `prod/app/s${first + i}`);
  const headers = { 'x-amz-target': 'secretsmanager.BatchGetSecretValue' };
  return JSON.parse(await send('POST', AWS_ENDPOINT_URL, aws, headers, { SecretIdList: ids })).SecretValues;
}

async function applySecret({ Name, SecretString }: Value): Promise<void> {
  const name = Name.split('/').at(-1) ?? '';
  const properties = Object.entries(JSON.parse(SecretString) as Record<string, string>);
  const data = Object.fromEntries(properties.map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=bound&force=true`;
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', data };
  await callKube('PATCH', path, 'application/apply-patch+yaml', body);
}

await callKube('POST', '/api/v1/namespaces', 'application/json', { metadata: { name: namespace } });
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const firsts = Array.from({ length: Math.ceil(n / BATCH) }, (_, batch) => batch * BATCH);
const values = (await Promise.all(firsts.map(fetchBatch))).flat();
const left = values.values();
await Promise.all(
  Array.from({ length: SOCKETS }, async () => {
    for (const value of left) await applySecret(value);
  }),
);
const seconds = (performance.now() - startedAt) / 1000;
const cpu = process.cpuUsage(cpuBefore);
if (values.length !== n) throw new Error(`the stand-in gave ${values.length} values in place of ${n}`);
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6 })}\n`);
await Promise.all([kube.close(), aws.close()]);
