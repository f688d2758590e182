import { describe, expect, it } from 'vitest';
import { until } from '../poll.ts';
import * as faults from './fault.ts';
import { useTinyWorld, WAIT } from './tiny-world.ts';

describe('each fault: what the client sees, and how often the real server is asked', () => {
  const world = useTinyWorld();

  const broken = [
    { why: 'reset: before it', fault: faults.reset(), times: 0 },
    { why: 'loseAnswer: after it', fault: faults.loseAnswer(), times: 1 },
  ];
  it.each(broken)('$why is done, the connection breaks', async ({ fault, times }) => {
    world.inject(fault);
    const before = world.upstream.asked.length;
    expect(await world.getKube()).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(world.upstream.asked.length - before).toBe(times);
    expect(world.outcome()).toEqual({ status: undefined, upstream: times === 0 ? [] : [200], fault: fault.kind });
  });

  const killed: string[] = [];
  const silent = [
    { why: 'hang: not done', fault: faults.hang(), times: 0 },
    { why: 'loseAnswer: done', fault: faults.loseAnswer('hang'), times: 1 },
    { why: 'kill before: not done', fault: faults.kill('before', () => killed.push('before')), times: 0 },
    { why: 'kill after: done', fault: faults.kill('after', () => killed.push('after')), times: 1 },
  ];
  it.each(silent)('$why, and nothing comes back', async ({ fault, times }) => {
    world.inject(fault);
    const [asked, calls] = [world.upstream.asked.length, world.proxy.calls.length];
    const leave = new AbortController();
    const seen = world.getKube('a', leave.signal);
    await until('it is met', WAIT, () => world.proxy.calls[calls]?.outcome !== undefined);
    leave.abort();
    expect(await seen).toBe('AbortError');
    expect(world.upstream.asked.length - asked).toBe(times);
    expect(world.outcome()).toEqual({ status: undefined, upstream: times === 0 ? [] : [200], fault: fault.kind });
  });
  it('a victim is called once', () => expect(killed).toEqual(['before', 'after']));

  it('delay: the server is asked later, and the answer comes then', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.inject(faults.delay(promise));
    const before = world.proxy.calls.length;
    const asked = world.upstream.asked.length;
    const seen = world.getKube();
    await until('it has called', WAIT, () => world.proxy.calls.length > before);
    expect(world.upstream.asked).toHaveLength(asked);
    resolve();
    expect(await seen).toMatch(/^200 /);
  });

  it('delay: the server is asked even when the client has left', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.inject(faults.delay(promise));
    const before = world.proxy.calls.length;
    const asked = world.upstream.asked.length;
    const leave = new AbortController();
    const seen = world.getKube('a', leave.signal);
    await until('it has called', WAIT, () => world.proxy.calls.length > before);
    const open = world.proxy.sockets.open.kube;
    leave.abort();
    expect(await seen).toBe('AbortError');
    await until('its connection is closed', WAIT, () => world.proxy.sockets.open.kube < open);
    resolve();
    await until('the call arrives', WAIT, () => world.upstream.asked.length === asked + 1);
    await until('it is over', WAIT, () => world.outcome() !== undefined);
    expect(world.outcome()).toEqual({ status: undefined, upstream: [200], fault: 'delay' });
  });

  it('lateAnswer: the server is asked at once, and the answer comes later', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.inject(faults.lateAnswer(promise));
    const asked = world.upstream.asked.length;
    let isSeen = false;
    const seen = world.getKube().finally(() => {
      isSeen = true;
    });
    await until('the server has answered', WAIT, () => world.upstream.asked.length > asked);
    expect(isSeen).toBe(false);
    resolve();
    expect(await seen).toMatch(/^200 /);
  });

  it('delays of milliseconds pass', async () => {
    world.inject(faults.lateAnswer(20));
    const start = performance.now();
    expect(await world.getKube()).toMatch(/^200 /);
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
  });

  it.each(['first', 'second'] as const)(
    'duplicate: the server is asked twice, the client gets the %s answer',
    async which => {
      world.inject(faults.duplicate(which));
      const before = world.upstream.asked.length;
      expect(await world.getKube()).toBe(`200 ${before + (which === 'first' ? 1 : 2)}`);
      expect(world.upstream.asked.length - before).toBe(2);
      expect(world.outcome()).toEqual({ status: 200, upstream: [200, 200], fault: 'duplicate' });
    },
  );

  it('truncate: half of the body, then the connection breaks', async () => {
    world.inject(faults.truncate());
    world.upstream.say('0123456789');
    const response = await fetch(`${world.proxy.kube.url}/api/v1/secrets`);
    expect(response.status).toBe(200);
    const chunks: string[] = [];
    const broken = (async () => {
      for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk as Uint8Array).toString());
    })();
    await expect(broken).rejects.toThrow();
    expect(chunks.join('')).toBe('01234');
  });

  it('oldVersion: what the region answered before, per secret', async () => {
    const say = (VersionId: string) => world.upstream.say(JSON.stringify({ VersionId }));
    for (const version of ['v1', 'v2', 'v3']) {
      say(version);
      expect(await world.getAws('old')).toContain(version);
    }
    const end = world.inject(faults.oldVersion());
    expect(await world.getAws('old')).toBe('200 {"VersionId":"v2"}');
    expect(await world.getAws('never asked'), 'passed on').toContain('v3');
    end();
    const release = world.inject(faults.oldVersion(0));
    say('v4');
    const before = world.upstream.asked.length;
    expect(await world.getAws('old'), 'kept at the last').toBe('200 {"VersionId":"v3"}');
    expect(world.upstream.asked).toHaveLength(before);
    release();
    expect(await world.getAws('old')).toContain('v4');
  });

  describe('oldRevision: the API server says what there was', () => {
    const OLD = 'resourceVersion=7&resourceVersionMatch=Exact';
    const SECRETS = '/api/v1/namespaces/shop/secrets';
    const list = (...items: readonly object[]) => JSON.stringify({ kind: 'SecretList', apiVersion: 'v1', items });
    const old = { metadata: { name: 'a' }, data: {} };
    const whole = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', ...old });
    const ofName = `${SECRETS}?${OLD}&fieldSelector=metadata.name%3Da`;
    const rows = [
      { why: 'a list', path: SECRETS, asked: `${SECRETS}?${OLD}`, says: list(old), seen: `200 ${list(old)}` },
      {
        why: 'a list of the newest, in pages',
        path: `${SECRETS}?limit=2&resourceVersion=0&labelSelector=x`,
        asked: `${SECRETS}?limit=2&resourceVersion=7&labelSelector=x&resourceVersionMatch=Exact`,
        says: list(old),
        seen: `200 ${list(old)}`,
      },
      { why: 'an object', path: `${SECRETS}/a`, asked: ofName, says: list(old), seen: `200 ${whole}` },
      { why: 'none', path: `${SECRETS}/a`, asked: ofName, says: list(), seen: /^404 {"kind":"Status".*"NotFound"/ },
    ];
    it.each(rows)('$why', async ({ path, asked, says, seen }) => {
      world.inject(faults.oldRevision('7'));
      world.upstream.say(says);
      const answer = await world.client.get(world.proxy.kube.url + path);
      if (typeof seen === 'string') expect(answer).toBe(seen);
      else expect(answer).toMatch(seen);
      expect(world.upstream.asked.at(-1)).toBe(`GET ${asked} `);
      expect(world.outcome()).toMatchObject({ upstream: [200], fault: 'oldRevision' });
    });

    it('metadata alone are asked for as a list of them', async () => {
      world.inject(faults.oldRevision('7'));
      world.upstream.say(list(old));
      const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
      await fetch(`${world.proxy.kube.url}${SECRETS}/a`, { headers: { accept } });
      expect(world.upstream.headers.at(-1)).toContain(
        'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      );
    });

    const others = [
      { why: 'a further page', path: `${SECRETS}?limit=2&continue=x` },
      { why: 'a watch', path: `${SECRETS}?watch=1` },
      { why: 'a status', path: '/apis/secrets-operator.io/v1alpha1/namespaces/shop/awssecrets/a/status' },
      { why: 'no object', path: '/readyz' },
    ];
    it.each(others)('$why is passed on', async ({ path }) => {
      world.inject(faults.oldRevision('7'));
      await world.client.get(world.proxy.kube.url + path);
      expect(world.upstream.asked.at(-1)).toBe(`GET ${path} `);
    });
  });

  it('what moto trips over by itself is no fault: it is asked again, and the API server is not', async () => {
    const { upstream } = world;
    upstream.trip(2);
    const before = upstream.asked.length;
    expect(await world.getAws()).toMatch(/^200 /);
    expect(upstream.asked.length - before).toBe(3);
    expect(world.outcome()).toEqual({ status: 200, upstream: [200], fault: undefined });
    upstream.trip(1);
    expect(await world.getKube()).toMatch(/^500 /);
  });
});
