import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../src/kube/resource.ts';
import type { Transport } from '../../src/kube/transport/transport.ts';
import { Store } from '../../src/kube/watch/store.ts';
import * as faults from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { until } from '../support/poll.ts';
import { type Config, type Reflected, useReflectors, WAIT } from './reflected.ts';

const world = useReflectors();
const key = (name: string) => `${world.namespace}/${name}`;
const has = (reflected: Reflected, name: string) => reflected.store.get(key(name)) !== undefined;

describe('one object that cannot be read', () => {
  const reduce = (object: object): Config => {
    const config = object as Config;
    if (config.data?.['poison'] !== undefined) throw new TypeError('canary of an object');
    return config;
  };

  it('is passed over, told by its name and counted, in a list and in a watch; the others are seen', async () => {
    await world.write('bad', { poison: 'yes' });
    const reflected = world.reflect({ reduce });
    await reflected.reflector.synced;
    expect([has(reflected, 'bad'), has(reflected, 'stays')]).toEqual([false, true]);
    await world.write('changed', { a: 'b' });
    await until('the watch brings the others', WAIT, () => reflected.store.get(key('changed'))?.data?.['a'] === 'b');
    await world.write('bad', { poison: 'still' });
    await world.write('later');
    await until('and what comes after it', WAIT, () => has(reflected, 'later'));
    expect(reflected.unreadable()).toBe(2);
    expect(reflected.lines.map(line => JSON.parse(line))).toEqual(
      [1, 2].map(() => ({
        level: 'error',
        msg: 'object cannot be read',
        resource: 'configmaps',
        namespace: world.namespace,
        name: 'bad',
        reason: 'TypeError',
      })),
    );
    await world.write('bad', {});
    await world.expectEqualToServer(reflected);
    expect([world.calls('list').length, world.calls('watch').length]).toEqual([1, 1]);
  });

  it('stays as it was last read, until it is gone', async () => {
    const reflected = world.reflect({ reduce });
    await world.expectEqualToServer(reflected);
    const good = reflected.store.get(key('changed'));
    await world.write('changed', { poison: 'yes' });
    await world.write('later');
    await until('the watch has brought both', WAIT, () => has(reflected, 'later'));
    expect(reflected.store.get(key('changed'))).toBe(good);
    world.proxy.inject(faults.gone(), world.matches('watch'), 1);
    world.proxy.disconnect('kube');
    await until('it is listed', WAIT, () => world.calls('list').length === 2);
    await world.write('latest');
    await until('the watch goes on', WAIT, () => has(reflected, 'latest'));
    expect(reflected.store.get(key('changed'))).toBe(good);
    await world.remove('changed');
    await world.expectEqualToServer(reflected);
  });

  it('may be one that cannot be indexed', async () => {
    await world.write('bad', { poison: 'yes' });
    const store = new Store<Config>(config => [reduce(config).metadata.name]);
    const reflected = world.reflect({ store });
    await world.write('later');
    await until('the others are there', WAIT, () => store.indexed('later').length === 1);
    expect([store.get(key('bad')), reflected.unreadable()]).toEqual([undefined, 1]);
    await world.write('bad', {});
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(1);
  });
});

it('a handler that throws is told of, and called again for the next change', async () => {
  const seen: string[] = [];
  const reflected = world.reflect({
    onChange(of) {
      seen.push(of);
      throw new RangeError('canary of a handler');
    },
  });
  await world.stir(1);
  await world.expectEqualToServer(reflected);
  expect(new Set(seen)).toEqual(new Set(reflected.changes.map(change => change.key)));
  expect(reflected.lines.length).toBe(seen.length);
  expect(JSON.parse(reflected.lines[0] ?? '')).toMatchObject({ msg: 'change handler threw', reason: 'RangeError' });
  expect(reflected.lines.join('\n')).not.toContain('canary');
  expect(world.calls('list')).toHaveLength(1);
});

