// gt.backend: which machine the kernels run on, and the memory they hold.

import { ArgumentError, fail } from './core/errors.js';
import { checkInt } from './core/shape.js';
import type { MemoryInfo } from './kernels/heap.js';
import { type BackendInfo, backend, backendInfo, heap } from './kernels/load.js';

export type { BackendInfo, MemoryInfo };

/** native or wasm. */
export const name: 'native' | 'wasm' = backend.name;
/** Which backend runs, its instruction set and threads, and why others were not taken. */
export const info = (): BackendInfo => backendInfo();
/** Bytes that live tensors hold, bytes pooled for reuse, and counts. */
export const memory = (): MemoryInfo => heap.info();

/** No machine has more; a larger number is a mistake. */
const MOST_THREADS = 1024;
/** How many threads the kernels may use. Results do not depend on it. */
export function setNumThreads(n: number): void {
  if (checkInt('setNumThreads', 'n', n) < 1 || n > MOST_THREADS) fail(ArgumentError, 'setNumThreads', `n in [1, ${MOST_THREADS}]`, String(n));
  backend.setThreads(n);
}
export const getNumThreads = (): number => backend.getThreads();
