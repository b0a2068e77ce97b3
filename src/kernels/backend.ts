// What a backend is: kernels over a byte-addressed memory of its own, and weak knowledge of JavaScript objects. Loading one is native.ts and wasm.ts; choosing is
// load.ts; the blocks of the memory are heap.ts.
import type { KernelTable } from './contract.js';

/** Finds out, in the middle of a synchronous loop, which objects the garbage collector has taken. */
export interface Watcher {
  /** Starts to watch an object without keeping it alive; returns its handle. */
  watch(object: object): number;
  /** Stops watching; the handle may be given out again. */
  unwatch(handle: number): void;
  /** Calls `dead` with the handle of every watched object that has been collected, and frees the handle. `all` looks at long-lived objects too. */
  sweep(all: boolean, dead: (handle: number) => void): void;
  /** Runs a garbage collection now, a minor one if that is enough for this watcher; false where none can be requested. */
  collect(major: boolean): boolean;
  /** Bytes of allocation after which a collection pays for itself. */
  readonly collectEvery: number;
}

export interface Backend {
  readonly name: 'native' | 'wasm';
  readonly kernels: KernelTable;
  readonly watcher: Watcher;
  /** Adds at least `bytes` of fresh zero memory, or undefined when there is no more. Regions live as long as the backend. */
  reserve(bytes: number): { address: number; bytes: number } | undefined;
  /** Smallest region worth reserving. */
  readonly regionBytes: number;
  copyIn(address: number, from: ArrayBufferView): void;
  copyOut(address: number, to: ArrayBufferView): void;
  /** Tells the garbage collector's pacing about memory held outside the JavaScript heap. */
  adjust(bytes: number): void;
  /** Instruction set of the kernels that run: avx512, avx2, baseline, neon, simd128. */
  readonly isa: string;
  getThreads(): number;
  setThreads(n: number): void;
}
