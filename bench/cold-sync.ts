import { until } from '../test/support/poll.ts';
import type { Passwords } from './standin.ts';
import type { Calls } from './standin-counts.ts';
import { arrivals, assertMeasurable, type Subject } from './subject.ts';

/** Seconds run from the start of the operator's process. */
export interface ColdSync {
  readonly readyS: number;
  readonly firstS: number;
  readonly coldS: number;
  readonly coldCpuS: number;
  readonly settledS: number;
  readonly settledCpuS: number;
  /** VmHWM when every status was written. */
  readonly settledPeakRssMib: number;
  readonly calls: Calls;
}

/** As often as /proc counts CPU time, so that it is read when the last object arrives. */
const INTERVAL_MS = 10;

/** Waits until every Secret holds what AWS holds, then until every AwsSecret says so too. */
export async function measureColdSync(subject: Subject, passwords: Passwords): Promise<ColdSync> {
  const { operator, observer, standins } = subject;
  const n = Object.keys(passwords).length;
  // A minute, and what an operator that writes 20 objects a second needs.
  const options = { timeoutMs: 60_000 + n * 50, intervalMs: INTERVAL_MS };
  const seconds = (atMs: number) => (atMs - operator.startedAtMs) / 1000;

  const arrived = await until(`${n} Secrets: hold what AWS holds`, options, async () => {
    await assertMeasurable(subject);
    return observer.secrets.size >= n ? arrivals(observer, passwords) : undefined;
  });
  const coldCpuS = operator.cpuSeconds();
  await until(`${n} AwsSecrets: Ready`, options, async () => {
    await assertMeasurable(subject);
    return observer.readyAtMs.size >= n;
  });
  const settledCpuS = operator.cpuSeconds();
  const settledPeakRssMib = await operator.peakRssMib();
  const times = [...arrived.values()];
  return {
    readyS: await operator.ready,
    firstS: seconds(Math.min(...times)),
    coldS: seconds(Math.max(...times)),
    coldCpuS,
    settledS: seconds(Math.max(...observer.readyAtMs.values(), ...times)),
    settledCpuS,
    settledPeakRssMib,
    calls: await standins[0].counts(),
  };
}
