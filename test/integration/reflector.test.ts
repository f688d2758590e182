import { describe, expect, it } from 'vitest';
import type { Call as KubeCall, Transport } from '../../src/kube/transport/transport.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import * as faults from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { until } from '../support/poll.ts';
import { useReflectors, WAIT } from './reflected.ts';

const world = useReflectors();

describe('whatever goes wrong, the store comes to equal what the server has, and follows it', () => {
  interface Row {
    readonly why: string;
    readonly verb: 'list' | 'watch';
    readonly fault: Fault;
    readonly times: number;
    /** How often the collection is listed in all. */
    readonly lists: number;
    readonly idleMs?: number;
  }
  const rows: readonly Row[] = [
    { why: 'no right to list, then it comes', verb: 'list', fault: faults.kubeError(403), times: 3, lists: 4 },
    { why: 'no such resource, then it comes', verb: 'list', fault: faults.kubeError(404), times: 2, lists: 3 },
    { why: 'the list fails inside the server', verb: 'list', fault: faults.kubeError(500), times: 2, lists: 3 },
    {
      why: 'too many requests for a list, longer than one call tries',
      verb: 'list',
      fault: faults.kubeError(429, undefined, { retryAfter: 1 }),
      times: 4,
      lists: 5,
    },
    { why: 'the token is not known', verb: 'list', fault: faults.expiredToken(), times: 1, lists: 2 },
    { why: 'the list is reset', verb: 'list', fault: faults.reset(), times: 2, lists: 3 },
    { why: 'the list breaks off', verb: 'list', fault: faults.truncate(), times: 2, lists: 3 },
    { why: 'the list never comes', verb: 'list', fault: faults.hang(), times: 1, lists: 2 },
    { why: 'something else answers the list', verb: 'list', fault: faults.gatewayError(200), times: 2, lists: 3 },
    { why: 'a gateway refuses the list', verb: 'list', fault: faults.gatewayError(502), times: 2, lists: 3 },

    { why: 'no right to watch, then it comes', verb: 'watch', fault: faults.kubeError(403), times: 2, lists: 3 },
    { why: 'the watch fails inside the server', verb: 'watch', fault: faults.kubeError(500), times: 2, lists: 3 },
    {
      why: 'too many requests for a watch',
      verb: 'watch',
      fault: faults.kubeError(429, undefined, { retryAfter: 1 }),
      times: 4,
      lists: 1,
    },
    { why: 'too many requests, without a word when', verb: 'watch', fault: faults.kubeError(429), times: 2, lists: 1 },
    { why: 'the version is too old', verb: 'watch', fault: faults.kubeError(410), times: 2, lists: 3 },
    { why: 'the resource is gone, then comes back', verb: 'watch', fault: faults.kubeError(404), times: 2, lists: 3 },
    { why: 'the token is not known to the watch', verb: 'watch', fault: faults.expiredToken(), times: 1, lists: 1 },
    { why: 'the opening is reset', verb: 'watch', fault: faults.reset(), times: 2, lists: 1 },
    { why: 'the watch never opens', verb: 'watch', fault: faults.hang(), times: 1, lists: 1 },
    { why: 'something else answers the watch', verb: 'watch', fault: faults.gatewayError(200), times: 1, lists: 1 },

    { why: 'the watch is ended in good order', verb: 'watch', fault: faults.endAfter(2), times: 1, lists: 1 },
    { why: 'the watch is reset', verb: 'watch', fault: faults.cutAfter(2), times: 2, lists: 1 },
    { why: 'the watch is reset within an event', verb: 'watch', fault: faults.truncate(), times: 2, lists: 1 },
    { why: 'the watch falls silent', verb: 'watch', fault: faults.stallAfter(1), times: 1, lists: 1, idleMs: 400 },
    {
      why: 'the watch is silent from the beginning',
      verb: 'watch',
      fault: faults.stallAfter(0),
      times: 1,
      lists: 1,
      idleMs: 400,
    },
    { why: 'the version becomes too old within the watch', verb: 'watch', fault: faults.gone(1), times: 1, lists: 2 },
    { why: 'the version is too old at once', verb: 'watch', fault: faults.gone(0), times: 2, lists: 3 },
  ];
  it.each(rows)('$why ($verb, $times times)', async ({ verb, fault, times, lists, idleMs }) => {
    const met = () => world.calls(verb).filter(({ outcome }) => outcome?.fault === fault.kind).length;
    const end = world.proxy.inject(fault, world.matches(verb), times);
    const reflected = world.reflect(idleMs === undefined ? {} : { idleMs });
    let round = 0;
    do {
      round += 1;
      await world.stir(round);
      await world.expectEqualToServer(reflected);
    } while (met() < times);
    end();
    await world.stir(0);
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(lists);
    if (idleMs === undefined) expect(world.calls('watch').length).toBeLessThanOrEqual(lists + times + 1);
    expect(reflected.unreadable()).toBe(0);
    expect(reflected.lines.join('\n')).not.toContain('canary');
  });
});

