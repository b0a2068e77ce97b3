// Watches objects for the WebAssembly backend, which has no weak references of its own.
import { platform } from '../platform/index.js';
import type { Watcher } from './backend.js';

/** Minor collections clear neither WeakRefs nor registrations, so that only full ones count here; they are rarer for it. */
const collectEvery = 64 << 20;

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
  const release = platform.makeKeptObjectsRelease?.();
  return release === undefined ? new RegistryWatcher() : new WeakRefWatcher(release);
}
