/** Bound tokens are replaced by the kubelet well before they end; client-go reads them once a minute too. */
const AGE_MS = 60_000;

/** What `read` gives, kept for a minute; a failure is not kept. `renew` reads anew. */
export function kept<T>(monotonic: () => number, read: () => Promise<T>): (renew: boolean) => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return renew => {
    if (last !== undefined && !renew && monotonic() - last.at < AGE_MS) return last.value;
    const value = read();
    const reading = { at: monotonic(), value };
    last = reading;
    value.catch(() => {
      if (last === reading) last = undefined;
    });
    return value;
  };
}
