import type { ObjectCounts, Rest, Sample } from './sample.ts';

/** One figure at the beginning and at the end. */
export interface Comparison {
  readonly figure: Figure;
  readonly first: number;
  readonly last: number;
  /** How much more it is, as a share of the first: 0.05 is 5 %. */
  readonly growth: number;
  /** Undefined where none is set: it is only told. */
  readonly limit: number | undefined;
  readonly isWithin: boolean;
}

type Sampled = 'heapBytes' | 'externalBytes' | 'rssBytes' | 'sockets' | 'files';
type Figure = Sampled | keyof ObjectCounts;

/** The share by which a figure may differ. */
const LIMIT = 0.05;
/** `growth`: it may become less; `difference`: it may not, because what is gone is missed; `none`: whatever it is. */
const BOUNDS: Readonly<Record<Figure, 'growth' | 'difference' | 'none'>> = {
  heapBytes: 'growth',
  externalBytes: 'growth',
  // What the allocator keeps of what is free says nothing about the program.
  rssBytes: 'none',
  sockets: 'difference',
  files: 'difference',
  timers: 'difference',
  signals: 'growth',
};

/**
 * Compares two rests of one process in the same state: the same objects, no load, new connections. Of several samples the
 * median counts. Throws for none.
 */
export function compare(first: Rest, last: Rest): readonly Comparison[] {
  return (Object.keys(BOUNDS) as Figure[]).map(figure => {
    const [a, b] = [figureOf(first, figure), figureOf(last, figure)];
    const growth = a === b ? 0 : (b - a) / a;
    const bound = BOUNDS[figure];
    const isWithin = bound === 'none' || (bound === 'growth' ? growth : Math.abs(growth)) <= LIMIT;
    return { figure, first: a, last: b, growth, limit: bound === 'none' ? undefined : LIMIT, isWithin };
  });
}

function figureOf({ samples, objects }: Rest, figure: Figure): number {
  if (figure === 'timers' || figure === 'signals') return objects[figure];
  return median(samples.map((sample: Sample) => sample[figure]));
}

/** The mean of the middle two of an even number. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('no samples: nothing measured is not nothing found');
  return (low + high) / 2;
}
