// Node.js, and the runtimes that speak its built-in modules: the only door to them.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { collectGarbage, javaScriptHeap, makeKeptObjectsRelease } from './collect.js';
import { whyNotLoadable } from './elf.js';
import type { Platform } from './platform.js';
import { writeWhole } from './write.js';

const root = new URL('../../', import.meta.url);

function openAddon(path: string): unknown {
  if (!existsSync(path)) throw new Error('no such file');
  const unfit = whyNotLoadable(path);
  if (unfit !== undefined) throw new Error(unfit);
  // Not `require`, whose cache would give two copies of this module one addon, and each would sweep away the other's handles.
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

/** Looked for from the program's folder, then from this package's. */
function packageFolder(name: string): string | undefined {
  for (const from of [pathToFileURL(join(process.cwd(), 'index.js')).href, import.meta.url]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // The next place.
    }
  }
  return undefined;
}

export const platform: Platform = {
  env: process.env,
  warn: (message) => process.emitWarning(message, 'GradtapeWarning'),

  // A local build, which only a checkout has, then the prebuilt one that travels in the package.
  addons: ['build/Release/gradtape.node', `prebuilds/${process.platform}-${process.arch}/gradtape.node`].map((path) => fileURLToPath(new URL(path, root))),
  openAddon,

  wasmUrl: (name) => new URL(`dist/${name}`, root),
  pathOf: fileURLToPath,
  readWasm(url) {
    if (!existsSync(url)) throw new Error('no such file');
    return readFileSync(url);
  },

  collectGarbage,
  makeKeptObjectsRelease,
  javaScriptHeap,

  files: { exists: existsSync, read: readFileSync, write: writeWhole, gunzip: gunzipSync, packageFolder },
};
