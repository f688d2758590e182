import { linkTo, table } from '../../src/crds/reference/markdown.ts';
import { type Evidence, evidenceOf, type Row, type Section } from './section.ts';

const HEAD = ['what goes wrong', 'what becomes of it', 'what you see, and have to do', 'shown by'];

/** The page docs/reliability.md, in Markdown: `intro`, the sections, and the tests that they name by number. */
export function reliabilityPage(intro: string, sections: readonly Section[]): string {
  const tests = numbered(sections);
  const parts = [
    '# Reliability',
    intro,
    `On this page: ${[...sections.map(({ title }) => title), 'The tests'].map(title => linkTo(title, title)).join(' · ')}`,
    ...sections.flatMap(section => [
      `## ${section.title}`,
      section.intro,
      table(
        HEAD,
        section.rows.map(row => [row.fault, row.promise, row.see ?? '', shownBy(row, tests)]),
      ),
    ]),
    '## The tests',
    'By the numbers above, with the names that the runner prints. `…` stands for what differs from test to test: then all\nof them are meant. A name that is no test’s makes `make unit` fail.',
    table(
      ['no.', 'test', 'in'],
      [...tests.values()].map(({ number, file, name }) => [String(number), plain(name), `[${file}](../${file})`]),
    ),
  ];
  return `${parts.map(part => part.trimEnd()).join('\n\n')}\n`;
}

type Numbered = ReadonlyMap<string, Evidence & { readonly number: number }>;

function keyOf({ file, name }: Evidence): string {
  return `${file}\n${name}`;
}

/** Each test once, in the order in which the page names them. */
function numbered(sections: readonly Section[]): Numbered {
  const named = sections.flatMap(({ rows }) => rows.flatMap(evidenceOf));
  const tests = [...new Map(named.map(test => [keyOf(test), test])).values()];
  return new Map(tests.map((test, index) => [keyOf(test), { ...test, number: index + 1 }]));
}

function shownBy(row: Row, tests: Numbered): string {
  const links = evidenceOf(row).map(test => `[${tests.get(keyOf(test))?.number}](../${test.file})`);
  const untested = row.untested === undefined ? [] : [`not tested: ${row.untested}`];
  return [links.join(' '), ...untested].filter(part => part !== '').join('; ');
}

/** Text in which Markdown finds nothing to render. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]]/g, '\\$&');
}
