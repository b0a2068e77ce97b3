// `await gt.init()`: in a browser, where nothing can be read at once, fetches and starts the WebAssembly module. Elsewhere the backend is there since the import.
import { ArgumentError, BackendError, fail, show } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Backend } from './backend.js';
import { deferred } from './deferred.js';
import { forThisPlatform, loadWasm, startWasm, wasmUrl } from './wasm.js';

/** A compiled module; `object` for programs whose TypeScript knows of no WebAssembly. */
type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : object;

/** What the WebAssembly module can be made from: where it is, an answer that brings it, its bytes, or itself. */
export type WasmSource = string | URL | Response | ArrayBuffer | ArrayBufferView | WasmModule;

const compileBytes = (bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> => WebAssembly.compile(forThisPlatform(new Uint8Array(bytes)));

/** The module that a response brings. */
async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new BackendError(`${response.status} ${response.statusText}`.trim());
  const type = response.headers.get('content-type') ?? 'no content type';
  return compileBytes(await response.arrayBuffer()).catch((error: Error) => {
    throw new BackendError(`${type}: ${error.message}`);
  });
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Response) return compileResponse(source);
  if (source instanceof ArrayBuffer) return compileBytes(source);
  if (ArrayBuffer.isView(source)) return compileBytes(new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength));
  if (source instanceof URL || typeof source === 'string') return compileResponse(await fetch(source));
  return fail(ArgumentError, 'init', 'a URL, a Response, the bytes of the module or a WebAssembly.Module', show(source));
}

const placeOf = (source: unknown): string => (source instanceof Response ? source.url : source instanceof URL || typeof source === 'string' ? `${source}` : '');

const { backend: later, become } = deferred();
/** The WebAssembly backend: at once where its file can be read at once, else one that is there after `init`. */
export const wasmBackend = (): Backend => (platform.readWasm === undefined ? later : loadWasm(platform.readWasm));

async function start(given: WasmSource | PromiseLike<WasmSource> | undefined): Promise<void> {
  const source = (await given) ?? wasmUrl();
  try {
    if (typeof WebAssembly === 'undefined') throw new BackendError('this JavaScript engine has no WebAssembly');
    become(await startWasm(await compile(source)));
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    const place = placeOf(source);
    fail(BackendError, 'init', `gradtape.wasm${place && ` at ${place}`}`, (error as Error).message);
  }
}

let started: Promise<void> | undefined;

/**
 * Starts the backend; tensors can be made once the promise is kept. In browsers it fetches gradtape.wasm, by default from beside the library's own file, or takes the module as a URL, a
 * Response, bytes or a compiled module. On Node.js, Deno and Bun the import did all that, and this does nothing. Calling it again gives the same promise; after a failure, another try.
 * @throws BackendError when the module cannot be fetched, compiled or is of another build; ArgumentError for another kind of source.
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  if (platform.readWasm !== undefined) return Promise.resolve();
  started ??= start(source).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}
