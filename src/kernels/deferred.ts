// A backend that can be named before it is there: in a browser the kernels arrive with `init`, long after the ops have been defined.
import { BackendError } from '../core/errors.js';
import type { Backend } from './backend.js';
import { type AnyKernel, buildTable, eachKernel } from './table.js';
import { makeWatcher } from './watch.js';

function unready(): never {
  throw new BackendError('backend: expected `await init()` before the first tensor, got none');
}

/** The WebAssembly backend to be, and the function that makes it the real one. */
export function deferred(): { backend: Backend; become(real: Backend): void } {
  const settle = new Map<string, (kernel: AnyKernel) => void>();
  const backend: Backend = {
    name: 'wasm',
    kernels: buildTable((name) => {
      let kernel: AnyKernel = unready;
      settle.set(name, (real) => {
        kernel = real;
      });
      return (...args: never[]) => kernel(...args);
    }),
    watcher: makeWatcher(),
    regionBytes: 0,
    contiguous: true,
    // Nothing can be done without memory, so that whatever comes too early ends here.
    reserve: unready,
    copyIn: unready,
    copyOut: unready,
    adjust: () => {},
    isa: 'simd128',
    getThreads: () => 1,
    setThreads: unready,
  };
  return {
    backend,
    become(real) {
      eachKernel(real.kernels, (name, kernel) => settle.get(name)!(kernel));
      Object.assign(backend, real, { kernels: backend.kernels, watcher: backend.watcher });
    },
  };
}
