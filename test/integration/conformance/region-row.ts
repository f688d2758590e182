import type { Fault } from '../../support/fault-proxy/fault-types.ts';
import type { Region } from '../setup.ts';
import type { As, Names, Stored } from './row.ts';

export const PRIMARY = 'eu-west-1' satisfies Region;
export const SECONDARY = 'eu-central-1' satisfies Region;

/** What does not work, for everybody who asks there. Without a service: both, and STS. */
export interface Failure {
  readonly region: Region;
  readonly service?: 'secretsmanager' | 'ssm';
  /** `black hole`: connections are taken, and nothing comes back. */
  readonly by: Fault | 'black hole';
}

/** One case with two regions, at a first sync. */
export interface RegionRow {
  /** As the peer calls it; `-` for one that it does not have. */
  readonly case: string;
  readonly why: string;
  readonly as: readonly As[];
  /** In both regions, in equal versions. */
  readonly stored?: Stored;
  readonly only?: Readonly<Partial<Record<Region, Stored>>>;
  readonly failures?: readonly Failure[];
  spec(names: Names): object;
  readonly expects: RegionOutcome;
}

export type RegionOutcome =
  | {
      readonly kind: 'synced';
      readonly data: Readonly<Record<string, string>>;
      /** Who gave each kind of source; only they are asked, unless others failed. */
      readonly secrets?: Region;
      readonly parameters?: Region;
    }
  | {
      readonly kind: 'failed';
      readonly ready: 'False' | 'Unknown';
      readonly reason: string;
      readonly says: readonly string[];
      /** Whether the secondary is not even asked. */
      readonly isFinal: boolean;
    }
  /** By the API server. */
  | { readonly kind: 'rejected'; readonly says: string };
