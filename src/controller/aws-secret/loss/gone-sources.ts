/** How long a source has been deleted in AWS, as far as this process has seen; monotonic milliseconds. */
export interface Gone {
  /** Of the AwsSecret. */
  readonly uid: string;
  readonly since: number;
  readonly lastSeen: number;
  readonly times: number;
}

/** So often, and for so long, AWS has to say it: a secret that is made anew, or restored, is not gone. */
const TIMES = 3;
const FOR_MS = 600_000;
/** Looks that follow each other at once are one. */
const APART_MS = 30_000;
/** Longer than the pause between two looks ever is: what was suspended meanwhile has not been seen to be gone. */
const LATEST_MS = 900_000;

/** What is known after AWS has said again that all sources of that AwsSecret are deleted. */
export function goneAgain(before: Gone | undefined, uid: string, now: number): Gone {
  if (before?.uid !== uid || now - before.lastSeen > LATEST_MS) return { uid, since: now, lastSeen: now, times: 1 };
  if (now - before.lastSeen < APART_MS) return before;
  return { uid, since: before.since, lastSeen: now, times: before.times + 1 };
}

/** Whether the Secret may follow its sources. */
export function isSurelyGone({ since, lastSeen, times }: Gone): boolean {
  return times >= TIMES && lastSeen - since >= FOR_MS;
}
