// The memory that tensors live in: one allocator for both backends over the regions that a backend reserves.
//
// Three sizes of block. Small ones (up to 2 KB) are bumped out of slabs and never returned one by one: a slab is a JavaScript object that its storages keep alive, and the
// whole slab comes back when it has been collected. Middle ones come in size classes, an eighth of an octave apart, many cut from one range. Large ones are multiples of
// 4 KB. A freed block waits for a request of exactly its size, since a training step asks for the same sizes again and again, and is merged into ranges only on a miss.
//
// Nobody disposes: a block's owner (a storage or a slab) is watched weakly, and reclaim.ts decides when to look for the dead.
import { BackendError } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Backend } from './backend.js';
import { Home, leastUsed } from './home.js';
import { Reclaimer } from './reclaim.js';
import { Runs } from './runs.js';

const unit = 4096;
const smallMax = 2048;
const slabBytes = 32768;
/** Scalars have slabs of their own, and smaller ones: a loss kept from every step holds its slab. */
const tinyMax = 64;
const tinySlabBytes = 4096;
const middleMax = 32768;
/** The part of the memory that is emptied at once when it is full. */
const spillPart = 16;
/** What is left of the machine's memory for storages that move back. */
const swapBytes = 64 << 20;
/** Middle blocks are cut from ranges of about that size. */
const middlePiece = 131072;

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

