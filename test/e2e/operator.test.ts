import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workloadImage } from '../cluster/images.ts';
import { findLeak } from '../support/canary.ts';
import { formatCall } from '../support/fault-proxy/call.ts';
import { hang } from '../support/fault-proxy/fault.ts';
import { hmacOf } from '../support/kubectl.ts';
import { until } from '../support/poll.ts';
import { createSampleSources } from '../support/sample-sources.ts';
import { type Environment, NAMESPACE, PRIMARY, ROLE, SAMPLES, SECONDARY, startEnvironment } from './environment.ts';
import { prover } from './prover.ts';

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
    readonly spec: { readonly containers: readonly { readonly env?: readonly { readonly name: string }[] }[] };
  }[];
}

const APP = 'shop';
const before = { username: 'app', password: 'canary-before-9f31', host: 'db.internal', port: 5432, dbname: 'payments' };
const after = { ...before, password: 'canary-after-77c0' };
const NONCE = randomUUID();
const REFRESH = 'secrets-operator.io/refresh-requested';
/** That the samples are read with: the operator's own, a ServiceAccount, and a role that the operator assumes. */
const IDENTITIES = 3;

/** Tests of one story, in order: each begins where the one before has ended. */
describe('the chart on a real cluster', () => {
  let env: Environment;

  beforeAll(async () => {
    env = await startEnvironment();
    const token = randomUUID();
    for (const region of [PRIMARY, SECONDARY] as const) {
      await env.aws[region].create('prod/payments/db', JSON.stringify(before), { token });
    }
    await createSampleSources([env.aws[PRIMARY], env.aws[SECONDARY]]);
  });
  afterAll(async () => {
    await env?.stop();
  });

  const calls = (verb: string) =>
    env.faults.calls.filter(call => call.target === `aws/${PRIMARY}` && call.verb === verb);
  /** Of the pod that has read and written most; it is replaced in the middle of the story. */
  let logOfFirst = '';
  const logs = () => env.kubectl.run('logs', '-n', NAMESPACE, 'deploy/secrets-operator', '--tail=-1');
  const wait = (...args: readonly string[]) =>
    env.kubectl.run('wait', '-n', APP, '--timeout=60s', ...args).catch(async error => {
      throw new Error(`${error.message}\n${await told()}`);
    });
  /** Where to look first when something does not come about. */
  const told = async (): Promise<string> => {
    const said = '{range .items[*]}{.metadata.name}: {.status.conditions[?(@.type=="Ready")].message}{"\\n"}{end}';
    const asked = env.faults.calls.filter(({ target }) => target !== 'kube').slice(-20);
    const parts = await Promise.all([
      env.kubectl.run('get', 'awss', '-n', APP, '-o', `jsonpath=${said}`),
      env.kubectl.run('get', 'pods', '-n', NAMESPACE),
      logs().then(text => text.split('\n').slice(-20).join('\n')),
    ]);
    return [...parts, ...asked.map(call => `${formatCall(call)}: ${call.outcome?.status}`)].join('\n');
  };
  const podsOf = async (app: string): Promise<readonly { readonly name: string; readonly uid: string }[]> => {
    const { items } = await env.kubectl.json<PodList>('get', 'pods', '-n', APP, '-l', `app.kubernetes.io/name=${app}`);
    return items.filter(pod => pod.metadata.deletionTimestamp === undefined).map(pod => pod.metadata);
  };
  /** Waits until the app has exactly one pod, and that is another than `old`: the pods of a StatefulSet share a name. */
  const expectOnePod = (app: string, old?: { readonly uid: string }) =>
    until(`one${old ? ' new' : ''} pod of ${app}`, { timeoutMs: 90_000, intervalMs: 200 }, async () => {
      const pods = await podsOf(app);
      return pods.length === 1 && pods[0]?.uid !== old?.uid && pods[0];
    });
  /** What the pod printed about its environment when it started. */
  const printed = ({ name }: { readonly name: string }) =>
    until(`${name} has printed`, { timeoutMs: 30_000, intervalMs: 200 }, async () => {
      const line = (await env.kubectl.run('logs', '-n', APP, name).catch(() => '')).split('\n')[0];
      return line ? (JSON.parse(line) as { nonce: string; env: Record<string, string> }) : undefined;
    });
  const proofOf = (values: typeof before) => ({
    username: hmacOf(NONCE, values.username),
    password: hmacOf(NONCE, values.password),
    port: hmacOf(NONCE, String(values.port)),
  });

  it('installs into a restricted namespace and becomes ready', async () => {
    await env.kubectl.run('create', 'namespace', NAMESPACE);
    await env.kubectl.run('label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted');
    await env.install();
    expect(await logs()).toContain('"msg":"ready"');
  });

  it("the README's smallest manifest works as it stands there", async () => {
    const table = await env.readme('kubectl create namespace shop');
    expect(table).toMatch(/payments-db +True +Synced +payments-db +eu-west-1/);
    await env.kubectl.run('label', 'namespace', APP, 'pod-security.kubernetes.io/enforce=restricted');
  });

  it('syncs every sample', async () => {
    const overlay = await mkdtemp(path.join(tmpdir(), 'so-overlay-'));
    try {
      const [newName, newTag] = workloadImage.split(':');
      const kustomization = {
        resources: [path.relative(overlay, SAMPLES)],
        images: [{ name: 'busybox', newName, newTag }],
      };
      await writeFile(path.join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
      await env.kubectl.run('apply', '-n', APP, '-k', overlay);
    } finally {
      await rm(overlay, { recursive: true });
    }
    await wait('--for=condition=Ready', 'awssecrets', '--all');
    const secret = await env.kubectl.json<{ data: Record<string, string> }>('get', 'secret', '-n', APP, 'payments-db');
    const data = Object.fromEntries(
      Object.entries(secret.data).map(([k, v]) => [k, Buffer.from(v, 'base64').toString()]),
    );
    expect(data).toEqual({ ...before, port: '5432' });
    const table = await env.kubectl.run('get', 'awss', '-n', APP);
    expect(table.split('\n')[0]).toMatch(/NAME +READY +REASON +TARGET +REGION +VERSION +LAST CHANGE +AGE/);
    expect(table).toMatch(/payments-db +True +Synced +payments-db +eu-west-1/);
    await env.kubectl.run('rollout', 'status', '-n', APP, 'deploy/payments', '--timeout=60s');
  });

  it('reads AWS by the projected token alone: no static key is in its pod', async () => {
    const pods = await env.kubectl.json<PodList>('get', 'pods', '-n', NAMESPACE);
    const names = pods.items.flatMap(pod => pod.spec.containers.flatMap(c => (c.env ?? []).map(e => e.name)));
    expect(names).toContain('AWS_WEB_IDENTITY_TOKEN_FILE');
    expect(names.filter(name => /ACCESS_KEY|AWS_SECRET|AWS_SESSION/.test(name))).toEqual([]);
    const exchanges = calls('AssumeRoleWithWebIdentity').filter(call => call.ids.includes(ROLE));
    expect(exchanges, 'one exchange serves every client').toHaveLength(1);
    const parameters = new URLSearchParams(exchanges[0]?.body);
    expect(parameters.get('RoleArn')).toBe(ROLE);
    const [, claims = ''] = (parameters.get('WebIdentityToken') ?? '').split('.');
    const token = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string[]; sub: string };
    expect(token.aud).toEqual(['sts.amazonaws.com']);
    expect(token.sub).toBe(`system:serviceaccount:${NAMESPACE}:secrets-operator`);
  });

  it('a pod sees by envFrom what AWS holds', async () => {
    await env.kubectl.apply(
      prover({ kind: 'Deployment', name: 'prover', namespace: APP, secret: 'payments-db', nonce: NONCE }),
    );
    expect(await printed(await expectOnePod('prover'))).toMatchObject({ nonce: NONCE, env: proofOf(before) });
  });

  it('a new version changes the Secret, rolls each consumer once, and the new pod sees the new value', async () => {
    await env.kubectl.run('rollout', 'status', '-n', APP, 'deploy/prover', '--timeout=60s');
    const old = await expectOnePod('prover');
    const generation = async (name: string) =>
      (await env.kubectl.json<{ metadata: { generation: number } }>('get', 'deploy', name, '-n', APP)).metadata
        .generation;
    const generations = [await generation('prover'), await generation('payments')];
    const token = randomUUID();
    for (const region of [PRIMARY, SECONDARY] as const) {
      await env.aws[region].put('prod/payments/db', JSON.stringify(after), { token });
    }
    await env.kubectl.run('annotate', 'awss', 'payments-db', '-n', APP, `${REFRESH}=${token}`);
    expect(await printed(await expectOnePod('prover', old))).toMatchObject({ nonce: NONCE, env: proofOf(after) });
    await wait('--for=condition=RolledOut', 'awss/payments-db');
    await env.kubectl.run('rollout', 'status', '-n', APP, 'deploy/payments', '--timeout=60s');
    expect([await generation('prover'), await generation('payments')], 'one patch each').toEqual(
      generations.map(g => g + 1),
    );
  });

  it('every kind of workload starts anew with the new value, and a CronJob runs with it next time', async () => {
    const secretId = 'prod/payments/kinds';
    for (const region of [PRIMARY, SECONDARY] as const) await env.aws[region].create(secretId, JSON.stringify(before));
    await env.kubectl.apply({
      apiVersion: 'secrets-operator.io/v1alpha1',
      kind: 'AwsSecret',
      metadata: { name: 'kinds', namespace: APP },
      spec: { refreshInterval: '10s', dataFrom: [{ secretId }] },
    });
    await wait('--for=condition=Ready', 'awss/kinds');
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'CronJob'] as const;
    for (const kind of kinds) {
      const name = `of-${kind.toLowerCase()}`;
      await env.kubectl.apply(prover({ kind, name, namespace: APP, secret: 'kinds', nonce: NONCE }));
    }
    const restarted = kinds.slice(0, -1).map(kind => `of-${kind.toLowerCase()}`);
    const old = await Promise.all(restarted.map(app => expectOnePod(app)));
    for (const pod of old) expect((await printed(pod)).env, pod.name).toEqual(proofOf(before));

    await env.aws[PRIMARY].put(secretId, JSON.stringify(after));
    for (const [index, app] of restarted.entries()) {
      expect((await printed(await expectOnePod(app, old[index]))).env, app).toEqual(proofOf(after));
    }
    await wait('--for=condition=RolledOut', 'awss/kinds');
    const events = await env.kubectl.json<{ items: { related?: { kind: string } }[] }>(
      ...['get', 'events.events.k8s.io', '-n', APP, '--field-selector', 'reason=WorkloadRestarted'],
    );
    const told = events.items.map(event => event.related?.kind);
    for (const kind of kinds.slice(0, -1)) expect(told, kind).toContain(kind);

    await env.kubectl.run('create', 'job', 'now', '-n', APP, '--from=cronjob/of-cronjob');
    expect((await printed(await expectOnePod('of-cronjob'))).env).toEqual(proofOf(after));
    await env.kubectl.run('delete', 'awss', 'kinds', '-n', APP);
    await wait('--for=delete', 'secret/kinds');
  });

  it('a new operator pod restarts nothing and reads no value again', async () => {
    const pod = await expectOnePod('prover');
    // What was rotated before is read by then, so that whatever is read later is read for nothing.
    await env.kubectl.run('annotate', 'awss', '--all', '-n', APP, '--overwrite', `${REFRESH}=before-restart`);
    await wait(`--for=jsonpath={.status.lastHandledRefreshRequest}=before-restart`, 'awss', '--all');
    logOfFirst = await logs();
    const sessions = new Set(env.faults.calls.map(({ accessKey }) => accessKey));
    await env.kubectl.run('rollout', 'restart', '-n', NAMESPACE, 'deploy/secrets-operator');
    await env.kubectl.run('rollout', 'status', '-n', NAMESPACE, 'deploy/secrets-operator', '--timeout=60s');
    /** Of the new pod, whose sessions are new. */
    const made = (...verbs: readonly string[]) =>
      env.faults.calls.filter(({ verb, accessKey }) => verbs.includes(verb) && !sessions.has(accessKey));
    await until('each identity has checked its versions', { timeoutMs: 60_000 }, () => {
      return new Set(made('ListSecrets', 'DescribeSecret').map(({ accessKey }) => accessKey)).size === IDENTITIES;
    });
    await wait('--for=condition=Ready', 'awssecrets', '--all');
    // Of what is optional and absent a status tells no version, so that all sources of its AwsSecret are read once.
    const again = made('GetSecretValue', 'BatchGetSecretValue').flatMap(({ ids }) => ids);
    const ofOptional = ['prod/payments/db', 'prod/payments/db', 'prod/payments/feature-flags'];
    expect(again.filter(id => !ofOptional.includes(id))).toEqual([]);
    expect(again.length, again.join()).toBeLessThanOrEqual(ofOptional.length);
    expect((await expectOnePod('prover')).uid).toBe(pod.uid);
  });

  it('with the primary region dead, a new AwsSecret is served from the secondary', async () => {
    const heal = env.faults.inject(hang(), call => call.target === `aws/${PRIMARY}`);
    try {
      await env.kubectl.apply({
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        metadata: { name: 'failover', namespace: APP },
        spec: { dataFrom: [{ secretId: 'prod/payments/db' }] },
      });
      await wait('--for=condition=Ready', 'awss/failover');
      const status = await env.kubectl.run(
        'get',
        'awss',
        'failover',
        '-n',
        APP,
        '-o',
        'jsonpath={.status.sources[0].region}',
      );
      expect(status).toBe(SECONDARY);
    } finally {
      heal();
    }
  });

  it('no value is in the logs, the events, the statuses or the metrics', async () => {
    const metrics = await env.kubectl.run(
      'get',
      '--raw',
      `/api/v1/namespaces/${NAMESPACE}/services/secrets-operator-metrics:metrics/proxy/metrics`,
    );
    expect(metrics).toContain('controller_runtime_reconcile_total');
    expect(logOfFirst).toContain('"msg":"workload restarted"');
    const outputs = {
      metrics,
      logs: logOfFirst + (await logs()),
      events: await env.kubectl.run('get', 'events', '-A', '-o', 'yaml'),
      objects: await env.kubectl.run('get', 'awssecrets,deployments,pods', '-n', APP, '-o', 'yaml'),
    };
    expect(findLeak(outputs, [before.password, after.password])).toBeUndefined();
  });

  it("the README's other commands work as they stand there", async () => {
    expect(await env.readme('range .status.conditions')).toContain('Ready=True Synced');
    await env.readme('secrets-operator.io/refresh-requested=');
    await env.readme('secrets-operator.io/restart=ignore');
    const restart = await env.kubectl.run(
      'get',
      'awss',
      'payments-db',
      '-n',
      APP,
      '-o',
      'jsonpath={.spec.rollout.restart}',
    );
    expect(restart).toBe('Static');
  });

  it('deleting an AwsSecret deletes its Secret; uninstalling the operator deletes none', async () => {
    await env.kubectl.run('delete', 'awss', 'failover', '-n', APP);
    await wait('--for=delete', 'secret/failover');
    const secrets = () => env.kubectl.run('get', 'secrets', '-n', APP, '-o', 'name');
    const before = await secrets();
    await env.helm('uninstall', 'secrets-operator', '--namespace', NAMESPACE, '--wait');
    expect(await secrets()).toBe(before);
    for (const name of ['payments-db', 'payments-db-data', 'payments-db-login', 'payments-db-regions'])
      expect(before.split('\n')).toContain(`secret/${name}`);
  });
});
