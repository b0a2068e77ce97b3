// The memory that tensors live in: one allocator for both backends over the regions that a backend reserves, and the collection of what JavaScript has dropped.
//
// Three sizes of block. Small ones (up to 2 KB) are bumped out of slabs and never returned one by one: a slab is a JavaScript object that its storages keep alive, and the
// whole slab comes back when it has been collected. Middle ones come in size classes, an eighth of an octave apart, carved from larger pieces. Large ones are runs
// of 4 KB units; freed blocks of an exact size are reused first, since a training step asks for the same sizes again and again, and are merged into ranges only on a miss.
//
// Nobody disposes: a block's owner (a storage or a slab) is watched weakly, and a sweep after a garbage collection finds the dead. See docs/architecture.md for when.
import { BackendError } from '../core/errors.js';
import type { Backend, Watcher } from './backend.js';
import { Runs } from './runs.js';

const unit = 4096;
const smallMax = 2048;
const slabBytes = 32768;
const middleMax = 32768;
const middlePiece = 262144;
/** A sweep without a collection is cheap but not free: do it only when this much was handed out since the last one. */
const sweepEvery = 1 << 20;

/** A block that small storages are cut from; collected as a whole. */
export class Slab {
  next: number;
  constructor(
    readonly address: number,
    readonly end: number,
  ) {
    this.next = address;
  }
}

const classOf = (bytes: number): number => {
  // The octave's top three bits below the leading one, rounded up: at most 12.5 % is lost.
  const rest = bytes - 1;
  const octave = 31 - Math.clz32(rest);
  return ((octave - 3) << 3) + (rest >> (octave - 3)) - 7;
};
const classBytes = (index: number): number => {
  const octave = ((index - 1) >> 3) + 3;
  return (((index - 1) & 7) + 9) << (octave - 3);
};

const roundUp = (bytes: number): number => (bytes <= middleMax ? classBytes(classOf(bytes)) : Math.ceil(bytes / unit) * unit);

export interface MemoryInfo {
  /** Bytes in blocks that live tensors (or slabs of small ones) hold. */
  readonly liveBytes: number;
  /** Bytes reserved from the system and waiting to be used again. */
  readonly pooledBytes: number;
  /** Blocks that live tensors or slabs hold. */
  readonly liveBlocks: number;
  /** Garbage collections that were requested, and blocks that they and natural ones gave back. */
  readonly collections: number;
  readonly reclaimedBlocks: number;
}

