import { createDenials } from '../../src/aws/engine/denials.ts';
import { guardCalls } from '../../src/aws/engine/guarded-call.ts';
import { createKnown } from '../../src/aws/engine/known.ts';
import { createListSizes } from '../../src/aws/engine/list-sizes.ts';
import { createSecretCalls } from '../../src/aws/engine/secret-calls.ts';
import { createSecretLane } from '../../src/aws/engine/secret-lane.ts';
import type { Need } from '../../src/aws/planner/need.ts';
import { createRates } from '../../src/aws/rates/rates.ts';
import { createBreaker } from '../../src/aws/regions/breaker.ts';
import { createFakeClock } from './fake-clock.ts';
import { fakeSecretsManager } from './fake-secrets-manager.ts';

const REGION = 'eu-west-1';

/** One lane over Secrets Manager in memory, in virtual time. `s0`, `s1`, … are there, each in version `v0`, `v1`, …. */
export function laneWorld(n: number) {
  const clock = createFakeClock();
  const service = fakeSecretsManager();
  for (let i = 0; i < n; i += 1) service.secrets.set(`prod/s${i}`, { stages: { AWSCURRENT: `v${i}` } });
  const denied: string[] = [];
  const metrics = {
    ...{ called: () => undefined, throttled: () => undefined, decrypted: () => undefined, shared: () => undefined },
    ...{ breaker: () => undefined, denied: (operation: string) => denied.push(operation) },
  };
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: () => undefined });
  const guards = { region: REGION, account: 'own', clock, rates: createRates(clock), breaker, metrics };
  const guarded = guardCalls(guards, () => service.describe('probe'));
  const [known, denials, listSizes] = [createKnown(clock), createDenials(clock), createListSizes(clock)];
  const calls = createSecretCalls({
    ...{ region: REGION, service, guarded, known, denials, listSizes, metrics, onDenied: () => undefined },
  });
  const upcoming: Need[] = [];
  const lane = createSecretLane({
    ...{ clock, calls, known, denials, listSizes, upcoming: () => upcoming, onShared: () => undefined },
  });
  const need = (i: number, part: Partial<Need> = {}): Need => ({
    ...{ secretId: `prod/s${i}`, version: { stage: 'AWSCURRENT' }, wants: 'version', mayLag: true },
    ...{ excluded: new Set(), isFirst: false, ...part },
  });
  const question = (freshAfter = clock.monotonic(), intervalMs: number | undefined = 60_000) => ({
    freshAfter,
    intervalMs,
  });
  const settle = async <T>(all: readonly Promise<T>[]): Promise<readonly T[]> => {
    let isDone = false;
    const done = Promise.all(all).finally(() => {
      isDone = true;
    });
    for (let turns = 0; !isDone && turns < 1_000; turns += 1) {
      await new Promise(setImmediate);
      if (!isDone) clock.advance(1);
    }
    return await done;
  };
  const versions = async (of: readonly Need[], asked = question()) =>
    (await settle(of.map(each => lane.version(each, asked)))).map(told =>
      'answer' in told ? told.answer.versionId : told.is.reason,
    );
  const values = async (of: readonly Need[], asked = question()) =>
    (await settle(of.map(each => lane.value({ ...each, wants: 'value' }, asked)))).map(told =>
      'answer' in told ? told.answer.versionId : told.is.reason,
    );
  const all = (from: number, to: number, part: Partial<Need> = {}): readonly Need[] =>
    Array.from({ length: to - from }, (_, i) => need(from + i, part));
  const made = (): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const call of service.calls.splice(0)) {
      const action = call.split(' ')[0] ?? '';
      counts[action] = (counts[action] ?? 0) + 1;
    }
    return counts;
  };
  return { clock, service, lane, known, need, all, versions, values, made, upcoming, question, settle, denied };
}
