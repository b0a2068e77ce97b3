// Chooses the backend once, at import: native, then WebAssembly, collecting the reasons. GRADTAPE_BACKEND forces one; a forced backend never falls back.
import { BackendError } from '../core/errors.js';
import type { Backend } from './backend.js';
import { Heap } from './heap.js';
import { loadNative } from './native.js';
import { loadWasm } from './wasm.js';

const loaders: Record<string, () => Backend> = { native: loadNative, wasm: loadWasm };

/** Why each backend that was tried before the current one could not be loaded. */
const reasons: string[] = [];

function load(): Backend {
  const wanted = process.env.GRADTAPE_BACKEND || 'auto';
  if (wanted !== 'auto' && !Object.hasOwn(loaders, wanted)) {
    throw new BackendError(`GRADTAPE_BACKEND: expected native, wasm or auto, got ${JSON.stringify(wanted)}`);
  }
  for (const name of wanted === 'auto' ? Object.keys(loaders) : [wanted]) {
    try {
      return loaders[name]();
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new BackendError(
    `backend: expected ${wanted === 'auto' ? 'the native addon or WebAssembly to load' : `GRADTAPE_BACKEND=${wanted} to load`}, got\n  ${reasons.join('\n  ')}`,
  );
}

export const backend: Backend = load();
export const heap = new Heap(backend);
/** The kernels of the current backend. */
export const K = backend.kernels;

export interface BackendInfo {
  readonly name: 'native' | 'wasm';
  /** Instruction set that the kernels were picked for. */
  readonly isa: string;
  readonly threads: number;
  /** What was tried before and why it did not load; empty when the first choice loaded. */
  readonly reasons: readonly string[];
}

export const backendInfo = (): BackendInfo => ({ name: backend.name, isa: backend.isa, threads: backend.getThreads(), reasons: [...reasons] });