export class Heap {
  #backend: Backend;
  #watcher: Watcher;
  #runs = new Runs();
  /** Freed blocks by exact size. */
  #free = new Map<number, number[]>();
  /** What a watched handle owns. */
  #addressOf: number[] = [];
  #bytesOf: number[] = [];
  #slab: Slab | undefined;
  #reserved = 0;
  #live = 0;
  #blocks = 0;
  #sinceSweep = 0;
  #sinceCollection = 0;
  #sinceMajor = 0;
  #collections = 0;
  #reclaimed = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#watcher = backend.watcher;
  }

  /** Whether a storage of that many bytes is cut from a slab. */
  isSmall(bytes: number): boolean {
    return bytes <= smallMax;
  }

  /** The slab with room for a small storage; the caller bumps `next`. */
  slabFor(bytes: number): Slab {
    const slab = this.#slab;
    if (slab !== undefined && slab.next + bytes <= slab.end) return slab;
    const address = this.#take(slabBytes);
    const fresh = new Slab(address, address + slabBytes);
    this.own(fresh, address, slabBytes);
    this.#slab = fresh;
    return fresh;
  }

  /** The block of a larger storage; the caller makes the storage its owner with `own`. */
  take(bytes: number): number {
    return this.#take(roundUp(bytes));
  }

  /** Lets a block live as long as `owner`; returns the handle to give it back early with. */
  own(owner: object, address: number, bytes: number): number {
    const handle = this.#watcher.watch(owner);
    this.#addressOf[handle] = address;
    this.#bytesOf[handle] = roundUp(bytes);
    return handle;
  }

  /** Gives a block back whose end is known. */
  giveBack(handle: number): void {
    this.#watcher.unwatch(handle);
    this.#release(handle);
  }

  /** Called where much has just died. Collects when enough was handed out since the last time for the collection to pay. */
  graphFreed(): void {
    if (this.#sinceCollection >= Math.max(this.#watcher.collectEvery, this.#live / 4)) this.#collect();
  }

  info(): MemoryInfo {
    return {
      liveBytes: this.#live,
      pooledBytes: this.#reserved - this.#live,
      liveBlocks: this.#blocks,
      collections: this.#collections,
      reclaimedBlocks: this.#reclaimed,
    };
  }

  #take(bytes: number): number {
    const address = this.#free.get(bytes)?.pop() ?? this.#find(bytes);
    this.#live += bytes;
    this.#blocks++;
    this.#sinceSweep += bytes;
    this.#sinceCollection += bytes;
    this.#sinceMajor += bytes;
    return address;
  }

  /** No freed block of that size: cut one, looking for dead storages, collecting and growing in this order. */
  #find(bytes: number): number {
    if (bytes < middleMax) return this.#carve(bytes);
    let address = this.#runs.take(bytes);
    if (address >= 0) return address;
    if (this.#sinceSweep >= sweepEvery) this.#sweep(false);
    if (this.#sinceCollection >= Math.max(this.#watcher.collectEvery, this.#live / 2)) this.#collect();
    address = this.#reuse(bytes);
    if (address >= 0) return address;
    if (this.#grow(bytes)) return this.#runs.take(bytes);
    // The last resort before an error: a full collection, whatever it costs.
    this.#collect(true);
    address = this.#reuse(bytes);
    if (address >= 0) return address;
    throw new BackendError(`memory: expected ${bytes} free bytes, got none: ${this.#live} of ${this.#reserved} bytes are held by live tensors`);
  }

  /** Looks again after blocks may have come back: the exact size, then the merged ranges. */
  #reuse(bytes: number): number {
    const exact = this.#free.get(bytes)?.pop();
    if (exact !== undefined) return exact;
    this.#merge();
    return this.#runs.take(bytes);
  }

  #grow(bytes: number): boolean {
    const wanted = Math.max(bytes, this.#backend.regionBytes);
    const region = this.#backend.reserve(wanted) ?? (wanted > bytes ? this.#backend.reserve(bytes) : undefined);
    if (region === undefined) return false;
    this.#reserved += region.bytes;
    this.#backend.adjust(region.bytes);
    this.#runs.give(region.address, region.bytes);
    return true;
  }

  /** Cuts a piece into blocks of one middle size. */
  #carve(bytes: number): number {
    const piece = this.#runs.take(middlePiece);
    const start = piece >= 0 ? piece : this.#find(middlePiece);
    const list = this.#listOf(bytes);
    const count = Math.floor(middlePiece / bytes);
    for (let i = count - 1; i > 0; i--) list.push(start + i * bytes);
    return start;
  }

  /** Large freed blocks go back to the ranges, where neighbours become one. */
  #merge(): void {
    for (const [bytes, list] of this.#free) {
      if (bytes <= middleMax) continue;
      for (const address of list) this.#runs.give(address, bytes);
      this.#free.delete(bytes);
    }
  }

  #listOf(bytes: number): number[] {
    let list = this.#free.get(bytes);
    if (list === undefined) {
      list = [];
      this.#free.set(bytes, list);
    }
    return list;
  }

  #release = (handle: number): void => {
    const bytes = this.#bytesOf[handle];
    this.#live -= bytes;
    this.#blocks--;
    this.#listOf(bytes).push(this.#addressOf[handle]);
  };

  #reclaim = (handle: number): void => {
    this.#reclaimed++;
    this.#release(handle);
  };

  #sweep(all: boolean): void {
    this.#sinceSweep = 0;
    this.#watcher.sweep(all, this.#reclaim);
  }

  /** A minor collection, and a major one when minor ones leave too much alive. */
  #collect(major = false): void {
    this.#collections++;
    if (!this.#watcher.collect(major)) {
      this.#sweep(true);
      this.#sinceCollection = 0;
      return;
    }
    const before = this.#live;
    this.#sweep(major);
    const freed = before - this.#live;
    const handedOut = this.#sinceCollection;
    this.#sinceCollection = 0;
    if (major) this.#sinceMajor = 0;
    else if (freed < handedOut / 2 && this.#sinceMajor >= Math.max(8 * this.#watcher.collectEvery, this.#live)) this.#collect(true);
  }
}
