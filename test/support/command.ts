import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to its standard input. */
  readonly input?: string;
}

/** Runs a program to its end and returns its standard output. Throws an error with what it said when it does not end with 0. */
export async function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', part => {
    output += part;
  });
  child.stderr.setEncoding('utf8').on('data', part => {
    errors += part;
  });
  // A program that ends without reading its input is judged by its code, not by the broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  const ending = await new Promise<string | undefined>(resolve => {
    child.on('error', error => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
  if (ending === undefined) return output;
  throw new Error(`${command.join(' ')}: ${ending}\n${(errors || output).trim()}`);
}

/** Whether a program can be run and ends with 0. */
export async function succeeds(command: readonly string[]): Promise<boolean> {
  try {
    await runCommand(command);
    return true;
  } catch {
    return false;
  }
}
