/** Shut while at least one hole is open behind it. */
export interface Gate {
  readonly isShut: boolean;
  /** Returns the function that ends this hole. Idempotent. */
  shut(): () => void;
  /** Resolves when nothing holds it shut. */
  opened(): Promise<void>;
}

export function createGate(): Gate {
  const holes = new Set<Promise<void>>();
  return {
    get isShut() {
      return holes.size > 0;
    },
    shut() {
      const { promise, resolve } = Promise.withResolvers<void>();
      holes.add(promise);
      return () => {
        holes.delete(promise);
        resolve();
      };
    },
    async opened() {
      while (holes.size > 0) await Promise.all(holes);
    },
  };
}
