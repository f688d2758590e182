import { expect, test } from 'vitest';
import { refusal } from './hardening.ts';

const refused = [
  { flags: ['--inspect'], says: '--inspect', why: 'the plain form' },
  { flags: ['--no-warnings', '--inspect-brk=0'], says: '--inspect-brk', why: 'among others, with a port' },
  { flags: ['--inspect_wait'], says: '--inspect-wait', why: 'Node takes _ for - too' },
  { flags: ['--heapsnapshot-signal=SIGUSR2'], says: '--heapsnapshot-signal', why: 'a heap snapshot holds every value' },
  { flags: ['--heapsnapshot-near-heap-limit=1'], says: 'NODE_OPTIONS', why: 'it says where to take it out' },
];

for (const { flags, says, why } of refused) {
  test(`${flags.join(' ')} is refused: ${why}`, () => expect(refusal(flags, false)).toContain(says));
}

test('an open inspector is refused, however it was opened', () => {
  expect(refusal([], true)).toContain('inspector');
});

const accepted = [
  { flags: [], why: 'no flag' },
  { flags: ['--disable-sigusr1', '--max-old-space-size=200', ''], why: 'what the image and its users set' },
  { flags: ['--require=./my--inspect.js', '--title=a_b'], why: 'a value is no flag' },
];

for (const { flags, why } of accepted) {
  test(`[${flags.join(' ')}] is accepted: ${why}`, () => expect(refusal(flags, false)).toBeUndefined());
}
