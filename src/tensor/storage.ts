// The bytes behind tensors. A storage is shared by all views of them, together with the version that counts in-place writes.

import { BackendError, fail } from '../core/errors.js';
import type { Slab } from '../kernels/heap.js';
import type { Home } from '../kernels/home.js';
import { backend, heap } from '../kernels/load.js';

let poison = false;
let inferring = false;

/** Whether tensors are made for inference only: inferenceMode. */
export const isInferenceModeEnabled = (): boolean => inferring;

export function setInferring(on: boolean): boolean {
  const before = inferring;
  inferring = on;
  return before;
}

/** For tests: overwrites the bytes of storages that end early with NaN, so that nobody can be using them unnoticed. */
export function poisonEnds(on: boolean): void {
  poison = on;
}

/** Who alone can reach a storage, so that its end is known. */
export enum Owner {
  /** Nobody in particular: it lives as long as the garbage collector finds it. */
  None = 0,
  /** The running backward pass, one of whose formulas made it. */
  Pass = 1,
  /** The leaf whose gradient it is, and which has shown it to nobody. */
  Leaf = 2,
}

export class Storage {
  /** In-place writes so far; a tensor saved for backward remembers the version it was saved at. */
  version = 0;
  /** References that a running backward pass holds, while the storage is its own. */
  pins = 0;
  owner = Owner.None;
  /** Made in inference mode: its writes are not tracked, so no tensor on it may become part of a graph. Views share the storage, and so the rule. */
  inference = inferring;
  /** Where the bytes of a larger one are; null for one that is cut from a slab. */
  home: Home | null = null;

  constructor(
    /** Where the bytes of a small one are. */
    readonly address: number,
    readonly bytes: number,
    /** Keeps the slab alive that a small storage is cut from. */
    readonly slab: Slab | null,
  ) {}

  /** Gives the bytes back now. Only for storages whose end the library itself knows. */
  giveBack(): void {
    const { home } = this;
    const address = home === null ? this.address : home.address;
    if (poison && address !== 0) backend.copyIn(address, new Uint8Array(this.bytes).fill(255));
    if (home === null || home.handle < 0) return;
    heap.giveBack(home.handle);
    home.handle = -1;
    home.address = 0;
    home.away = null;
  }
}

/** Storages made since a backward formula began, while one is running. */
let arena: Storage[] | null = null;

/** Collects the storages made from now on; null stops. */
export function setArena(list: Storage[] | null): Storage[] | null {
  const before = arena;
  arena = list;
  return before;
}

/** Uninitialised bytes of that many elements. */
export function allocate(count: number, size: number): Storage {
  const bytes = count * size;
  if (heap.isSmall(bytes)) {
    const slab = heap.slabFor(bytes);
    const address = slab.next;
    slab.next = address + ((bytes + 15) & -16);
    return noted(new Storage(address, bytes, slab));
  }
  if (!Number.isSafeInteger(bytes)) fail(BackendError, 'memory', 'fewer than 2^53 bytes', String(bytes));
  const { maxElements = Infinity } = backend;
  if (count > maxElements) fail(BackendError, 'memory', `at most ${maxElements} elements in a tensor on the ${backend.name} backend`, String(count));
  const storage = new Storage(0, bytes, null);
  storage.home = heap.settle(storage, bytes);
  return noted(storage);
}

function noted(storage: Storage): Storage {
  if (arena !== null) {
    storage.owner = Owner.Pass;
    arena.push(storage);
  }
  return storage;
}
