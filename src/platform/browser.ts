// Browsers, their workers, and bundles for them: nothing can be read at once, and garbage is collected when the engine pleases.
import type { Platform } from './platform.js';

/** One literal for each file: bundlers find these expressions and take the files along. */
const wasmUrls: Readonly<Record<string, () => URL>> = {
  'gradtape.wasm': () => new URL('./gradtape.wasm', import.meta.url),
};

const none = (): never => {
  throw new Error('a browser has no files; fetch their bytes');
};

export const platform: Platform = {
  env: {},
  warn: (message) => console.warn(message),

  addons: [],
  openAddon: none,

  wasmUrl: (name) => wasmUrls[name](),
  pathOf: String,

  collectGarbage: () => true,
  javaScriptHeap: () => 0,

  files: { exists: none, read: none, gunzip: none, packageFolder: () => undefined },
};
