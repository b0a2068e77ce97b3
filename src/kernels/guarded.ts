// The heap over an addon that was built for the address sanitizer: every storage has a block of its own with a red zone behind it, and what no live tensor holds may not be touched.
import type { Backend } from './backend.js';
import { Heap } from './heap.js';

/** Bytes behind a storage that nobody may touch; before it lies the red zone of its neighbour. */
const redZone = 1024;

export class GuardedHeap extends Heap {
  #poison: (address: number, bytes: number, on: boolean) => void;
  #blocks = new Map<number, { address: number; bytes: number }>();

  /** `poison` says whether bytes of a region may be touched (false) or not (true); those of a fresh region may not. */
  constructor(backend: Backend, poison: (address: number, bytes: number, on: boolean) => void) {
    super(backend);
    this.#poison = poison;
  }

  /** Slabs have no room between storages, and live on when one of them is dead. */
  override isSmall(): boolean {
    return false;
  }

  override take(bytes: number): number {
    const address = super.take(bytes + redZone);
    this.#poison(address, bytes, false);
    return address;
  }

  override own(owner: object, address: number, bytes: number): number {
    const handle = super.own(owner, address, bytes + redZone);
    this.#blocks.set(handle, { address, bytes });
    return handle;
  }

  protected override release(handle: number): void {
    const { address, bytes } = this.#blocks.get(handle)!;
    this.#poison(address, bytes, true);
    this.#blocks.delete(handle);
    super.release(handle);
  }
}
