import type { Observer } from './observer.ts';
import type { OperatorProcess } from './operator-process.ts';
import type { Passwords, Standin } from './standin.ts';

/** What the phases of a run measure: the operator, what it asks, and what it has written. */
export interface Subject {
  readonly operator: OperatorProcess;
  /** One for each region, the primary first. */
  readonly standins: readonly [Standin, ...Standin[]];
  readonly observer: Observer;
}

/** Throws when the operator is gone or a watch has ended: no figure can come of it any more. */
export async function assertMeasurable({ operator, observer }: Omit<Subject, 'standins'>): Promise<void> {
  await operator.assertAlive();
  observer.assertWatching();
}

/** The name of the AwsSecret that reads a secret, and of its Secret: the last part of the secret's. */
export function objectName(secretId: string): string {
  return secretId.slice(secretId.lastIndexOf('/') + 1);
}

/**
 * When each Secret was first seen with the password that AWS holds, on the clock of `performance.now()`, by the
 * Secret's name. Undefined until all of `passwords` are there.
 */
export function arrivals(observer: Observer, passwords: Passwords): ReadonlyMap<string, number> | undefined {
  const arrived = new Map<string, number>();
  for (const [secretId, password] of Object.entries(passwords)) {
    const name = objectName(secretId);
    const sighting = observer.secrets.get(name);
    if (sighting?.password !== password) return undefined;
    arrived.set(name, sighting.atMs);
  }
  return arrived;
}
