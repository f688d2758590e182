import { expect, it } from 'vitest';
import { ELECTION_FLAGS } from './operator.ts';
import { startReplica } from './replica.ts';
import { createPause, PAUSE_TEST_MS, untilPaused } from './stopped.ts';

it(
  'a leader that is stopped for minutes is replaced; when it wakes it changes nothing, and ends',
  async () => {
    const namespace = 'stopped-leader';
    const pause = await createPause(namespace);
    const leader = await startReplica({ namespace, args: ELECTION_FLAGS });
    await leader.expectOutput('"msg":"leading"');
    const standby = await startReplica({ namespace, args: ELECTION_FLAGS });
    await standby.expectOutput('"msg":"standing by"');
    await pause.begin();

    leader.child.kill('SIGSTOP');
    leader.proxy.disconnect('kube');
    await pause.change();
    await standby.expectOutput('"msg":"leading"');
    await pause.expectConverged();
    await untilPaused();
    const [woken, before] = [leader.proxy.calls.length, await pause.versions()];
    leader.child.kill('SIGCONT');

    expect(await leader.exited).toEqual([1, null]);
    expect(leader.output()).toContain('"msg":"leadership lost"');
    const written = leader.proxy.calls.slice(woken).filter(call => call.target === 'kube' && call.isWrite);
    expect(written).toEqual([]);
    await pause.expectConverged();
    expect(await pause.versions(), 'what the other has written stays as it was').toEqual(before);
  },
  PAUSE_TEST_MS,
);
