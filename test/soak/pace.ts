/** Lets edits through as fast as their watch events arrive, and no faster. */
export interface Pace {
  /** Whether more may be sent now. */
  mayGoOn(): boolean;
  sent(count: number): void;
}

/** So many may be on their way. */
const MAX_BEHIND = 300;
/** Some events never come: what a watch missed is listed. After this long what is on its way is taken for lost. */
const FORGIVEN_AFTER_MS = 2_000;

/** `received`: how many events have arrived so far, those of other writes too. */
export function createPace(received: () => number, now: () => number): Pace {
  let since = { receivedBefore: received(), sent: 0, at: now() };
  return {
    mayGoOn() {
      const arrived = received() - since.receivedBefore;
      if (since.sent - arrived < MAX_BEHIND) return true;
      if (now() - since.at < FORGIVEN_AFTER_MS) return false;
      since = { receivedBefore: received(), sent: 0, at: now() };
      return true;
    },
    sent(count) {
      // Anew from time to time, so that events of other writes make no credit.
      if (now() - since.at >= FORGIVEN_AFTER_MS) since = { receivedBefore: received(), sent: 0, at: now() };
      since.sent += count;
    },
  };
}
