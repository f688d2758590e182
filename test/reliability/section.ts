/** One part of docs/reliability.md. */
export interface Section {
  readonly title: string;
  /** What is true of all of its rows. */
  readonly intro: string;
  readonly rows: readonly Row[];
}

/** A fault, and what becomes of users’ applications, Secrets and restarts. Texts are Markdown for the cell of a table. */
export interface Row {
  readonly fault: string;
  /** What the code does and the tests show, no more. */
  readonly promise: string;
  /** Where it shows, by reason, metric or log, and what people have to do. Absent: nowhere, and nothing. */
  readonly see?: string;
  /** Names of tests by file, as the runner prints them; `…` stands for what differs from test to test. */
  readonly tests?: Readonly<Record<string, readonly string[]>>;
  /** Why no test shows it, or not all of it. */
  readonly untested?: string;
}

/** A test that a row names. */
export interface Evidence {
  readonly file: string;
  readonly name: string;
}

/** The tests of a row, in the order in which they are named. */
export function evidenceOf({ tests = {} }: Row): readonly Evidence[] {
  return Object.entries(tests).flatMap(([file, names]) => names.map(name => ({ file, name })));
}
