import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { until } from '../poll.ts';
import { delay, kill, reset } from './fault.ts';
import { startAwsFaultProxy, startFaultProxy } from './fault-proxy.ts';
import { createTinyClient, startTinyUpstream } from './tiny-upstream.ts';
import { CENTRAL, useTinyWorld, WAIT, WEST } from './tiny-world.ts';

describe('the fault proxy', () => {
  const world = useTinyWorld();
  const statuses = (calls: readonly string[]) => calls.map(call => call.split(' ')[0]);

  it('gives the access of the real server at its own address', () => {
    expect(world.proxy.kube).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      token: 'the-token',
      certificateAuthority: 'ca.crt',
    });
    expect(new Set([world.proxy.kube.url, ...Object.values(world.proxy.aws)]).size).toBe(3);
  });

  it('passes a call on as it came, and its answer as it is', async () => {
    const { port } = new URL(world.proxy.kube.url);
    const text = 'POST /a%2Fb?c=d HTTP/1.1\r\nHoSt: x\r\nX-Odd: 1\r\nx-odd: 2\r\nContent-Length: 4\r\n\r\n\u0000ÿ\n';
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', chunk => {
      answer += chunk.toString();
    });
    await until('the answer is there', WAIT, () => answer.includes('\r\n\r\n'));
    socket.destroy();
    expect(world.upstream.asked.at(-1)).toBe('POST /a%2Fb?c=d \u0000ÿ\n');
    expect(world.upstream.headers.at(-1)).toEqual([
      'HoSt',
      'x',
      'X-Odd',
      '1',
      'x-odd',
      '2',
      'Content-Length',
      '4',
      'Connection',
      'keep-alive',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: application\/json\r\nX-Twice: a\r\nX-Twice: b\r\n/);
    expect(answer).not.toMatch(/^Keep-Alive/im);
  });

  it('numbers the calls of all targets, those that fail too', async () => {
    const first = world.proxy.calls.length + 1;
    world.inject(reset(), call => call.target === `aws/${WEST}`);
    await world.getKube();
    await world.getAws('a', WEST);
    await world.getAws('a', CENTRAL);
    expect(world.proxy.calls.slice(first - 1).map(call => [call.index, call.target, call.outcome?.status])).toEqual([
      [first, 'kube', 200],
      [first + 1, `aws/${WEST}`, undefined],
      [first + 2, `aws/${CENTRAL}`, 200],
    ]);
  });

  it('keeps connections, and counts them', async () => {
    const west = `aws/${WEST}` as const;
    const counts = () => ({
      accepted: world.proxy.sockets.accepted[west] ?? 0,
      open: world.proxy.sockets.open[west] ?? 0,
    });
    const before = counts();
    const one = createTinyClient(1);
    for (const id of ['a', 'b']) await one.aws(world.proxy.aws[WEST] ?? '', 'GetSecretValue', { SecretId: id });
    expect(counts()).toEqual({ accepted: before.accepted + 1, open: before.open + 1 });
    await one.stop();
    await until('it is closed', WAIT, () => counts().open === before.open);
    expect(counts().accepted).toBe(before.accepted + 1);
  });

  it('disconnect breaks what is open, of one target or of all', async () => {
    await Promise.all([world.getKube(), world.getAws('a', WEST), world.getAws('a', CENTRAL)]);
    world.proxy.disconnect(`aws/${WEST}`);
    await until('it is closed', WAIT, () => world.proxy.sockets.open[`aws/${WEST}`] === 0);
    expect(world.proxy.sockets.open).toMatchObject({ kube: expect.any(Number), [`aws/${CENTRAL}`]: 1 });
    world.proxy.disconnect();
    await until('all are closed', WAIT, () => Object.values(world.proxy.sockets.open).every(count => count === 0));
    expect(statuses([await world.getKube(), await world.getAws('a', WEST)])).toEqual(['200', '200']);
    expect(() => world.proxy.disconnect('aws/us-east-1')).toThrow(
      'no target aws/us-east-1: there are kube, aws/eu-west-1',
    );
  });

  it('a black hole answers nothing; what waits goes on when it ends, but not for clients that left', async () => {
    await world.getKube();
    const [asked, calls] = [world.upstream.asked.length, world.proxy.calls.length];
    const fill = world.proxy.blackhole('kube');
    const alsoFill = world.proxy.blackhole('kube');
    const leave = new AbortController();
    const [left, stayed] = [world.getKube('left', leave.signal), world.getKube('stayed')];
    await until('both have called', WAIT, () => world.proxy.calls.length === calls + 2);
    expect(statuses([await world.getAws('a', WEST)]), 'other targets answer').toEqual(['200']);
    const { kube: open } = world.proxy.sockets.open;
    leave.abort();
    expect(await left).toBe('AbortError');
    await until('its connection is closed', WAIT, () => world.proxy.sockets.open.kube < open);
    fill();
    expect(
      world.proxy.calls.slice(calls, calls + 2).filter(call => call.name === 'stayed' && call.outcome !== undefined),
    ).toEqual([]);
    alsoFill();
    expect(await stayed).toMatch(/^200/);
    expect(world.upstream.asked.slice(asked).filter(line => line.includes('/left'))).toEqual([]);
    expect(world.proxy.calls.find(call => call.index > calls && call.name === 'left')?.outcome).toEqual({
      status: undefined,
      upstream: [],
      fault: undefined,
    });
  });

  it('a server that is away looks like one', async () => {
    const dead = await startTinyUpstream();
    const only = await startAwsFaultProxy({ aws: { [WEST]: dead.url } });
    await dead.stop();
    expect(await world.client.aws(only.aws[WEST] ?? '', 'GetSecretValue', {})).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(only.calls[0]?.outcome).toEqual({ status: undefined, upstream: [], fault: undefined });
    await only.stop();
  });

  it('what goes wrong in a matcher or a victim is told when it stops, and fails the call', async () => {
    const broken = await startAwsFaultProxy({ aws: { [WEST]: world.upstream.url } });
    broken.inject(
      kill('before', () => {
        throw new Error('no such victim');
      }),
      undefined,
      1,
    );
    broken.inject(reset(), () => {
      throw new Error('no such matcher');
    });
    const leave = world.client.aws(broken.aws[WEST] ?? '', 'GetSecretValue', {});
    expect(await leave).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await world.client.aws(broken.aws[WEST] ?? '', 'GetSecretValue', {})).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    await expect(broken.stop()).rejects.toThrow('the fault proxy failed: Error: no such victim');
  });

  it('delays pass as the test lets them', async () => {
    const passed: number[] = [];
    const pause = async (ms: number) => passed.push(ms);
    const proxy = await startAwsFaultProxy({ aws: { [WEST]: world.upstream.url }, pause });
    proxy.inject(delay(3_600_000));
    expect(statuses([await world.client.aws(proxy.aws[WEST] ?? '', 'GetSecretValue', {})])).toEqual(['200']);
    expect(passed).toEqual([3_600_000]);
    await proxy.stop();
  });

  it('an API server behind TLS needs its key', async () => {
    const kube = { url: 'https://127.0.0.1:1', token: '', certificateAuthority: '' };
    await expect(startFaultProxy({ kube, aws: {} })).rejects.toThrow('give the path of the API server');
  });
});