it('reflectors of two namespaces share a store, and none removes what the other brought', async () => {
  const one = world.reflect();
  await world.writeElsewhere();
  const two = world.reflect({ store: one.store, namespace: 'default' });
  await Promise.all([one, two].map(({ reflector }) => reflector.synced));
  world.proxy.inject(faults.gone(), world.matches('watch'), 1);
  world.proxy.disconnect('kube');
  await until('one has listed again', WAIT, () => world.calls('list').length === 2);
  await world.write('later');
  await until('and follows', WAIT, () => has(one, 'later'));
  expect([one.store.get('default/elsewhere') !== undefined, has(one, 'stays')]).toEqual([true, true]);
});

describe('a stream that says strange things', () => {
  /** The same transport; the lines of the first watch go through `change`. */
  const tampered = (change: (line: string) => string): Transport => {
    let isFirst = true;
    const stream: Transport['stream'] = async (call, idleMs, signal) => {
      const opened = await world.transport.stream(call, idleMs, signal);
      if (!opened.ok || !isFirst) return opened;
      isFirst = false;
      return { ok: true, value: changedLines(opened.value, change) };
    };
    return { ...world.transport, stream };
  };
  const rows = [
    { why: 'a line that is no JSON', change: (line: string) => `{oops${line}`, lists: 2 },
    { why: 'an empty line', change: (line: string) => `\n${line}`, lists: 2 },
    { why: 'a line of another protocol', change: () => '{"kind":"Status","code":200}\n', lists: 2 },
    { why: 'an object without metadata', change: () => '{"type":"ADDED","object":{}}\n', lists: 2 },
    { why: 'an error without a code', change: () => '{"type":"ERROR","object":{}}\n', lists: 2 },
    { why: 'every event twice', change: (line: string) => line + line, lists: 1 },
  ];
  it.each(rows)('$why: nothing is missed', async ({ change, lists }) => {
    const reflected = world.reflect({ transport: tampered(change) });
    await world.expectEqualToServer(reflected);
    await world.stir(1);
    await world.expectEqualToServer(reflected);
    await world.stir(2);
    await world.expectEqualToServer(reflected);
    expect(world.calls('list')).toHaveLength(lists);
    const told = reflected.changes.map(({ key, before, after }) => `${key} ${before} ${after}`);
    expect(told.filter(line => line.endsWith('undefined undefined'))).toEqual([]);
  });
});

async function* changedLines(stream: AsyncIterable<Uint8Array>, change: (line: string) => string) {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + Buffer.from(chunk).toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield Buffer.from(change(`${line}\n`));
  }
}

describe('JSON that is no list is not taken for an empty one', () => {
  const rows = [{}, [], null, 'ok', { metadata: {} }, { metadata: { resourceVersion: '1' } }, { items: [] }];
  it.each(rows.map(body => ({ body: JSON.stringify(body) })))('$body', async ({ body }) => {
    let isOther = false;
    const call: Transport['call'] = async request => {
      const result = await world.transport.call(request);
      if (!isOther || request.query?.['limit'] !== PAGE_SIZE) return result;
      isOther = false;
      return { ok: true, value: JSON.parse(body) };
    };
    const reflected = world.reflect({ transport: { ...world.transport, call } });
    await world.expectEqualToServer(reflected);
    isOther = true;
    world.proxy.inject(faults.gone(), world.matches('watch'), 1);
    world.proxy.disconnect('kube');
    await until('it has listed thrice', WAIT, () => world.calls('list').length === 3);
    expect(reflected.changes.filter(({ after }) => after === undefined)).toEqual([]);
    expect(reflected.lines.join()).toContain('list failed');
    await world.stir(1);
    await world.expectEqualToServer(reflected);
  });
});

