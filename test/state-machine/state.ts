import type { LiveAwsSecret } from '../integration/objects.ts';
import { until } from '../support/poll.ts';
import type { Hand } from './hand.ts';
import { changes } from './model/changes.ts';
import { changeDifferences, keptOf, secretDifferences, statusDifferences } from './model/differences.ts';
import { type Spec, targetOf } from './model/spec.ts';
import { judge, type Scene, type Verdict } from './model/verdict.ts';
import type { Seen } from './sight.ts';

/** A state in which AWS, AwsSecret and Secrets agree, and what it looks like. */
export interface State {
  readonly spec: Spec;
  readonly scene: Scene;
  readonly seen: Seen & { readonly awsSecret: LiveAwsSecret };
}

/** What shows that the operator has dealt with what was done last. */
export interface Waiting {
  /** That the AwsSecret must have at least. */
  readonly generation?: number | undefined;
  /** A refresh that was asked for, which a sync that succeeds must have served. */
  readonly request?: string;
  /** Versions of the target that are not yet put right. */
  readonly not?: readonly (string | undefined)[];
}

export interface Reach {
  /** Waits for what `verdict` says of `spec`, and that nothing else has changed since `before`. Rejects with what differs. */
  reach(spec: Spec, scene: Scene, verdict: Verdict, waiting: Waiting, before?: State): Promise<State>;
  /** Waits until what was refused is taken back, as if it had never been. */
  revert(before: State, scene: Scene, waiting: Waiting): Promise<State>;
}

/** No state may take longer than `timeoutMs` to be reached. */
export function createReach(hand: Hand, timeoutMs: number): Reach {
  const reach: Reach['reach'] = async (spec, scene, verdict, waiting, before) => {
    const secrets = verdict.kind === 'holds' ? verdict.secrets : scene.secrets;
    const differences = (seen: Seen): readonly string[] => [
      ...late(seen, verdict, waiting, targetOf(spec, scene.self.name).name, scene.self.uid),
      ...(seen.awsSecret === undefined ? [] : statusDifferences(verdict, spec, seen.awsSecret, seen.secrets)),
      ...secretDifferences(secrets, seen.secrets),
    ];
    const isReached = (): boolean => differences(hand.glimpse()).length === 0;
    await until('it is as declared', { timeoutMs }, isReached).catch(error => {
      const seen = hand.glimpse();
      const status = JSON.stringify(seen.awsSecret?.status);
      throw new Error(`${error}: ${differences(seen).join('; ')}; status: ${status}; wanted: ${format(verdict)}`);
    });
    const seen = await hand.look();
    const live = differences(seen);
    if (live.length > 0) throw new Error(`it was as declared, and is no more: ${live.join('; ')}`);
    if (before !== undefined) assertNothingElse(verdict, before.seen, seen);
    return { spec, scene: { ...scene, secrets }, seen };
  };
  return {
    reach,
    async revert(before, scene, waiting) {
      const after = await reach(before.spec, scene, judge(before.spec, scene), waiting, before);
      const [kept, found] = [before, after].map(({ seen }) => keptOf(seen.awsSecret, seen.secrets));
      assertSame('what was taken back left something changed', kept, found);
      return after;
    },
  };
}

function assertNothingElse({ kind }: Verdict, before: Seen, after: Seen): void {
  const told = changeDifferences(before.secrets, after.secrets);
  if (told.length > 0) throw new Error(told.join('; '));
  if (kind !== 'holds') assertSame('what was refused changed a Secret', before.secrets, after.secrets);
}

/** What the operator, or the watch, has still to bring. */
function late(
  seen: Seen,
  { kind }: Verdict,
  { generation = 0, request, not = [] }: Waiting,
  target: string,
  uid: string,
): readonly string[] {
  const { metadata, status } = seen.awsSecret ?? {};
  const version = seen.secrets.get(target)?.metadata.resourceVersion;
  const isServed = kind !== 'holds' || request === undefined || status?.lastHandledRefreshRequest === request;
  return [
    ...(metadata?.uid === uid ? [] : ['the AwsSecret is another one']),
    ...((metadata?.generation ?? -1) >= generation ? [] : ['the AwsSecret is of a former generation']),
    ...(isServed ? [] : [`the request ${request} is not served`]),
    ...(not.length > 0 && not.includes(version) ? ['the Secret is not put right'] : []),
  ];
}

/** Throws an error that says `what`, and where the two differ. */
export function assertSame(what: string, before: unknown, after: unknown): void {
  const differing = changes(before, after);
  if (differing.length > 0) throw new Error(`${what}: ${differing.join('; ')}`);
}

function format(verdict: Verdict): string {
  return verdict.kind === 'refused' ? `refused for ${[...verdict.reasons].join(' or ')}` : verdict.kind;
}
