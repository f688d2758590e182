import type { SourceItem } from '../../controller/aws-secret/ports.ts';
import type { Result } from '../../controller/runtime/error.ts';
import type { Asked } from '../engine/answer.ts';
import type { Lane } from '../engine/lanes.ts';

/** What a region has told of a source. */
export interface Told {
  readonly versionId: string;
  /** The version that was current before; undefined where the call does not tell. */
  readonly previous?: string | undefined;
  /** RFC 3339; undefined where the call does not tell. */
  readonly createdTime: string | undefined;
  /** Monotonic milliseconds. */
  readonly observedAt: number;
}

/** `bytes` are undefined of a secret that has no value. */
export interface ToldItem {
  readonly name: string;
  readonly bytes: Uint8Array | undefined;
}

/** Those of them that have a value. */
export function filledOf(items: readonly ToldItem[]): readonly SourceItem[] {
  return items.flatMap(({ name, bytes }) => (bytes === undefined ? [] : [{ name, bytes }]));
}

export interface ToldValue extends Told {
  readonly items: readonly ToldItem[];
}

export type Read<T extends Told> = (lane: Lane, region: string) => Promise<Asked<T>>;

/** How one kind of source is read from a region. */
export interface Reading {
  readonly version: Read<Told>;
  readonly value: Read<ToldValue>;
  /** Whether a secondary region may be believed. */
  accept(lane: Lane, region: string, told: Told): Promise<boolean>;
  /** What the Secret is made of, or why it cannot be. */
  fill(items: readonly ToldItem[], region: string): Result<readonly SourceItem[]>;
}
