// Browsers, their workers, and bundles for them: nothing can be read at once, and garbage is collected when the engine pleases.
import { type HelperTask, webHelper } from './helpers.js';
import type { Platform } from './platform.js';

/** One literal for each file: bundlers find these expressions and take the files along. */
const wasmUrls: Readonly<Record<string, () => URL>> = {
  'gradtape.wasm': () => new URL('./gradtape.wasm', import.meta.url),
  'gradtape-relaxed.wasm': () => new URL('./gradtape-relaxed.wasm', import.meta.url),
};

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** A buffer that is never touched takes no memory, but engines count its bytes, and this many make them collect. */
const pressure = 2 ** 30;

function collectGarbage(): boolean {
  try {
    new ArrayBuffer(pressure);
  } catch {
    // Refused: not before the engine has collected all that it could.
  }
  return true;
}

/** It begins when the event loop turns: until then the caller works alone. */
function startHelper(task: HelperTask): void {
  const url = URL.createObjectURL(new Blob([webHelper], { type: 'text/javascript' }));
  new Worker(url).postMessage(task);
  URL.revokeObjectURL(url);
}

const none = (): never => {
  throw new Error('a browser has no files; fetch their bytes');
};

export const platform: Platform = {
  env: {},
  warn: (message) => console.warn(message),
  // In a bundle the program's lines are in the same file.
  isForeignFrame: () => false,
  nextTurn,

  addons: [],
  openAddon: none,

  wasmUrl: (name) => wasmUrls[name](),
  pathOf: String,

  collectGarbage,
  javaScriptHeap: () => 0,
  availableMemory: () => Infinity,

  processors: globalThis.navigator?.hardwareConcurrency ?? 1,
  startHelper: globalThis.crossOriginIsolated ? startHelper : undefined,
  // The main thread of a page.
  maySleep: typeof document === 'undefined',
  withRelaxedSimd: (action) => action(),

  files: { exists: none, read: none, open: none, write: none, gunzip: none, packageFolder: () => undefined },
};
