/** Bundles src/main.ts into dist/operator.mjs and the chunks that it loads lazily. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const outdir = path.join(import.meta.dirname, 'dist');
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { operator: path.join(import.meta.dirname, 'src/main.ts') },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  // The AWS SDK's modules rather than its CommonJS: what is not used stays out, and a lazy import has its names.
  mainFields: ['module', 'main'],
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'linked',
  // CommonJS packages in an ESM bundle call `require`, which ESM does not have.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
