// Watches objects for the WebAssembly backend, which has no weak references of its own.
import { platform } from '../platform/index.js';
import type { Watcher } from './backend.js';

/** Minor collections clear neither WeakRefs nor registrations, so that only full ones count there; they are rarer for it. */
const collectEvery = 64 << 20;
/** Where maps are listed minor ones count: they and the listing take 0.2 ms. */
const listedCollectEvery = 16 << 20;

/** Finds the dead in the middle of a job: reads every WeakRef after a collection. */
class WeakRefWatcher implements Watcher {
  readonly collectEvery = collectEvery;
  #refs: (WeakRef<object> | undefined)[] = [];
  #free: number[] = [];

  constructor(readonly releaseKept: () => void) {}

  watch(object: object): number {
    const handle = this.#free.pop() ?? this.#refs.length;
    this.#refs[handle] = new WeakRef(object);
    return handle;
  }
  unwatch(handle: number): void {
    this.#refs[handle] = undefined;
    this.#free.push(handle);
  }
  sweep(_all: boolean, dead: (handle: number) => void): void {
    for (let handle = 0; handle < this.#refs.length; handle++) {
      const ref = this.#refs[handle];
      if (ref === undefined || ref.deref() !== undefined) continue;
      this.unwatch(handle);
      dead(handle);
    }
    this.releaseKept();
  }
  collect(): boolean {
    this.releaseKept();
    return platform.collectGarbage(true);
  }
}

/** What stands beside a watched object in the map: it is asked to describe itself as long as the object lives. */
class Witness {
  round = 0;
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    this.round = currentRound;
    return '';
  }
}
let currentRound = 0;

/**
 * Finds the dead in the middle of a job, after minor collections too: these clear no WeakRef, but do remove entries of weak maps whose keys were young, and Node.js lists the entries
 * that are left when it inspects a map. Who was not listed is dead, so that a listing counts only if it is complete.
 */
class ListingWatcher implements Watcher {
  readonly collectEvery = listedCollectEvery;
  #map = new WeakMap<object, Witness>();
  #witnesses: (Witness | undefined)[] = [];
  #free: number[] = [];
  #alive = {};
  #sentinel: Witness;

  constructor(readonly inspectEntries: (map: WeakMap<object, object>) => boolean) {
    this.#sentinel = this.#add(this.#alive);
  }

  #add(object: object): Witness {
    const witness = new Witness();
    this.#map.set(object, witness);
    return witness;
  }
  watch(object: object): number {
    const handle = this.#free.pop() ?? this.#witnesses.length;
    this.#witnesses[handle] = this.#add(object);
    return handle;
  }
  unwatch(handle: number): void {
    this.#witnesses[handle] = undefined;
    this.#free.push(handle);
  }
  /** False where maps cannot be listed. */
  #list(): boolean {
    currentRound++;
    return this.#map.has(this.#alive) && this.inspectEntries(this.#map) && this.#sentinel.round === currentRound;
  }
  sweep(_all: boolean, dead: (handle: number) => void): void {
    if (!this.#list()) return;
    const round = currentRound;
    for (let handle = 0; handle < this.#witnesses.length; handle++) {
      const witness = this.#witnesses[handle];
      if (witness === undefined || witness.round === round) continue;
      this.unwatch(handle);
      dead(handle);
    }
  }
  collect(major: boolean): boolean {
    return platform.collectGarbage(major);
  }
  /** Whether this engine lists what lives, and minor collections take what does not. */
  works(): boolean {
    const die = (): number => this.watch({});
    die();
    if (!this.#list() || this.#witnesses[0]!.round !== currentRound) return false;
    this.collect(false);
    let found = false;
    this.sweep(false, () => {
      found = true;
    });
    return found;
  }
}

/** Hears of the dead from the engine, between jobs: a loop that never awaits hears of none. */
class RegistryWatcher implements Watcher {
  readonly collectEvery = collectEvery;
  #tokens: (object | undefined)[] = [];
  #free: number[] = [];
  #dead: (handle: number) => void = () => {};
  #registry = new FinalizationRegistry<number>((handle) => {
    this.#forget(handle);
    this.#dead(handle);
  });

  watch(object: object): number {
    const handle = this.#free.pop() ?? this.#tokens.length;
    const token = {};
    this.#tokens[handle] = token;
    this.#registry.register(object, handle, token);
    return handle;
  }
  unwatch(handle: number): void {
    this.#registry.unregister(this.#tokens[handle]!);
    this.#forget(handle);
  }
  tell(dead: (handle: number) => void): void {
    this.#dead = dead;
  }
  sweep(): void {}
  collect(): boolean {
    return platform.collectGarbage(true);
  }
  #forget(handle: number): void {
    this.#tokens[handle] = undefined;
    this.#free.push(handle);
  }
}

export function makeWatcher(): Watcher {
  if (platform.inspectEntries !== undefined) {
    const listing = new ListingWatcher(platform.inspectEntries);
    if (listing.works()) return listing;
  }
  const release = platform.makeKeptObjectsRelease?.();
  return release === undefined ? new RegistryWatcher() : new WeakRefWatcher(release);
}
