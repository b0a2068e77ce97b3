// Compiles wasm/ as asconfig.json says, once without and once with relaxed SIMD, and puts the copies that are published into dist/. Prints nothing but errors.

import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync('dist', { recursive: true });
for (const [target, { outFile }] of Object.entries(JSON.parse(readFileSync('asconfig.json', 'utf8')).targets)) {
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target]);
  if (error) {
    console.error(`${stderr}${error.message}`);
    process.exit(1);
  }
  copyFileSync(outFile, `dist/${basename(outFile)}`);
}
