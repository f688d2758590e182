import { type Clock, createDeadline } from '../../controller/runtime/clock.ts';

/** What `run` gives, or a rejection as soon as `ms` have passed, whether or not `run` heeds its signal. */
export async function withinDeadline<T>(
  clock: Clock,
  ms: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = createDeadline(clock, ms);
  const { promise: expired, reject } = Promise.withResolvers<never>();
  deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason), { once: true });
  try {
    return await Promise.race([run(deadline.signal), expired]);
  } finally {
    deadline.end();
  }
}
