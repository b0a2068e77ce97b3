// When to collect: nobody disposes, so that a block is free once the garbage collector has taken its owner, and the collector knows nothing of the blocks' bytes.
//
// Collections are requested where much has just died (backward freed a graph), and otherwise after a budget of allocation. A budget that was mostly still in use was
// too small, as in the middle of a training step, and doubles; one that was mostly garbage halves, so that a plain loop stays in the cache. Minor collections leave
// what has lived through two of them; when too much is left, a full one follows.
import { platform } from '../platform/index.js';
import type { Watcher } from './backend.js';

/** The time of a full collection grows with the JavaScript heap: this many times its bytes must have been handed out to pay for one. */
const heapsPerCollection = 4;
const [lowestPrice, highestPrice] = [128 << 20, 512 << 20];
/** After so many ordinary collections' worth of allocation a full one looks for what died old. */
const fullEvery = 2048;

export class Reclaimer {
  #watcher: Watcher;
  #dead: (handle: number) => void;
  #live = 0;
  /** Bytes handed out since the last collection less those given back; below 0 where old blocks make room for new ones. */
  #fresh = 0;
  /** What a collection costs, in bytes of allocation that pay for it. */
  #price: number;
  /** How much may be handed out before an allocation asks for a collection. */
  #budget: number;
  /** Live bytes after the last full collection: nearest to what is really in use. */
  #settled = 0;
  #sinceFull = 0;
  #collections = 0;

  /** `dead` takes the handle of every block that is found free, and calls `released`. */
  constructor(watcher: Watcher, dead: (handle: number) => void) {
    this.#watcher = watcher;
    this.#dead = dead;
    watcher.tell?.(dead);
    this.#price = watcher.collectEvery;
    this.#budget = watcher.collectEvery;
  }

  get live(): number {
    return this.#live;
  }
  get collections(): number {
    return this.#collections;
  }

  handedOut(bytes: number): void {
    this.#live += bytes;
    this.#fresh += bytes;
    this.#sinceFull += bytes;
  }
  released(bytes: number): void {
    this.#live -= bytes;
    // What is older than the last collection makes no more room for fresh garbage than one collection is worth.
    this.#fresh = Math.max(-this.#price, this.#fresh - bytes);
  }

  /** Called where much has just died. */
  graphFreed(): void {
    if (this.#fresh >= Math.max(this.#price, this.#live / 4)) this.collect();
  }

  /** Called before a block is handed out. */
  beforeTaking(): void {
    const fresh = this.#fresh;
    if (fresh < this.#budget || fresh < this.#settled / 4) return;
    const freed = this.collect();
    // Where the dead are told of later, what was freed at once teaches nothing.
    if (this.#watcher.tell === undefined) this.#budget = freed < fresh / 2 ? 2 * this.#budget : Math.max(this.#price, this.#budget / 2);
  }

  /** Collects and gives the blocks of the dead back; returns their bytes. */
  collect(major = false): number {
    const before = this.#live;
    let full = this.#run(major);
    if (full && !major) this.#price = Math.min(Math.max(heapsPerCollection * platform.javaScriptHeap(), lowestPrice), highestPrice);
    else full = this.#leavesTooMuch() && this.#run(true);
    this.#settled = full ? this.#live : Math.min(this.#settled, this.#live);
    if (full) this.#sinceFull = 0;
    this.#fresh = 0;
    return before - this.#live;
  }

  #leavesTooMuch(): boolean {
    const { collectEvery } = this.#watcher;
    return this.#live > Math.max(2 * this.#settled, this.#settled + 8 * collectEvery) || this.#sinceFull > Math.max(fullEvery * collectEvery, 4 * this.#live);
  }

  #run(major: boolean): boolean {
    this.#collections++;
    const full = this.#watcher.collect(major);
    this.#watcher.sweep(full, this.#dead);
    return full;
  }
}
