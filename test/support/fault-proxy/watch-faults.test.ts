import { get } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../poll.ts';
import {
  cutAfter,
  dropBookmarks,
  duplicateEvents,
  endAfter,
  gone,
  holdEvents,
  KUBE_CANARY,
  loseAnswer,
  stallAfter,
  truncate,
} from './fault.ts';
import { createGate } from './gate.ts';
import { useTinyWorld, WAIT } from './tiny-world.ts';

interface Watch {
  /** What has arrived so far, then how it ended. */
  readonly seen: string;
  close(): void;
}

describe('watches', () => {
  const world = useTinyWorld();
  beforeEach(async () => {
    await until('no watch is open', WAIT, () => world.upstream.watches === 0);
  });

  // Not fetch: what has arrived before a connection breaks, it may drop.
  const watch = (): Watch => {
    let seen = '';
    const end = (how: string): void => {
      if (!seen.endsWith('>')) seen += how;
    };
    const request = get(`${world.proxy.kube.url}/api/v1/secrets?watch=true`, { agent: false }, response => {
      response.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      response.on('end', () => end('<end>')).on('error', () => end('<broken>'));
    });
    request.on('error', () => end('<broken>'));
    return {
      get seen() {
        return seen;
      },
      close: () => request.destroy(),
    };
  };
  const opened = () => until('the server has the watch', WAIT, () => world.upstream.watches === 1);
  const expectSeen = async (watched: Watch, text: string): Promise<void> => {
    await until(`it sees ${text}`, WAIT, () => watched.seen.length >= text.length).catch(() => undefined);
    expect(watched.seen).toBe(text);
  };

  it('events pass as they come, and the real watch ends with its watcher', async () => {
    const watched = watch();
    await opened();
    world.upstream.tell('1');
    await expectSeen(watched, '"1"\n');
    world.upstream.tell('2', '3');
    await expectSeen(watched, '"1"\n"2"\n"3"\n');
    expect(world.proxy.calls.at(-1)).toMatchObject({ verb: 'watch', outcome: { status: 200, upstream: [200] } });
    watched.close();
    await until('the real watch has ended', WAIT, () => world.upstream.watches === 0);
  });

  it('the real server breaks it off: so does the proxy', async () => {
    const watched = watch();
    await opened();
    world.upstream.tell('1');
    await expectSeen(watched, '"1"\n');
    world.upstream.breakWatches();
    await expectSeen(watched, '"1"\n<broken>');
  });

  const rows = [
    { why: 'cut between two events', fault: cutAfter(2), seen: '"1"\n"2"\n<broken>' },
    { why: 'cut before any event', fault: cutAfter(0), seen: '<broken>' },
    { why: 'ended in good order', fault: endAfter(1), seen: '"1"\n<end>' },
    { why: 'cut within an event', fault: truncate(), seen: '"1<broken>' },
    { why: 'lost when it is opened', fault: loseAnswer(), seen: '<broken>' },
  ];
  it.each(rows)('$why', async ({ fault, seen }) => {
    world.inject(fault, () => true, 1);
    const watched = watch();
    await until('it is met', WAIT, () => world.upstream.watches === 1 || watched.seen !== '');
    world.upstream.tell('1', '2', '3');
    await expectSeen(watched, seen);
    await until('the real watch has ended', WAIT, () => world.upstream.watches === 0);
  });

  it('gone: an event says that the version is too old, and the watch ends', async () => {
    world.inject(gone(1));
    const watched = watch();
    await opened();
    world.upstream.tell('1', '2');
    await until('it ends', WAIT, () => watched.seen.endsWith('<end>'));
    const [first, error] = watched.seen.split('\n');
    expect(first).toBe('"1"');
    expect(JSON.parse(error ?? '')).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, message: KUBE_CANARY },
    });
  });

  it('stall: nothing more comes, and the connection stays open', async () => {
    world.inject(stallAfter(1));
    const watched = watch();
    await opened();
    world.upstream.tell('1', '2');
    await expectSeen(watched, '"1"\n');
    await until('the real watch has ended', WAIT, () => world.upstream.watches === 0);
    expect(watched.seen).toBe('"1"\n');
    expect(world.proxy.sockets.open.kube).toBeGreaterThan(0);
    watched.close();
  });

  it('held: events come in order once the gate is open, and are held again when it is shut', async () => {
    const gate = createGate();
    world.inject(holdEvents(gate));
    const watched = watch();
    await opened();
    world.upstream.tell('1');
    await expectSeen(watched, '"1"\n');
    const open = gate.shut();
    world.upstream.tell('2', '3');
    const other = watch();
    await until('another watch is open', WAIT, () => world.upstream.watches === 2);
    other.close();
    expect(watched.seen).toBe('"1"\n');
    open();
    await expectSeen(watched, '"1"\n"2"\n"3"\n');
    gate.shut();
    world.upstream.tell('4');
    watched.close();
    await until('the real watch has ended', WAIT, () => world.upstream.watches === 0);
    expect(world.proxy.calls.at(-2)).toMatchObject({ outcome: { status: 200, fault: 'events' } });
  });

  const bookmark = { type: 'BOOKMARK', object: {} };
  const changed = [
    { why: 'bookmarks are dropped', fault: dropBookmarks(), seen: '"1"\n"2"\n' },
    { why: 'each event comes twice', fault: duplicateEvents(), seen: '"1"\n"1"\nb\nb\n"2"\n"2"\n' },
  ];
  it.each(changed)('$why', async ({ fault, seen }) => {
    world.inject(fault);
    const watched = watch();
    await opened();
    world.upstream.tell('1', bookmark, '2');
    await expectSeen(watched, seen.replaceAll('b', JSON.stringify(bookmark)));
    world.upstream.breakWatches();
    await until('it breaks with the real one', WAIT, () => watched.seen.endsWith('<broken>'));
  });

  it('faults of watches meet nothing else', async () => {
    world.inject(gone());
    expect((await fetch(`${world.proxy.kube.url}/api/v1/secrets`)).status).toBe(200);
  });
});
