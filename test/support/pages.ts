import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { anchor } from '../../src/crds/reference/markdown.ts';

const ROOT = path.join(import.meta.dirname, '../..');

export interface Page {
  /** Below the root of the repository, with slashes. */
  readonly file: string;
  readonly text: string;
}

/** Every page of the repository. */
export function readPages(): readonly Page[] {
  const folders = ['docs', 'charts', 'config', 'test', 'bench'];
  const below = folders.flatMap(folder =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(file => path.join(folder, file)),
  );
  return [...readdirSync(ROOT), ...below]
    .filter(file => file.endsWith('.md'))
    .map(file => ({ file: file.split(path.sep).join('/'), text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

/** Fenced blocks of a language. */
export function blocks({ text }: Pick<Page, 'text'>, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, found, body = '']) =>
    found === language ? [body] : [],
  );
}

/** A page without its fenced blocks: what is shown there is no prose and no heading. */
export function prose({ text }: Pick<Page, 'text'>): string {
  return text.replaceAll(/^```\w*\n[\s\S]*?^```/gm, '');
}

/** Relative links that lead nowhere: no such file, or no such heading in it. `exists` tells of files that are no page. */
export function brokenLinks(pages: readonly Page[], exists: (file: string) => boolean): readonly string[] {
  const anchors = new Map(pages.map(page => [page.file, anchorsOf(page)]));
  return pages.flatMap(page =>
    [...prose(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([, link = '', fragment]) => {
      const target = link === '' ? page.file : path.posix.join(path.posix.dirname(page.file), link);
      const isThere = anchors.has(target) || exists(target);
      const isHeading = fragment === undefined || anchors.get(target)?.has(fragment) === true;
      return isThere && isHeading ? [] : [`${page.file}: ${link}${fragment === undefined ? '' : `#${fragment}`}`];
    }),
  );
}

function anchorsOf(page: Page): ReadonlySet<string> {
  return new Set([...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading)));
}

/** Words in backquotes that have the form of a reason, such as `SecretNotFound`, with the page that they are on. */
export function camelWords(page: Page): readonly string[] {
  return [...prose(page).matchAll(/`((?:[A-Z][a-z0-9]+){2,})`/g)].map(([, word = '']) => word);
}