describe('what it misses it makes up for', () => {
  const held = (verb: 'list' | 'watch') => {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.proxy.inject(faults.delay(promise), world.matches(verb), 1);
    return resolve;
  };

  it('what happens while a list is under way', async () => {
    const release = held('list');
    const reflected = world.reflect();
    await until('it lists', WAIT, () => world.calls('list').length === 1);
    await world.stir(1);
    release();
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(1);
  });

  it('what happens between the list and the watch, such as an object made anew', async () => {
    const release = held('watch');
    const reflected = world.reflect();
    await until('it watches', WAIT, () => world.calls('watch').length === 1);
    const before = reflected.store.get(`${world.namespace}/again`)?.metadata.uid;
    await world.stir(1);
    release();
    await world.expectEqualToServer(reflected);
    const after = reflected.store.get(`${world.namespace}/again`)?.metadata.uid;
    expect(after).not.toBe(before);
    const seen = reflected.changes.filter(({ key }) => key.endsWith('/again'));
    expect(seen, 'the end of the old one is told before the beginning of the new one').toEqual([
      { key: `${world.namespace}/again`, after: before },
      { key: `${world.namespace}/again`, before },
      { key: `${world.namespace}/again`, after },
    ]);
    expect(world.calls('list')).toHaveLength(1);
  });

  it('what happens while every connection breaks, again and again', async () => {
    const reflected = world.reflect();
    for (let round = 1; round <= 3; round += 1) {
      await world.expectEqualToServer(reflected);
      await until('it watches', WAIT, () => world.proxy.sockets.open.kube > 0 && world.calls('watch').length >= round);
      world.proxy.disconnect('kube');
      await world.stir(round);
    }
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(1);
    expect(world.calls('watch').length).toBeLessThanOrEqual(8);
  });

  it('what happens while the server is silent on every connection, old and new', async () => {
    const reflected = world.reflect({ idleMs: 300 });
    await world.expectEqualToServer(reflected);
    await until('it watches', WAIT, () => world.calls('watch').length === 1);
    const { accepted } = world.proxy.sockets;
    const end = world.proxy.blackhole('kube');
    await world.stir(1);
    await until('it tries anew', WAIT, () => world.proxy.sockets.accepted.kube > accepted.kube);
    end();
    await world.stir(2);
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(1);
  });
});

describe('the version that it resumes from', () => {
  const versionOf = ({ path }: Call): bigint =>
    BigInt(new URL(path, 'http://kube').searchParams.get('resourceVersion') ?? '0');
  /** The same transport, whose watches ask for something else. */
  const asking = (query: (watch: number) => KubeCall['query']): Transport => {
    let count = 0;
    return {
      ...world.transport,
      stream(call, idleMs, signal) {
        count += 1;
        return world.transport.stream({ ...call, query: { ...call.query, ...query(count) } }, idleMs, signal);
      },
    };
  };

  it('is that of the last event, when the server ends the watch in good order; nothing is listed again', async () => {
    const reflected = world.reflect({ transport: asking(count => (count === 1 ? { timeoutSeconds: '1' } : {})) });
    await world.expectEqualToServer(reflected);
    const last = await world.write('changed', { a: 'b' });
    await until('it watches again', WAIT, () => world.calls('watch').length === 2);
    await world.stir(1);
    await world.expectEqualToServer(reflected);
    const [, second] = world.calls('watch');
    expect(second && versionOf(second)).toBeGreaterThanOrEqual(BigInt(last.metadata.resourceVersion));
    expect([world.calls('list').length, reflected.pauses]).toEqual([1, []]);
  });

  it('is that of the last bookmark, so that a quiet watch does not grow old', async () => {
    const reflected = world.reflect({ transport: asking(count => (count === 1 ? { timeoutSeconds: '4' } : {})) });
    await world.expectEqualToServer(reflected);
    const elsewhere = await world.writeElsewhere();
    await until('it watches again', WAIT, () => world.calls('watch').length === 2);
    const [first, second] = world.calls('watch');
    expect(first && versionOf(first)).toBeLessThan(BigInt(elsewhere.metadata.resourceVersion));
    expect(second && versionOf(second)).toBeGreaterThanOrEqual(BigInt(elsewhere.metadata.resourceVersion));
    expect(first?.path).toContain('allowWatchBookmarks=true');
    await world.stir(1);
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(1);
  });
});

describe('2,500 objects', () => {
  it('come page by page; what changes meanwhile is seen; a page that has expired begins a new list', async () => {
    await world.fill(2_500);
    const isLater = ({ path }: Call) => /[?&]continue=/.test(path);
    const [third, fourth] = [3, 4].map(
      page => (call: Call) => world.matches('list')(call) && isLater(call) && world.calls('list').length === page,
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    world.proxy.inject(faults.delay(promise), third, 1);
    world.proxy.inject(faults.kubeError(410), fourth, 1);
    const reflected = world.reflect();
    await until('the third page is asked for', WAIT, () => world.calls('list').length === 3);
    expect(reflected.store.size, 'a part of a list is none').toBe(0);
    await world.stir(1);
    resolve();
    await world.expectEqualToServer(reflected);
    expect(reflected.store.size).toBe(2_500 + 4);
    const pages = Math.ceil(2_504 / 500);
    expect(world.calls('list')).toHaveLength(4 + pages);
    expect(world.calls('list').filter(isLater)).toHaveLength(3 + pages - 1);
    expect(new Set(reflected.changes.map(({ key }) => key)).size, 'each is told once').toBe(reflected.changes.length);
  });
});
