import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Provider } from '../cluster/cluster.ts';
import { cacheDirectory } from '../support/cache.ts';
import { readRecord, writeRecord } from '../support/process-record.ts';
import { createTeardown } from '../support/teardown.ts';
import { tellEpilogue } from './epilogue.ts';
import { reportFailure } from './failure.ts';
import { createNarrator } from './narrator.ts';
import { assertBuilt } from './operator.ts';
import type { Stage } from './stage.ts';
import { tellStory } from './story.ts';

const usage = `The story of a secret, in the terminal: a cluster, AWS, the operator, a rotation and what comes of it.

  node test/demo/main.ts [--once] [--provider kind|host|kwok]

  --once      ends when the story is told; without it everything stays up until Ctrl-C
  --provider  what the cluster is made of; without it the best that works here
`;

interface Invocation {
  readonly isOnce: boolean;
  readonly provider: Provider | undefined;
}

/** Throws an error that says what is wrong with the arguments. */
function readInvocation(): Invocation {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, provider: { type: 'string' } } });
  const provider = (['kind', 'host', 'kwok'] as const).find(known => known === values.provider);
  if (values.provider !== undefined && provider === undefined) {
    throw new Error(`--provider ${values.provider}: there is none of that name`);
  }
  return { isOnce: values.once ?? false, provider };
}

/** Resolves at the first signal to end, and aborts what is under way. Later ones change nothing: the end is on its way. */
function listenForEnd(story: AbortController): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        story.abort(new Error(`${signal} asked for the end`));
        resolve();
      });
    }
  });
}

/** Tells the story on a stage, and whatever comes leaves nothing running. Returns the exit code. */
async function perform(stage: Stage, { isOnce, provider }: Invocation, ended: Promise<void>): Promise<number> {
  const { narrator, teardown, signal } = stage;
  let code = 0;
  narrator.title('secrets-operator: a value in AWS becomes a Secret, and a rotation reaches the pod that uses it');
  try {
    await tellEpilogue(stage, await tellStory(stage, provider), isOnce);
    // A promise alone does not keep the process running.
    const timer = setInterval(() => undefined, 60_000);
    if (!isOnce) await ended;
    clearInterval(timer);
  } catch (error) {
    code = signal.aborted ? 130 : 1;
    if (!signal.aborted) await reportFailure(stage, error);
  }
  narrator.step('The end');
  narrator.say('Stopping everything');
  await teardown.run();
  narrator.say('Nothing of it runs any more');
  return code;
}

async function main(invocation: Invocation): Promise<number> {
  assertBuilt();
  const story = new AbortController();
  const ended = listenForEnd(story);
  const { stdout } = process;
  const narrator = createNarrator({
    write: text => stdout.write(text),
    isColoured: stdout.isTTY && !process.env['NO_COLOR'],
    now: () => performance.now(),
  });
  // A place of its own that does not change: so the next run finds what a killed one left.
  const directory = join(cacheDirectory(), 'demo');
  const owner = join(directory, 'owner');
  const running = readRecord(owner);
  if (running !== undefined) throw new Error(`process ${running} tells the story already: end it first`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeRecord(owner, process.pid);
  const code = await perform(
    { narrator, directory, teardown: createTeardown(), signal: story.signal },
    invocation,
    ended,
  );
  if (code === 1) narrator.say(`The logs stay in ${directory}`);
  rmSync(code === 1 ? owner : directory, { recursive: true, force: true });
  return code;
}

async function run(): Promise<number> {
  let invocation: Invocation;
  try {
    invocation = readInvocation();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  return await main(invocation);
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
