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
  /** For watchers that learn of the dead by themselves, between jobs: whom to tell at once. Their `sweep` finds nothing. */
  tell?(dead: (handle: number) => void): void;
  /** Runs a garbage collection now, a minor one unless `major` or when that shows this watcher nothing; tells whether it was a full one. */
  collect(major: boolean): boolean;
  /** Bytes of allocation after which a collection pays for itself, at the least. */
  readonly collectEvery: number;
}

export interface Backend {
  readonly name: 'native' | 'wasm';
  readonly kernels: KernelTable;
  readonly watcher: Watcher;
  /** Adds a region: at least `bytes` of fresh zero memory at a multiple of 4 KB, or undefined when there is no more. */
  reserve(bytes: number): { address: number; bytes: number } | undefined;
  /** Gives a region back to the system; without it, regions live as long as the backend. */
  release?(address: number, bytes: number): void;
  /** The most elements that a tensor may have, where kernels count in fewer bits than addresses take. */
  readonly maxElements?: number;
  /** Whether a region begins where the one before it ends. */
  readonly contiguous: boolean;
  /** Whether memory ends before the machine's does, so that storages may have to move out of it. */
  readonly isBounded?: boolean;
  /** How many kernels have been called, where memory is bounded: an address that was asked for before the last call is no longer in use. */
  calls?(): number;
  /** Smallest region worth reserving. */
  readonly regionBytes: number;
  copyIn(address: number, from: ArrayBufferView): void;
  copyOut(address: number, to: ArrayBufferView): void;
  /** In a build for the address sanitizer: says whether bytes of a region may be touched (false) or not (true), as those of a fresh one may not. */
  poison?(address: number, bytes: number, on: boolean): void;
  /** Tells the garbage collector's pacing about memory held outside the JavaScript heap. */
  adjust(bytes: number): void;
  /** Instruction set of the kernels that run: avx512, avx2, baseline, neon; simd128, relaxed-simd. */
  readonly isa: string;
  getThreads(): number;
  setThreads(n: number): void;
}
