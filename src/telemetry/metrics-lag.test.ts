import { expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createMetrics } from './metrics.ts';

test('of the lag of the event loop only what costs nothing between two scrapes is measured', async () => {
  const text = await createMetrics(createFakeClock()).registry.metrics();
  const names = [...text.matchAll(/^# TYPE (nodejs_eventloop_\S+)/gm)].map(([, name]) => name);
  expect(names).toEqual(['nodejs_eventloop_lag_seconds']);
});
