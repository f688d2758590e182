import { expect, test } from 'vitest';
import { REASONS } from '../../crds/reasons.ts';
import { regionEvent } from './events.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'ops', name: 'operator-0', uid: 'pod-uid' } };
const NOW = Date.parse('2030-01-01T00:00:00Z');

const rows = [
  {
    why: 'a region that falls silent is a warning',
    change: { service: 'secretsmanager', region: 'eu-west-1', isAnswering: false },
    says: { type: 'Warning', reason: 'RegionUnavailable' },
    words: ['Secrets Manager', 'eu-west-1', 'another region'],
  },
  {
    why: 'its return is good news',
    change: { service: 'ssm', region: 'eu-central-1', isAnswering: true },
    says: { type: 'Normal', reason: 'RegionRecovered' },
    words: ['Parameter Store', 'eu-central-1', 'again'],
  },
  {
    why: 'a service of another name is called by it',
    change: { service: 'sqs', region: 'eu-west-1', isAnswering: true },
    says: { reason: 'RegionRecovered' },
    words: ['AWS sqs'],
  },
];

for (const { why, change, says, words } of rows) {
  test(`${why}, told of the operator's pod`, () => {
    const event = regionEvent(pod, change, NOW);
    expect(event).toMatchObject({ ...says, action: 'Read', regarding: pod.metadata });
    expect(event.regardingKind).toEqual({ apiVersion: 'v1', kind: 'Pod' });
    for (const word of words) expect(event.note).toContain(word);
    expect(REASONS[event.reason].in).toBe('event');
  });
}

test('each change-over is an event of its own', () => {
  const change = { service: 'ssm', region: 'eu-west-1', isAnswering: false };
  const causes = [
    regionEvent(pod, change, NOW),
    regionEvent(pod, change, NOW + 1),
    regionEvent(pod, { ...change, region: 'eu-central-1' }, NOW),
    regionEvent(pod, { ...change, service: 'secretsmanager' }, NOW),
  ].map(({ cause }) => cause);
  expect(new Set(causes).size).toBe(causes.length);
});
