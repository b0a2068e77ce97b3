// Node.js, and the runtimes that speak its built-in modules: the only door to them.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { collectGarbage, inspectEntries, javaScriptHeap, makeKeptObjectsRelease } from './collect.js';
import { whyNotLoadable } from './elf.js';
import { openFile, writeWhole } from './files.js';
import { type HelperTask, nodeHelper } from './helpers.js';
import { availableMemory } from './memory.js';
import type { Platform } from './platform.js';
import { parent, startThread } from './threads.js';

const root = new URL('../../', import.meta.url);
const library = new URL('../', import.meta.url);

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

/** A helper has nothing of its own: it may not keep the process alive, and needs neither streams nor the flags of its parent. */
function startHelper(task: HelperTask): void {
  const worker = new Worker(nodeHelper, { eval: true, workerData: task, execArgv: [], stdin: false, trackUnmanagedFds: false });
  // Without helpers the caller does everything, so that a worker which could not start changes nothing but the time.
  worker.on('error', () => {});
  worker.unref();
}

/** Node 20 has relaxed SIMD behind a flag, which counts while a module is compiled. A program that has frozen the flags gets the other build. */
function withRelaxedSimd<T>(action: () => T): T {
  if (Number.parseInt(process.versions.node, 10) > 20) return action();
  try {
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return action();
  }
  try {
    return action();
  } finally {
    v8.setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  }
}

export const platform: Platform = {
  env: process.env,
  warn: (message) => process.emitWarning(message, 'GradtapeWarning'),

  isForeignFrame: (line) => [library.href, library.pathname, '(node:'].some((part) => line.includes(part)),

  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),

  // A local build, which only a checkout has, then the prebuilt one that travels in the package.
  addons: process.env.GRADTAPE_ADDON
    ? [process.env.GRADTAPE_ADDON]
    : ['build/Release/gradtape.node', `prebuilds/${process.platform}-${process.arch}/gradtape.node`].map((path) => fileURLToPath(new URL(path, root))),
  openAddon,

  wasmUrl: (name) => new URL(`dist/${name}`, root),
  pathOf: fileURLToPath,
  readWasm(url) {
    if (!existsSync(url)) throw new Error('no such file');
    return readFileSync(url);
  },

  collectGarbage,
  makeKeptObjectsRelease,
  inspectEntries,
  javaScriptHeap,

  availableMemory,

  processors: availableParallelism(),
  startHelper: typeof SharedArrayBuffer === 'undefined' ? undefined : startHelper,
  maySleep: true,
  withRelaxedSimd,

  files: { exists: existsSync, read: readFileSync, open: openFile, write: writeWhole, gunzip: gunzipSync, packageFolder },

  startThread,
  parent,
};
