// Bundles src/ for browsers into gradtape.browser.js, one ES module that lies beside gradtape.wasm: node.ts gives its place to browser.ts. `node src/platform/bundle.mjs [folder]`
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Classes keep their names, which modules and errors print, through whatever minifies the program later. */
const named = (source) => source.replace(/^((?:export )?(?:abstract )?class (\w+)\b.*\{)(\}?)$/gm, "$1 static readonly name = '$2';$3");

await build({
  absWorkingDir: root,
  entryPoints: ['src/index.ts'],
  outfile: `${process.argv[2] ?? 'dist'}/gradtape.browser.js`,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  // Names stay: stack traces tell something, and whoever bundles shortens them anyway.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [
    {
      name: 'gradtape',
      setup({ onLoad, onResolve, resolve }) {
        onResolve({ filter: /^\.\/node\.js$/ }, ({ importer, resolveDir }) =>
          /platform.index\.ts$/.test(importer) ? resolve('./browser.js', { resolveDir, kind: 'import-statement' }) : undefined,
        );
        onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({ contents: named(await readFile(path, 'utf8')), loader: 'ts' }));
      },
    },
  ],
});
