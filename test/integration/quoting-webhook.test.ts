import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { findLeak, mark } from '../support/canary.ts';
import { until } from '../support/poll.ts';
import { useWorld } from './world.ts';

interface Review {
  readonly request: { readonly uid: string; readonly object: { readonly data?: Readonly<Record<string, string>> } };
}

const world = useWorld();
const access = inject('kube');
let webhook: Server;
/** What the webhook says of a value that it dislikes. */
let verdict: (value: string) => object = () => ({});
let refused = 0;

/** A real webhook, over TLS, that refuses every Secret of our namespace with a key `quoted`. */
beforeAll(async () => {
  const [cert, key] = await Promise.all([readFile(access.certificateAuthority), readFile(access.servingKey)]);
  webhook = createServer({ cert, key }, async (request, response) => {
    const { request: asked } = (await json(request)) as Review;
    const quoted = Buffer.from(asked.object.data?.['quoted'] ?? '', 'base64').toString();
    if (quoted !== '') refused += 1;
    const answer = { uid: asked.uid, allowed: quoted === '', ...(quoted !== '' && verdict(quoted)) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
  });
  await new Promise<void>(resolve => webhook.listen(0, '127.0.0.1', resolve));
  await world.kube.create('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: `${world.namespace}-quoting` },
    webhooks: [
      {
        name: 'quoting.example.com',
        clientConfig: {
          url: `https://127.0.0.1:${(webhook.address() as AddressInfo).port}/`,
          caBundle: cert.toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 5,
      },
    ],
  });
  verdict = value => ({ status: { message: value } });
  const body = { metadata: { name: 'probe' }, data: { quoted: Buffer.from('probe').toString('base64') } };
  await until('the webhook is asked', { timeoutMs: 20_000 }, () =>
    world.kube.expectRefused(`${world.path('secrets', '').slice(0, -1)}?dryRun=All`, body).then(
      ({ message }) => message.includes('probe'),
      () => false,
    ),
  );
});
afterAll(async () => {
  await world.kube.remove(
    `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${world.namespace}-quoting`,
  );
  webhook.closeAllConnections();
  await new Promise(resolve => webhook.close(resolve));
});

const rows = [
  {
    why: 'in its message',
    name: 'message',
    of: (value: string) => ({ status: { code: 403, message: `bad: ${value}` } }),
  },
  { why: 'as its reason', name: 'reason', of: (value: string) => ({ status: { code: 422, reason: value } }) },
  {
    why: 'in every part of its causes',
    name: 'causes',
    of: (value: string) => ({
      status: {
        code: 422,
        reason: 'Invalid',
        details: { name: value, kind: value, causes: [{ reason: value, message: value, field: value }] },
      },
    }),
  },
  {
    why: 'as a field of an object',
    name: 'field',
    of: (value: string) => ({
      status: {
        code: 422,
        reason: 'Invalid',
        details: { causes: [{ field: `data[${value}]` }, { field: `data.${value}` }] },
      },
    }),
  },
  { why: 'in a warning', name: 'warning', of: (value: string) => ({ status: { code: 400 }, warnings: [value] }) },
];
it.each(rows)('a webhook that quotes a value $why: it comes out nowhere', async ({ name, of }) => {
  const value = mark().repeat(3);
  verdict = of;
  refused = 0;
  await world.aws['eu-west-1'].create(world.unique(name), JSON.stringify({ quoted: value }));
  await world.applyAwsSecret(name, { dataFrom: [{ secretId: world.unique(name) }] });
  const awsSecret = await world.expectCondition(name, 'Ready', 'False', 'WriteRefused');
  expect(refused).toBeGreaterThan(0);
  expect(awsSecret.status?.conditions?.[0]?.message).toContain(
    'admission webhook "quoting.example.com" does not allow it',
  );
  const events = await until('it is told', { timeoutMs: 10_000 }, async () => {
    const told = await world.events(name);
    return told.length > 0 && told;
  });
  const metrics = await (await fetch(`http://${world.operator.address}/metrics`)).text();
  const outputs = {
    status: JSON.stringify(awsSecret),
    events: JSON.stringify(events),
    log: world.lines.join('\n'),
    metrics,
  };
  expect(findLeak(outputs, [value])).toBeUndefined();
});
