// gt.backend: which machine the kernels run on, and the memory they hold.

import { ArgumentError, fail } from './core/errors.js';
import { checkSize } from './core/shape.js';
import type { MemoryInfo } from './kernels/heap.js';
import { type BackendInfo, backend, backendInfo, heap } from './kernels/load.js';

export type { BackendInfo, MemoryInfo };

/** native or wasm. */
export const name: 'native' | 'wasm' = backend.name;
/** Which backend runs, its instruction set and threads, and why others were not taken. */
export const info = (): BackendInfo => backendInfo();
/** Bytes that live tensors hold, bytes pooled for reuse, and counts. */
export const memory = (): MemoryInfo => heap.info();

/** How many threads the kernels may use. Results do not depend on it. */
export function setNumThreads(n: number): void {
  if (checkSize('setNumThreads', 'n', n) === 0) fail(ArgumentError, 'setNumThreads', 'n > 0', '0');
  backend.setThreads(n);
}
export const getNumThreads = (): number => backend.getThreads();
