import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createSharing } from './sharing.ts';

test('what it returns is what it was given, at any depth and of any kind', () => {
  const json = '{"a":"x","b":[{"c":"x","d":null},"x",7,true,[]],"e":{"f":{"g":"y"}}}';
  const object = JSON.parse(json);
  expect(createSharing(createFakeClock()).texts(object)).toBe(object);
  expect(JSON.stringify(object)).toBe(json);
});

test('what it knows is forgotten, so that nothing is held for objects that are gone', () => {
  const clock = createFakeClock();
  const share = createSharing(clock);
  share.texts({ a: 'x' });
  share.texts({ a: 'y' });
  expect(clock.timers, 'one timer, however much arrives').toBe(1);
  share.whole({ a: 'y' });
  clock.advance(60_000);
  expect(clock.timers, 'and none while nothing does').toBe(0);
  share.texts({ a: 'x' });
  expect(clock.timers).toBe(1);
});

test('an object that is the same for many is held once, for a while', () => {
  const clock = createFakeClock();
  const share = createSharing(clock);
  const first = share.whole({ restart: 'All', metadata: {} });
  expect(share.whole({ restart: 'All', metadata: {} })).toBe(first);
  expect(share.whole({ restart: 'None', metadata: {} })).toEqual({ restart: 'None', metadata: {} });
  clock.advance(60_000);
  expect(share.whole({ restart: 'All', metadata: {} })).not.toBe(first);
});
