import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

interface Source {
  /** Below src, with slashes. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly from: string;
  /** What stands between `import` and `from`. */
  readonly names: string;
}

type Room = 'crds' | 'controller' | 'kube' | 'aws' | 'telemetry' | 'root';

/** What each room may import from: imports point left only in `crds ← controller ← {kube, aws, telemetry} ← root`. */
const MAY_IMPORT: Readonly<Record<Room, readonly Room[]>> = {
  crds: ['crds'],
  controller: ['crds', 'controller'],
  kube: ['crds', 'controller', 'kube'],
  aws: ['crds', 'controller', 'aws'],
  // Its metrics implement the ports of both adapters.
  telemetry: ['crds', 'controller', 'kube', 'aws', 'telemetry'],
  root: ['crds', 'controller', 'kube', 'aws', 'telemetry', 'root'],
};
const PACKAGES: Readonly<Record<Room, RegExp>> = {
  crds: /^zod$/,
  controller: /^$/,
  kube: /^(undici|@kubernetes\/client-node)$/,
  aws: /^(@aws-sdk|@smithy)\//,
  telemetry: /^(pino|prom-client)$/,
  root: /^zod$/,
};
/** What one file may import besides: a package that stands for one thing there, behind an interface of our own. */
const FILE_PACKAGES: Readonly<Record<string, RegExp>> = { 'controller/aws-secret/sources/rename.ts': /^re2js$/ };
const ROOT = /^(main|wire|handlers|start|config|hardening|version)\.ts$|^(cli|client)\//;
const DECIDES =
  /^(plan|select|staleness|change-lag|gone-sources|held-keys|upcoming|data-entry|names|keys|rename|encoding|expressions|parser|search|functions|render|status|due|history|ownership|conditions|document|triggers|sources|record|annotation|consumers|change|strays|joint-restart|margins|verdict|events|former-target|data-rules|refusals|result|repairs|lasting|lease|backoff|schedule|outcome)\.ts$/;
/** Secrets Manager is what AWS calls it. */
const FORBIDDEN_NAMES = /(^|-)(utils?|helpers?|common|(?<!^secrets-)managers?)(-|\.ts$)/;
const AMBIENT = /\b(Date\.now|performance\.now|Math\.random|setTimeout|setInterval|setImmediate|new Date\(\))/;
const MAX_LINES = 400;

function roomOf(file: string): Room | undefined {
  if (ROOT.test(file)) return 'root';
  const [folder] = file.split('/');
  return file.includes('/') && folder !== undefined && folder in MAY_IMPORT ? (folder as Room) : undefined;
}

