import type { Clock } from '../../controller/runtime/clock.ts';
import { nameOf } from '../regions/arn.ts';
import type { SecretMetadata } from '../services/ports.ts';
import { matches } from '../services/secret-id.ts';

export interface HeardSecret extends SecretMetadata {
  /** Monotonic milliseconds at which the list was asked for. */
  readonly observedAt: number;
}

/**
 * What a list has told of secrets that nobody had asked for yet: after a start, or when a region takes over, thousands
 * are about to, twenty at a time, and need not be listed again for each twenty.
 */
export interface Heard {
  hear(secret: SecretMetadata, observedAt: number): void;
  of(secretId: string): HeardSecret | undefined;
}

/** Long enough for every AwsSecret that is due. */
const KEPT_MS = 60_000;
/** Of an account full of secrets that are nobody's here, the last ones that were heard of. */
const MOST = 10_000;

export function createHeard(clock: Clock): Heard {
  /** In the order in which they were heard of. */
  const byName = new Map<string, HeardSecret>();
  let isForgetting = false;

  const forget = (): void => {
    const tooOld = clock.monotonic() - KEPT_MS;
    for (const [name, { observedAt }] of byName) {
      if (observedAt > tooOld && byName.size <= MOST) break;
      byName.delete(name);
    }
  };
  const forgetLater = (): void => {
    isForgetting = byName.size > 0;
    if (!isForgetting) return;
    clock.schedule(KEPT_MS, () => {
      forget();
      forgetLater();
    });
  };
  return {
    hear({ arn, name, stages, isDeleted }, observedAt) {
      byName.delete(name);
      byName.set(name, { arn, name, stages, isDeleted, observedAt });
      if (byName.size > MOST) forget();
      if (!isForgetting) forgetLater();
    },
    of(secretId) {
      const found = byName.get(nameOf(secretId));
      return found !== undefined && matches(secretId, found) ? found : undefined;
    },
  };
}
