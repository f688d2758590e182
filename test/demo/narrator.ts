/** Tells the story in lines of plain text. It is never given a value. */
export interface Narrator {
  title(text: string): void;
  /** Opens the next step of the story, with a number. */
  step(title: string): void;
  /** One thing that happened, with the seconds since the beginning. */
  say(text: string): void;
  /** A command as a reader would type it, and what it printed. */
  quote(command: string, output: string): void;
  /** A line that belongs to no moment, such as one to type. */
  hint(text: string): void;
  success(text: string): void;
  failure(text: string): void;
}

export interface NarratorOptions {
  write(text: string): void;
  readonly isColoured: boolean;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
}

const styles = { bold: 1, dim: 2, red: 31, green: 32 } as const;

export function createNarrator({ write, isColoured, now }: NarratorOptions): Narrator {
  const start = now();
  let steps = 0;
  const paint = (style: keyof typeof styles, text: string): string =>
    isColoured ? `\x1b[${styles[style]}m${text}\x1b[0m` : text;
  const line = (text = ''): void => write(`${text}\n`);
  const stamp = (): string => paint('dim', `${((now() - start) / 1000).toFixed(1)}s`.padStart(7));
  const timed = (text: string): void => line(`${stamp()}  ${text}`);
  return {
    title: text => line(paint('bold', text)),
    step(title) {
      steps += 1;
      line();
      line(paint('bold', `${steps}. ${title}`));
    },
    say: timed,
    quote(command, output) {
      timed(paint('dim', `$ ${command}`));
      for (const row of output.trimEnd().split('\n')) line(`${' '.repeat(9)}${row}`);
    },
    hint: text => line(text === '' ? '' : `  ${text}`),
    success(text) {
      line();
      timed(paint('green', text));
    },
    failure(text) {
      line();
      timed(paint('red', text));
    },
  };
}