function importsOf(text: string): readonly Import[] {
  const statements = text.matchAll(/^(?:import|export)\b([^;'"]*?)\bfrom\s+['"]([^'"]+)['"]/gm);
  const bare = text.matchAll(/^import\s+['"]([^'"]+)['"]/gm);
  const lazy = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [
    ...[...statements].map(([, names = '', from = '']) => ({ from, names: names.replace(/\s+/g, ' ').trim() })),
    ...[...bare, ...lazy].map(([, from = '']) => ({ from, names: '' })),
  ];
}

/** What is wrong with one source, each as a sentence; empty when all is well. */
function violations({ path: file, text }: Source): readonly string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file} stands in no room of the design`];
  const name = path.basename(file);
  const found = importsOf(text).flatMap(imported => importViolations(file, room, imported));
  if (!/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name)) found.push(`${file} is not named in kebab-case`);
  if (FORBIDDEN_NAMES.test(name)) found.push(`${file} has a name that says nothing`);
  found.push(...tooLong({ path: file, text }));
  const isInner = room === 'crds' || room === 'controller';
  const ambient = AMBIENT.exec(text)?.[0];
  if (isInner && name !== 'system-clock.ts' && ambient) found.push(`${file} uses ${ambient} in place of the clock`);
  return found;
}

function tooLong({ path: file, text }: Source): readonly string[] {
  return text.split('\n').length > MAX_LINES + 1 ? [`${file} has more than ${MAX_LINES} lines`] : [];
}

function importViolations(file: string, room: Room, imported: Import): string[] {
  const { from } = imported;
  if (from.startsWith('node:')) return nodeViolations(file, room, imported);
  if (!from.startsWith('.')) {
    const isAllowed = PACKAGES[room].test(from) || FILE_PACKAGES[file]?.test(from);
    return isAllowed ? [] : [`${file}: ${room} imports package ${from}`];
  }
  const target = path.posix.join(path.posix.dirname(file), from);
  if (file === 'version.ts' && target === '../package.json') return [];
  const to = roomOf(target);
  if (to === undefined || target.endsWith('.test.ts')) return [`${file} imports ${target}, which is no source`];
  if (!MAY_IMPORT[room].includes(to)) return [`${file}: ${room} imports ${to} (${target})`];
  return decides(file, room) && target.endsWith('/system-clock.ts') ? [`${file} decides, and imports a clock`] : [];
}

function nodeViolations(file: string, room: Room, { from, names }: Import): string[] {
  if (room === 'crds') return [`${file}: crds imports ${from}`];
  const isPure = from === 'node:util' || (from === 'node:crypto' && names === '{ createHash }');
  return decides(file, room) && !isPure ? [`${file} decides, and imports ${names} from ${from}`] : [];
}

function decides(file: string, room: Room): boolean {
  return (room === 'crds' || room === 'controller') && DECIDES.test(path.basename(file));
}

const REPOSITORY = path.resolve(import.meta.dirname, '..');

/** TypeScript below a folder of the repository. */
function filesOf(folder: string): readonly Source[] {
  const base = path.join(REPOSITORY, folder);
  return readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => ({ path: file.split(path.sep).join('/'), text: readFileSync(path.join(base, file), 'utf8') }));
}

const written = filesOf('src');
const sources = written.filter(file => !file.path.endsWith('.test.ts'));
const tests = [...written.filter(file => file.path.endsWith('.test.ts')), ...filesOf('test'), ...filesOf('bench')];

test('the sources keep the rules', () => expect(sources.flatMap(violations)).toEqual([]));

test('no test or benchmark is too long to read', () => {
  expect(tests.flatMap(tooLong)).toEqual([]);
  for (const found of ['wire.test.ts', 'architecture.test.ts', 'integration/world.ts', 'cold-sync.ts']) {
    expect(tests.map(file => file.path)).toContain(found);
  }
});

test('the sources are found, in every room', () => {
  expect(new Set(sources.map(source => roomOf(source.path)))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  expect(sources.filter(source => DECIDES.test(path.basename(source.path))).length).toBeGreaterThanOrEqual(14);
});

test('every import statement is seen, however it is written', () => {
  const text = [
    "import a, { b } from './a.ts';",
    "import type { c } from '../c.ts';",
    'import {\n  d,\n  type e,\n} from "zod";',
    "import './side-effect.ts';",
    "export { f } from './f.ts';",
    "export * from './g.ts';",
    "const h = await import('./h.ts');",
    "const text = 'no import from here';",
  ].join('\n');
  expect(
    importsOf(text)
      .map(({ from }) => from)
      .sort(),
  ).toEqual(['./a.ts', '../c.ts', 'zod', './side-effect.ts', './f.ts', './g.ts', './h.ts'].sort());
});

/** Where a defect is planted, what it is, and the words by which it is caught. */
const planted: readonly (readonly [path: string, text: string, says: string])[] = [
  ['crds/x.ts', "import { a } from '../controller/x.ts';", 'crds imports controller'],
  ['crds/x.ts', "import p from 'pino';", 'crds imports package pino'],
  ['crds/x.ts', "import { readFile } from 'node:fs';", 'crds imports node:fs'],
  ['controller/aws-secret/x.ts', "import { a } from '../../kube/x.ts';", 'controller imports kube'],
  ['controller/x.ts', "import type { L } from '../telemetry/log.ts';", 'controller imports telemetry'],
  ['controller/x.ts', "import { S } from '@aws-sdk/client-secrets-manager';", 'controller imports package'],
  ['controller/aws-secret/sources/keys.ts', "import { RE2JS } from 're2js';", 'controller imports package'],
  ['controller/aws-secret/sources/rename.ts', "import { x } from 're2js/x';", 'controller imports package'],
  ['kube/x.ts', "import { a } from '../aws/x.ts';", 'kube imports aws'],
  ['aws/x.ts', "export { a } from '../kube/x.ts';", 'aws imports kube'],
  ['kube/x.ts', "import { a } from '../telemetry/x.ts';", 'kube imports telemetry'],
  ['aws/x.ts', "import { a } from '../telemetry/x.ts';", 'aws imports telemetry'],
  ['kube/x.ts', "const w = await import('../wire.ts');", 'kube imports root'],
  ['aws/x.ts', "import { a } from '../client/x.ts';", 'aws imports root'],
  ['kube/x.ts', "import { S } from '@aws-sdk/x';", 'kube imports package'],
  ['kube/x.ts', "import { a } from './x.test.ts';", 'which is no source'],
  ['kube/x.ts', "import { a } from '../../test/support/x.ts';", 'which is no source'],
  ['controller/rollout/plan.ts', "import { readFile } from 'node:fs/promises';", 'plan.ts decides'],
  [
    'controller/rollout/annotation.ts',
    "import { createHash, randomBytes } from 'node:crypto';",
    'annotation.ts decides',
  ],
  ['controller/aws-secret/due.ts', "import { systemClock } from '../runtime/system-clock.ts';", 'imports a clock'],
  ['controller/aws-secret/status.ts', 'const now = Date.now();', 'uses Date.now'],
  ['controller/runtime/x.ts', 'const r = Math.random();', 'uses Math.random'],
  ['controller/runtime/x.ts', 'setTimeout(f, 1);', 'uses setTimeout'],
  ['kube/x.ts', 'a;\n'.repeat(401), 'more than 400 lines'],
  ['kube/utils.ts', '', 'says nothing'],
  ['kube/string-helpers.ts', '', 'says nothing'],
  ['aws/secret-manager.ts', '', 'says nothing'],
  ['kube/watchStream.ts', '', 'kebab-case'],
  ['domain/x.ts', '', 'no room'],
  ['app.ts', '', 'no room'],
];

for (const [file, text, says] of planted) {
  test(`a planted defect is caught: ${file} ${says}`, () => {
    expect(violations({ path: file, text })).toEqual([expect.stringContaining(says)]);
  });
}

test('what is allowed is not caught', () => {
  const allowed: readonly Source[] = [
    { path: 'controller/rollout/annotation.ts', text: "import { createHash } from 'node:crypto';" },
    { path: 'controller/rollout/status.ts', text: "import { isDeepStrictEqual } from 'node:util';\nnew Date(ms);" },
    { path: 'controller/runtime/system-clock.ts', text: 'setTimeout(f, Date.now());' },
    { path: 'kube/x.ts', text: `import { Agent } from 'undici';\n${'a;\n'.repeat(399)}` },
    { path: 'controller/aws-secret/sources/rename.ts', text: "import { RE2JS } from 're2js';" },
    { path: 'aws/secrets-manager.ts', text: "import { x } from '../controller/x.ts';" },
    { path: 'cli/x.ts', text: "import { x } from '../kube/x.ts';" },
  ];
  expect(allowed.flatMap(violations)).toEqual([]);
});
