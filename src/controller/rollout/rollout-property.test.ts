import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Happening, type Script, simulateRollout } from '../../../test/support/simulated-rollout.ts';

/** Often close together, so that they meet; sometimes far apart, so that all comes to rest in between. */
const gapMs = fc.oneof(fc.nat(1_000), fc.nat(3_000), fc.nat(5_000), fc.nat(30_000));
const secret = fc.constantFrom('db' as const, 'db' as const, 'tls' as const);
const loss = fc.record({ gapMs, what: fc.constant('lose a pod' as const) });
const crashes = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }).map(steps => new Set(steps));
/** Of the lags of everything and of the order of what meets. */
const seed = fc.integer({ min: 1, max: 0x7f_ff_ff_fe });

/** Park and Miller's generator: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7f_ff_ff_ff;
    return state / 0x7f_ff_ff_ff;
  };
}

const write = (content: fc.Arbitrary<string>): fc.Arbitrary<Happening> =>
  fc.record({ gapMs, what: fc.record({ secret, content }) });

/** No more contents than a history holds: what was rolled for one that the history has lost is trusted. */
const comingBack = fc
  .array(fc.oneof(write(fc.constantFrom('a', 'b', 'c')), loss), { maxLength: 12, size: 'max' })
  .filter(happenings => happenings.filter(({ what }) => what !== 'lose a pod').length <= 4);
const everNew = fc.array(fc.oneof(write(fc.constant('')), loss), { maxLength: 12, size: 'max' }).map(happenings =>
  happenings.map(({ gapMs, what }, index): Happening => {
    return { gapMs, what: what === 'lose a pod' ? what : { ...what, content: `content-${index}` } };
  }),
);

const histories = [
  { why: 'contents that come and go', happenings: comingBack, maxWriteMs: 0 },
  {
    why: 'contents that are new each time, in writes that take up to five seconds',
    happenings: everNew,
    maxWriteMs: 5_000,
  },
];

for (const { why, happenings, maxWriteMs } of histories) {
  test(`one restart for each change, and no pod with older content in the end: ${why}`, {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(happenings, crashes, seed, async (happenings, crashes, seed) => {
        const script: Script = { happenings, crashes, maxWriteMs, random: randomOf(seed) };
        const { restarts, stale, wrongs } = await simulateRollout(script);
        expect(wrongs).toEqual([]);
        expect(stale, 'pods with older content').toEqual([]);
        expect(
          [...restarts].filter(([, count]) => count > 1),
          'repeated restarts',
        ).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
}
