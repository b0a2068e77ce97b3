// Compiles wasm/ as asconfig.json says, once without and once with relaxed SIMD, and puts the
// copies that are published into dist/. What is newer than all of its sources is left as it is.
// Prints nothing but errors.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync('dist', { recursive: true });

const changed = (path) => statSync(path).mtimeMs;
const compiler = 'node_modules/assemblyscript/package.json';
const sources = [...readdirSync('wasm').map((name) => join('wasm', name)), 'asconfig.json', compiler];
const newest = Math.max(...sources.map(changed));
const isCurrent = (path) => existsSync(path) && changed(path) > newest;

for (const [target, { outFile }] of Object.entries(JSON.parse(readFileSync('asconfig.json', 'utf8')).targets)) {
  const published = `dist/${basename(outFile)}`;
  if (isCurrent(outFile) && isCurrent(published)) continue;
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target]);
  if (error) {
    console.error(`${stderr}${error.message}`);
    process.exit(1);
  }
  copyFileSync(outFile, published);
}
