// Compiles wasm/ to build/gradtape.wasm as asconfig.json says and puts the copy that is published into dist/. Prints nothing but errors.

import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { error, stderr } = await asc.main(['--config', 'asconfig.json']);
if (error) {
  console.error(`${stderr}${error.message}`);
  process.exit(1);
}
mkdirSync('dist', { recursive: true });
copyFileSync('build/gradtape.wasm', 'dist/gradtape.wasm');
