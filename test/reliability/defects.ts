import { evidenceOf, type Row, type Section } from './section.ts';

/** What the table is measured against. */
export interface Facts {
  /** Whether a file has a test of that name; undefined when there is no such file. */
  readonly shows: (file: string) => ((name: string) => boolean) | undefined;
  /** Reasons, conditions, metrics, flags and kinds. */
  readonly names: ReadonlySet<string>;
}

/** What has the form of a reason, a condition, a kind, a metric or a flag. */
const NAME = /`([A-Z][A-Za-z]+|[a-z]+(?:_[a-z]+)+|--[a-z-]+)(?:=[^`]*)?`/g;

/** What is wrong with the table, each as a sentence; empty when all is well. */
export function defectsOf(sections: readonly Section[], facts: Facts): readonly string[] {
  const rows = sections.flatMap(section => section.rows);
  const faults = rows.map(row => row.fault);
  return [
    ...faults.filter((fault, index) => faults.indexOf(fault) < index).map(fault => `"${fault}" is there twice`),
    ...rows.flatMap(row => rowDefects(row, facts).map(defect => `"${row.fault}" ${defect}`)),
    ...sections.flatMap(({ title, intro }) => strangeNames(intro, facts).map(name => `"${title}" names ${name}`)),
  ];
}

function rowDefects(row: Row, facts: Facts): readonly string[] {
  const evidence = evidenceOf(row);
  const untested = row.untested ?? '';
  const found = evidence.flatMap(({ file, name }) => {
    const has = facts.shows(file);
    if (has === undefined) return [`names ${file}, which is not there; name the file that shows it now`];
    return has(name) ? [] : [`names "${name}", which is no test in ${file}; name the one that shows it now`];
  });
  if (evidence.length === 0 && untested === '')
    found.push('has no test; name one, or say in `untested` why there is none');
  const text = [row.fault, row.promise, row.see ?? '', untested].join(' ');
  return [...found, ...strangeNames(text, facts).map(name => `names ${name}`)];
}

function strangeNames(text: string, { names }: Facts): readonly string[] {
  const found = [...text.matchAll(NAME)].map(([, name = '']) => name);
  return found
    .filter(name => !names.has(name))
    .map(name => `\`${name}\`, which is no reason, condition, kind, metric or flag`);
}
