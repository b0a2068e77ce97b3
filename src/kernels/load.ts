// Chooses the backend once, at import: native, then WebAssembly, collecting the reasons. What the environment asks for is loaded or is an error: only the free choice
// falls back.
import { BackendError } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Backend } from './backend.js';
import { GuardedHeap } from './guarded.js';
import { Heap } from './heap.js';
import { wasmBackend } from './init.js';
import { loadNative, useWholeStack } from './native.js';
import { isWasmBuild } from './wasm.js';

const loaders: Record<string, () => Backend> = { native: loadNative, wasm: wasmBackend };

/** Why each backend that was tried before the current one could not be loaded. */
const reasons: string[] = [];

function load(): Backend {
  const { GRADTAPE_ADDON, GRADTAPE_BACKEND, GRADTAPE_ISA, GRADTAPE_THREADS } = platform.env;
  if (GRADTAPE_BACKEND && GRADTAPE_BACKEND !== 'auto' && !Object.hasOwn(loaders, GRADTAPE_BACKEND)) {
    throw new BackendError(`GRADTAPE_BACKEND: expected native, wasm or auto, got ${JSON.stringify(GRADTAPE_BACKEND)}`);
  }
  if (GRADTAPE_THREADS && !/^[1-9]\d{0,3}$/.test(GRADTAPE_THREADS)) {
    throw new BackendError(`GRADTAPE_THREADS: expected a whole number of at least 1, got ${JSON.stringify(GRADTAPE_THREADS)}`);
  }
  // Asking for an addon or an instruction set asks for the backend that has it.
  const [wanted, because] = GRADTAPE_BACKEND
    ? [GRADTAPE_BACKEND, `GRADTAPE_BACKEND=${GRADTAPE_BACKEND}`]
    : GRADTAPE_ISA
      ? [isWasmBuild(GRADTAPE_ISA) ? 'wasm' : 'native', `GRADTAPE_ISA=${GRADTAPE_ISA}`]
      : GRADTAPE_ADDON
        ? ['native', `GRADTAPE_ADDON=${GRADTAPE_ADDON}`]
        : ['auto', ''];
  const names = wanted === 'auto' ? Object.keys(loaders) : [wanted];
  for (const name of names) {
    try {
      return loaders[name]();
    } catch (error) {
      for (const line of (error as Error).message.split('\n')) reasons.push(`${name}: ${line}`);
    }
  }
  const requirement = `${names.join(' or ')} to load${because && ` for ${because}`}`;
  throw new BackendError([`backend: expected ${requirement}, got`, ...reasons].join('\n  '));
}

export const backend: Backend = load();
export const heap = backend.poison === undefined ? new Heap(backend) : new GuardedHeap(backend, backend.poison);
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

let asked = false;

/** Asks once for more stack than V8 gives, on any backend; without an addon that can be loaded it stays as it is. */
export function deepenStack(): void {
  if (asked) return;
  asked = true;
  try {
    useWholeStack();
  } catch {
    // What nests too deeply for the stack as it is gets an error of its own.
  }
}
