import type { Cluster } from '../cluster/cluster.ts';
import type { Kubectl } from './kubectl.ts';
import { operatorLog } from './operator.ts';
import type { Stage } from './stage.ts';

/** What a step of the story is about, for who wants to know why it failed. */
export interface Subject {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly namespace: string;
  /** What to ask kubectl about it. */
  readonly question: readonly string[];
}

/** A step of the story that failed. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly subject: Subject | undefined;

  constructor(title: string, cause: unknown, subject: Subject | undefined) {
    super(`The step "${title}" failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.subject = subject;
  }
}

/** Says what failed, and shows the objects that it is about, their events, and the end of the operator's log. */
export async function reportFailure({ narrator, directory }: Stage, error: unknown): Promise<void> {
  narrator.failure(error instanceof Error ? error.message : String(error));
  if (!(error instanceof StepError) || error.subject === undefined) return;
  const { cluster, kubectl, namespace, question } = error.subject;
  const show = async (command: string, lines: number, read: () => Promise<string>): Promise<void> => {
    const output = await read().catch((problem: Error) => problem.message);
    narrator.quote(command, output.trimEnd().split('\n').slice(-lines).join('\n'));
  };
  const ask = (lines: number, ...args: string[]) =>
    show(`kubectl ${args.join(' ')}`, lines, () => kubectl.run(...args));
  await ask(100, ...question, '--namespace', namespace);
  await ask(20, 'get', 'events', '--namespace', namespace, '--sort-by=.metadata.creationTimestamp');
  const log = operatorLog(cluster, directory);
  await show(log.command, 20, () => log.read(kubectl));
}
