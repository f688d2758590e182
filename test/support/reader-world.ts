import { createLanes } from '../../src/aws/engine/lanes.ts';
import { CredentialsError } from '../../src/aws/identity/credentials-error.ts';
import { createRates } from '../../src/aws/rates/rates.ts';
import { createReader } from '../../src/aws/reader/reader.ts';
import { createBreaker } from '../../src/aws/regions/breaker.ts';
import type { ParameterStore } from '../../src/aws/services/ports.ts';
import type { SourceRequest } from '../../src/controller/aws-secret/ports.ts';
import { aLog } from './builders.ts';
import { createFakeClock } from './fake-clock.ts';
import { type FakeSecretsManager, fakeSecretsManager, sdkError } from './fake-secrets-manager.ts';

/** What a region answers; else an error code. */
export type Answer = 'ok' | 'empty' | 'no stage' | 'timeout' | 'credentials' | 'no STS' | (string & {});
export const [WEST, CENTRAL] = ['eu-west-1', 'eu-central-1'];
const NO_PARAMETERS: ParameterStore = {
  getParameters: async names => ({ parameters: [], invalid: names }),
  getParametersByPath: async () => ({ parameters: [], nextToken: undefined }),
};

function thrown(answer: Answer): string | Error {
  if (answer === 'timeout') return 'TimeoutError';
  if (answer === 'credentials') return new CredentialsError(sdkError('AccessDenied', 403));
  if (answer === 'no STS') return new CredentialsError(sdkError('TimeoutError'));
  return answer;
}

/** Regions by name, and a reader over them in virtual time. */
export function readerOver(
  services: Readonly<Record<string, FakeSecretsManager>>,
  defaultRegions = Object.keys(services),
) {
  const clock = createFakeClock();
  const counted: string[] = [];
  const metrics = {
    ...{ throttled: () => undefined, decrypted: () => undefined, shared: () => undefined, breaker: () => undefined },
    denied: () => undefined,
    called: (operation: string, region: string, outcome: string) => counted.push(`${operation} ${region} ${outcome}`),
  };
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: () => undefined });
  const lanes = createLanes({
    ...{ clock, log: aLog().log, metrics, rates: createRates(clock), keyOf: () => 'own', upcoming: () => [] },
    // A region that is down is another test's business.
    breakerOf: () => ({ ...breaker, trouble: () => undefined }),
    servicesOf(_identity, region) {
      const secretsManager = services[region];
      if (secretsManager === undefined) throw new Error(`no region ${region}`);
      return { secretsManager, parameterStore: NO_PARAMETERS };
    },
  });
  const reader = createReader({ lanes, defaultRegions, clock });
  /** Lets time pass until there is an answer. */
  const wait = async <T>(answer: Promise<T>): Promise<T> => {
    let isDone = false;
    void answer.finally(() => {
      isDone = true;
    });
    for (let turns = 0; !isDone && turns < 1_000; turns += 1) {
      await new Promise(setImmediate);
      if (!isDone) clock.advance(1);
    }
    return await answer;
  };
  return { reader, clock, counted, wait };
}

/** Secrets Manager whose regions answer as told; `ok` gives version `v-<region>`. */
export function aws(
  answers: Readonly<Record<string, Answer>>,
  defaultRegions: readonly string[] = Object.keys(answers),
) {
  const services = Object.fromEntries(
    Object.entries(answers).map(([region, answer]) => {
      const service = fakeSecretsManager();
      const stages = answer === 'no stage' ? {} : { AWSCURRENT: `v-${region}`, AWSPREVIOUS: `before-${region}` };
      service.secrets.set('prod/db', { stages, ...(answer === 'empty' && { bytes: undefined }) });
      if (!['ok', 'empty', 'no stage'].includes(answer)) service.faults.set('*', thrown(answer));
      return [region, service];
    }),
  );
  const world = readerOver(services, [...defaultRegions]);
  const calls = (): readonly string[] =>
    Object.entries(services).flatMap(([region, service]) =>
      service.calls.map(call => `${region} ${call.split(' ')[1]}`),
    );
  return { ...world, calls };
}

export const request = (
  part: Partial<SourceRequest> = {},
  secretId = 'prod/db',
  versionStage = 'AWSCURRENT',
): SourceRequest => ({
  source: { kind: 'Secret', secretId, versionStage },
  identity: { namespace: 'shop', assumeRoles: [] },
  ...{ regions: [], freshAfter: 0, intervalMs: 60_000, consistency: 'Eventual' },
  ...part,
});