/** The block for that many bytes, at least the shortest middle one. Middle sizes keep the four leading bits, so that at most an eighth is lost; all are multiples of 64. */
function roundUp(bytes: number): number {
  bytes = Math.max(bytes, smallMax);
  const step = bytes > middleMax ? unit : 1 << (28 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}

/** The shortest range of whole units that middle blocks of one size fill without a rest. */
function wholeUnits(size: number): number {
  const even = size & -size;
  return even < unit ? size * (unit / even) : size;
}

/** How many addresses from i on are neighbours that together fill whole units; at least 1, which may then fill none. */
function neighbours(sorted: readonly number[], i: number, size: number): number {
  let count = 1;
  if (sorted[i] % unit !== 0) return count;
  for (let n = 1; sorted[i + n] === sorted[i] + n * size; n++) if ((sorted[i] + (n + 1) * size) % unit === 0) count = n + 1;
  return count;
}

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
  #reclaimer: Reclaimer;
  #runs = new Runs();
  #regions: { address: number; bytes: number }[] = [];
  /** Freed blocks by exact size. */
  #free = new Map<number, number[]>();
  /** What a watched handle owns. */
  #addressOf: number[] = [];
  #bytesOf: number[] = [];
  /** Homes whose bytes are here, by handle. */
  #homes: (Home | undefined)[] = [];
  #clock = 0;
  #slab: Slab | undefined;
  #tinySlab: Slab | undefined;
  #reserved = 0;
  #crowded = false;
  #takes = 0;
  #calls: () => number;
  #blocks = 0;
  #reclaimed = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#calls = backend.calls?.bind(backend) ?? (() => 0);
    this.#reclaimer = new Reclaimer(backend.watcher, (handle) => {
      this.#reclaimed++;
      this.release(handle);
    });
  }

  /** Whether a storage of that many bytes is cut from a slab. */
  isSmall(bytes: number): boolean {
    return bytes <= smallMax && !this.#crowded;
  }

  /** The slab with room for a small storage; the caller bumps `next`. */
  slabFor(bytes: number): Slab {
    const tiny = bytes <= tinyMax;
    const slab = tiny ? this.#tinySlab : this.#slab;
    if (slab !== undefined && slab.next + bytes <= slab.end) return slab;
    const size = tiny ? tinySlabBytes : slabBytes;
    const address = this.take(size);
    const fresh = new Slab(address, address + size);
    this.own(fresh, address, size);
    if (tiny) this.#tinySlab = fresh;
    else this.#slab = fresh;
    return fresh;
  }

  /** The block of a larger storage; the caller makes the storage its owner with `own`. */
  take(bytes: number): number {
    if (this.#crowded && ++this.#takes % 2048 === 0) this.#reclaimer.collect(true);
    this.#reclaimer.beforeTaking();
    return this.#block(roundUp(bytes), true);
  }

  #block(size: number, mayCollect: boolean): number {
    if (this.#crowded) this.#crowdOut();
    const address = this.#free.get(size)?.pop() ?? this.#find(size, mayCollect);
    this.#reclaimer.handedOut(size);
    this.#blocks++;
    return address;
  }

  /** Lets a block live as long as `owner`; returns the handle to give it back early with. */
  own(owner: object, address: number, bytes: number): number {
    const handle = this.#backend.watcher.watch(owner);
    this.#addressOf[handle] = address;
    this.#bytesOf[handle] = roundUp(bytes);
    return handle;
  }

  /** A block for a larger storage, which may be away while nobody uses it. */
  settle(owner: object, bytes: number): Home {
    const home = new Home(this.take(bytes), bytes);
    home.handle = this.own(owner, home.address, bytes);
    this.#use(home);
    this.#homes[home.handle] = home;
    return home;
  }

  /**
   * The address of a home; bytes that are away come back. Good for the kernel call that it is asked for. Nothing is collected meanwhile: another operand of that call may be a
   * temporary of which only the address is left.
   */
  reach(home: Home): number {
    this.#use(home);
    if (home.address === 0 && home.away !== null) {
      home.address = this.#block(roundUp(home.bytes), false);
      this.#backend.copyIn(home.address, home.away);
      home.away = null;
      this.#addressOf[home.handle] = home.address;
      this.#homes[home.handle] = home;
    }
    return home.address;
  }

  #use(home: Home): void {
    home.used = ++this.#clock;
    home.call = this.#calls();
  }

  /** Gives a block back whose end is known. */
  giveBack(handle: number): void {
    this.#backend.watcher.unwatch(handle);
    this.release(handle);
  }

  /** Called where much has just died. */
  graphFreed(): void {
    this.#reclaimer.graphFreed();
  }

  /** For tests: whenever a block is taken, all that may move out does, and leaves NaN behind; and collections are frequent. */
  crowd(on: boolean): void {
    this.#crowded = on;
  }

  info(): MemoryInfo {
    const { live, collections } = this.#reclaimer;
    return { liveBytes: live, pooledBytes: this.#reserved - live, liveBlocks: this.#blocks, collections, reclaimedBlocks: this.#reclaimed };
  }

  /** No freed block of that size: cuts one, after making room if need be. Where memory is full, what is least used goes away; before an error everything is collected, if it may. */
  #find(size: number, mayCollect: boolean): number {
    const range = size > middleMax ? size : wholeUnits(size);
    const grow = () => this.#grow(range);
    let address = this.#cut(size, range);
    // What moves back when memory is full takes the place of what moves out, but for a moment needs both.
    const spare = mayCollect ? swapBytes : 0;
    const spill = () => this.#spill(range, spare);
    for (const makeRoom of [
      () => this.#mergeLarge(),
      () => this.#mergeMiddle(middleMax),
      grow,
      spill,
      ...(mayCollect ? [() => this.collect(), grow, spill] : []),
      () => this.#spill(Infinity, spare),
    ]) {
      if (address >= 0) return address;
      makeRoom();
      address = this.#cut(size, range);
    }
    if (address >= 0) return address;
    const { live } = this.#reclaimer;
    throw new BackendError(`memory: expected ${size} free bytes, got none: ${live} of ${this.#reserved} bytes are held by live tensors`);
  }

  /** Cuts a large block, or a range into middle ones of which the first is taken; -1 if no range is long enough. */
  #cut(size: number, range: number): number {
    if (size > middleMax) return this.#runs.take(size);
    const several = range * Math.max(1, Math.floor(middlePiece / range));
    const far = this.#runs.take(several);
    const [start, bytes] = far >= 0 ? [far, several] : [this.#runs.take(range), range];
    if (start < 0) return -1;
    const list = this.#listOf(size);
    for (let address = start + bytes - size; address > start; address -= size) list.push(address);
    return start;
  }

  #grow(bytes: number): void {
    const { contiguous, regionBytes } = this.#backend;
    // Much is pooled, but nowhere in one piece: regions that are free as a whole go back to the system first.
    if (this.#reserved - this.#reclaimer.live >= bytes / 2) this.#returnRegions();
    const last = this.#regions.at(-1);
    const missing = bytes - (contiguous && last !== undefined ? this.#runs.freeBefore(last.address + last.bytes) : 0);
    const region = this.#backend.reserve(Math.max(missing, regionBytes)) ?? this.#backend.reserve(missing);
    if (region === undefined) return;
    this.#regions.push(region);
    this.#reserved += region.bytes;
    this.#backend.adjust(region.bytes);
    this.#runs.give(region.address, region.bytes);
  }

  /**
   * Moves at least that many bytes of idle storages out of the backend's memory, if there are so many, the backend's memory has an end,
   * and the machine has room for them and `spare` bytes: the system would promise more, and then kill us.
   */
  #spill(bytes: number, spare: number): void {
    if (!this.#backend.isBounded) return;
    const homes = leastUsed(this.#homes, this.#clock, this.#calls(), Math.max(bytes, this.#reserved / spillPart));
    const wanted = homes.reduce((sum, home) => sum + home.bytes, spare);
    // Arrays whose storages have moved back, or are dead, are garbage of the engine's.
    if (wanted > platform.availableMemory(this.#reserved)) platform.collectGarbage(true);
    let room = platform.availableMemory(this.#reserved) - spare;
    const fitting = homes.findIndex((home) => {
      room -= home.bytes;
      return room < 0;
    });
    this.#moveOut(fitting < 0 ? homes : homes.slice(0, fitting));
    this.#mergeLarge();
    this.#mergeMiddle(unit);
  }

  #moveOut(homes: readonly Home[]): void {
    for (const home of homes) {
      try {
        home.away = new Uint8Array(home.bytes);
      } catch {
        // The engine has no room: the rest stays.
        return;
      }
      this.#backend.copyOut(home.address, home.away);
      if (this.#crowded) this.#backend.copyIn(home.address, new Uint8Array(home.bytes).fill(255));
      this.release(home.handle);
      this.#addressOf[home.handle] = 0;
      home.address = 0;
    }
  }

  /** As if memory were full; large ones, which would take long, stay. */
  #crowdOut(): void {
    this.#moveOut(leastUsed(this.#homes, this.#clock, this.#calls(), Infinity).filter(({ bytes }) => bytes <= middleMax));
  }

  #returnRegions(): void {
    const { release } = this.#backend;
    if (release === undefined) return;
    this.#regions = this.#regions.filter(({ address, bytes }) => {
      if (!this.#runs.takeAt(address, bytes)) return true;
      release(address, bytes);
      this.#reserved -= bytes;
      this.#backend.adjust(-bytes);
      return false;
    });
  }

  /** Collects all that is dead now. */
  collect(): void {
    this.#reclaimer.collect(true);
    this.#mergeLarge();
    this.#mergeMiddle(unit);
  }

  /** Large freed blocks go back to the ranges, where neighbours become one. */
  #mergeLarge(): void {
    for (const [size, list] of this.#free) {
      if (size <= middleMax) continue;
      for (const address of list) this.#runs.give(address, size);
      this.#free.delete(size);
    }
  }

  /** Middle ones too, where free neighbours fill whole units and are long enough to be of use; any whole units where memory is full, as short ones keep ranges apart. */
  #mergeMiddle(atLeast: number): void {
    for (const [size, list] of this.#free) {
      if (size > middleMax) continue;
      list.sort((a, b) => a - b);
      const kept: number[] = [];
      for (let i = 0; i < list.length; ) {
        const count = neighbours(list, i, size);
        if (count * size >= atLeast && (count * size) % unit === 0) this.#runs.give(list[i], count * size);
        else kept.push(...list.slice(i, i + count));
        i += count;
      }
      this.#free.set(size, kept);
    }
  }

  #listOf(size: number): number[] {
    let list = this.#free.get(size);
    if (list === undefined) {
      list = [];
      this.#free.set(size, list);
    }
    return list;
  }

  protected release(handle: number): void {
    // What is away has no block.
    if (this.#addressOf[handle] === 0) return;
    this.#homes[handle] = undefined;
    const size = this.#bytesOf[handle];
    this.#reclaimer.released(size);
    this.#blocks--;
    this.#listOf(size).push(this.#addressOf[handle]);
  }
}
