/** What one process holds at a moment, its garbage collected before. */
export interface Sample {
  /** Since the process began. */
  readonly seconds: number;
  /** Watch events received so far. */
  readonly events: number;
  /** Watches that were answered so far, and how many collections they follow: the others are reconnects. */
  readonly watches: number;
  readonly collections: number;
  readonly heapBytes: number;
  /** Beside the heap, on its account: buffers among them. */
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly sockets: number;
  /** Open file descriptors of all kinds, sockets too. */
  readonly files: number;
  /** What would keep the process alive, by its type: `process.getActiveResourcesInfo()`. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Objects that somebody holds. To count them stops the process for a second, which leaves traces in later samples. */
export interface ObjectCounts {
  /** Whether they keep the process alive or not. */
  readonly timers: number;
  readonly signals: number;
}

/** What a process without anything to do holds. */
export interface Rest {
  readonly samples: readonly Sample[];
  /** The least of several counts. */
  readonly objects: ObjectCounts;
}

/** How many watches were opened beyond the first of each collection. */
export function reconnects({ watches, collections }: Pick<Sample, 'watches' | 'collections'>): number {
  return watches - collections;
}