describe('what never ends is asked ever more rarely', () => {
  const rows: readonly { why: string; verb: 'list' | 'watch'; fault: Fault }[] = [
    { why: 'no right to list', verb: 'list', fault: faults.kubeError(403) },
    { why: 'something else answers the list', verb: 'list', fault: faults.gatewayError(200) },
    { why: 'the list is reset', verb: 'list', fault: faults.reset() },
    { why: 'no right to watch', verb: 'watch', fault: faults.kubeError(403) },
    { why: 'the watch is too old as soon as it opens', verb: 'watch', fault: faults.kubeError(410) },
    { why: 'the watch says at once that it is too old', verb: 'watch', fault: faults.gone() },
    { why: 'the watch ends at once', verb: 'watch', fault: faults.endAfter(0) },
    { why: 'the watch breaks at once', verb: 'watch', fault: faults.cutAfter(0) },
    { why: 'something else answers the watch', verb: 'watch', fault: faults.gatewayError(200) },
  ];
  it.each(rows)('$why', async ({ verb, fault }) => {
    const end = world.proxy.inject(fault, world.matches(verb));
    const reflected = world.reflect();
    await until('it has paused five times', WAIT, () => reflected.pauses.length === 5);
    const calls = world.calls().length;
    for (const [i, ms] of reflected.pauses.entries()) {
      expect(ms).toBeGreaterThanOrEqual(400 * 2 ** i);
      expect(ms).toBeLessThanOrEqual(800 * 2 ** i);
    }
    expect(calls, 'at most a list and a watch for each pause').toBeLessThanOrEqual(2 * 5);
    end();
    await world.expectEqualToServer(reflected);
    await world.stir(1);
    await world.expectEqualToServer(reflected);
  });

  it('but a server that is back, and calls the version too old, is soon listed', async () => {
    world.proxy.inject(faults.reset(), world.matches('watch'), 5);
    world.proxy.inject(faults.kubeError(410), world.matches('watch'), 1);
    const reflected = world.reflect();
    await until('it has listed again', WAIT, () => world.calls('list').length === 2);
    expect(reflected.pauses[4]).toBeGreaterThanOrEqual(400 * 2 ** 4);
    expect(reflected.pauses[5]).toBeLessThanOrEqual(800);
    await world.expectEqualToServer(reflected);
  });

  it('and a watch that brought something begins again at once', async () => {
    const reflected = world.reflect();
    await world.expectEqualToServer(reflected);
    for (let round = 1; round <= 3; round += 1) {
      await until('it watches', WAIT, () => world.calls('watch')[round - 1]?.outcome?.status === 200);
      await world.stir(round);
      await world.expectEqualToServer(reflected);
      world.proxy.disconnect('kube');
    }
    await until('it watches', WAIT, () => world.calls('watch').length >= 4);
    expect([world.calls('list').length, reflected.pauses]).toEqual([1, []]);
  });
});

describe('it stops at once, and stays so', () => {
  const rows: readonly { why: string; fault?: Fault; verb: 'list' | 'watch'; at: (reflected: Reflected) => boolean }[] =
    [
      { why: 'in a list', fault: faults.hang(), verb: 'list', at: () => world.calls('list').length === 1 },
      {
        why: 'when a watch is being opened',
        fault: faults.hang(),
        verb: 'watch',
        at: () => world.calls('watch').length === 1,
      },
      { why: 'in a watch', verb: 'watch', at: () => world.calls('watch')[0]?.outcome?.status === 200 },
      { why: 'in a pause', fault: faults.kubeError(500), verb: 'list', at: ({ pauses }) => pauses.length === 4 },
    ];
  it.each(rows)('$why', async ({ fault, verb, at }) => {
    if (fault) world.proxy.inject(fault, world.matches(verb));
    const reflected = world.reflect();
    await until('it is there', WAIT, () => at(reflected));
    const [calls, lines] = [world.calls().length, reflected.lines.length];
    const startedAt = performance.now();
    reflected.reflector.stop();
    await reflected.ended;
    expect(performance.now() - startedAt).toBeLessThan(300);
    await world.stir(1);
    expect([world.calls().length, reflected.lines.length]).toEqual([calls, lines]);
    const { open } = world.proxy.sockets;
    await until('its watch is closed', WAIT, () => world.proxy.sockets.open.kube <= open.kube);
  });

  it('before it has begun', async () => {
    const reflected = world.reflect();
    reflected.reflector.stop();
    await reflected.ended;
    expect(world.calls('watch')).toHaveLength(0);
  });
});
