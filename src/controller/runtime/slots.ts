/** So many at a time, in the order in which they came. */
export interface Slots {
  /** Resolves when there is one; `free` it afterwards. */
  take(): Promise<void>;
  free(): void;
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let left = count;
  return {
    take() {
      if (left === 0) return new Promise(resolve => void waiting.push(resolve));
      left -= 1;
      return Promise.resolve();
    },
    free() {
      const next = waiting.shift();
      if (next === undefined) left += 1;
      else next();
    },
  };
}
