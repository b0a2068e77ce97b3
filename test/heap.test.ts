// The allocator against a backend without memory: only addresses are handed out, objects die when the test says so.
import { describe, expect, test } from 'vitest';
import { BackendError } from '../src/core/errors.js';
import type { Backend, Watcher } from '../src/kernels/backend.js';
import { Heap } from '../src/kernels/heap.js';

const MB = 1 << 20;

/** An owner of a block; `dead` once nothing refers to it any more. */
class Owner {
  dead = false;
  collected = false;
  age = 0;
  handle = -1;
  constructor(
    readonly address: number,
    readonly bytes: number,
  ) {}
}

/** Minor collections take only what has not lived through two, as V8's do. */
class FakeWatcher implements Watcher {
  readonly collectEvery = 8 * MB;
  owners: (Owner | undefined)[] = [];
  majors = 0;
  minors = 0;
  watch(object: object): number {
    const free = this.owners.indexOf(undefined);
    const handle = free >= 0 ? free : this.owners.length;
    this.owners[handle] = object as Owner;
    return handle;
  }
  unwatch(handle: number): void {
    this.owners[handle] = undefined;
  }
  collect(major: boolean): boolean {
    if (major) this.majors++;
    else this.minors++;
    for (const owner of this.owners) {
      if (owner === undefined) continue;
      if (owner.dead && (major || owner.age < 2)) owner.collected = true;
      owner.age++;
    }
    return major;
  }
  sweep(_all: boolean, dead: (handle: number) => void): void {
    this.owners.forEach((owner, handle) => {
      if (!owner?.collected) return;
      this.owners[handle] = undefined;
      dead(handle);
    });
  }
}

class FakeBackend {
  watcher = new FakeWatcher();
  regions: { address: number; bytes: number }[] = [];
  #next = MB;
  release?: Backend['release'];
  constructor(
    readonly contiguous: boolean,
    readonly regionBytes = 64 * MB,
    public limit = 1024 * MB,
  ) {
    // Linear memory gives nothing back.
    if (!contiguous) {
      this.release = (address, bytes) => {
        const i = this.regions.findIndex((region) => region.address === address && region.bytes === bytes);
        expect(i).toBeGreaterThanOrEqual(0);
        this.regions.splice(i, 1);
      };
    }
  }
  get reserved(): number {
    return this.regions.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  reserve(bytes: number): { address: number; bytes: number } | undefined {
    if (this.reserved + bytes > this.limit) return undefined;
    const region = { address: this.#next, bytes };
    this.#next += bytes + (this.contiguous ? 0 : 2 * MB);
    this.regions.push(region);
    return region;
  }
  adjust(): void {}
  holds(address: number, bytes: number): boolean {
    const { regions } = this;
    const last = regions[regions.length - 1];
    const whole = this.contiguous ? [{ address: regions[0].address, bytes: last.address + last.bytes - regions[0].address }] : regions;
    return whole.some((region) => address >= region.address && address + bytes <= region.address + region.bytes);
  }
}

/** A heap that checks itself: blocks lie in regions, overlap nothing that is held, and the accounts agree with the backend. */
class CheckedHeap {
  heap: Heap;
  constructor(readonly backend: FakeBackend) {
    this.heap = new Heap(backend as unknown as Backend);
  }
  get held(): Owner[] {
    return this.backend.watcher.owners.filter((owner) => owner !== undefined);
  }
  take(bytes: number): Owner {
    const address = this.heap.take(bytes);
    expect(address % 64).toBe(0);
    expect(this.backend.holds(address, bytes)).toBe(true);
    expect(this.held.find((other) => address < other.address + other.bytes && other.address < address + bytes)).toBeUndefined();
    const owner = new Owner(address, bytes);
    owner.handle = this.heap.own(owner, address, bytes);
    return owner;
  }
  giveBack(owner: Owner): void {
    this.heap.giveBack(owner.handle);
  }
  check(): void {
    const { liveBytes, pooledBytes, liveBlocks } = this.heap.info();
    const held = this.held;
    expect(liveBlocks).toBe(held.length);
    expect(liveBytes + pooledBytes).toBe(this.backend.reserved);
    const asked = held.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(liveBytes).toBeGreaterThanOrEqual(asked);
    expect(liveBytes).toBeLessThanOrEqual(asked * 1.125 + held.length * 4096);
  }
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

describe.each([
  ['separate regions', false],
  ['linear memory', true],
])('heap on %s', (_name, contiguous) => {
  test.each([1, 2, 3])('random sequences keep blocks apart and the accounts right (seed %i)', (seed) => {
    const next = random(seed);
    const checked = new CheckedHeap(new FakeBackend(contiguous, 4 * MB, 256 * MB));
    const reachable: Owner[] = [];
    for (let i = 0; i < 4000; i++) {
      const choice = next();
      const at = Math.floor(next() * reachable.length);
      if (choice < 0.55 && reachable.length < 200) reachable.push(checked.take(2049 + Math.floor(2 ** (next() * 21))));
      else if (choice < 0.75 && reachable.length > 0) checked.giveBack(reachable.splice(at, 1)[0]);
      else if (choice < 0.98 && reachable.length > 0) reachable.splice(at, 1)[0].dead = true;
      else checked.heap.graphFreed();
      if (i % 50 === 0) checked.check();
    }
    checked.check();
    for (const owner of reachable) checked.giveBack(owner);
    checked.check();
  });

  test('a freed block serves the next request of its size', () => {
    const checked = new CheckedHeap(new FakeBackend(contiguous));
    for (const bytes of [2049, 5000, 32768, 32769, 3 * MB]) {
      const owner = checked.take(bytes);
      checked.take(bytes);
      checked.giveBack(owner);
      expect(checked.take(bytes).address).toBe(owner.address);
    }
  });

  test('free neighbours become one range, of whatever size they were', () => {
    const backend = new FakeBackend(contiguous);
    const checked = new CheckedHeap(backend);
    const owners: Owner[] = [];
    for (const bytes of [2304, 5000, 12288, 30000, 100_000, MB]) for (let i = 0; i < 16; i++) owners.push(checked.take(bytes));
    for (const owner of owners.reverse()) checked.giveBack(owner);
    checked.take(64 * MB);
    expect(backend.regions.length).toBe(1);
    checked.check();
  });

  test('a large block on top of a free end needs little more, or gives whole regions back', () => {
    const backend = new FakeBackend(contiguous, 4 * MB);
    const checked = new CheckedHeap(backend);
    for (let size = 8; size <= 256; size *= 2) checked.giveBack(checked.take(size * MB));
    expect(backend.reserved).toBeLessThanOrEqual(260 * MB);
    checked.check();
  });

  test('out of memory is an error that says how much is held, and changes nothing', () => {
    const checked = new CheckedHeap(new FakeBackend(contiguous, 64 * MB, 100 * MB));
    const first = checked.take(60 * MB);
    const before = checked.heap.info();
    expect(() => checked.take(80 * MB)).toThrow(BackendError);
    expect(() => checked.take(80 * MB)).toThrow(/memory: expected \d+ free bytes, got none: 62914560 of \d+ bytes are held by live tensors/);
    const { collections, ...after } = checked.heap.info();
    expect({ ...after, collections: before.collections }).toEqual({ ...before, pooledBytes: after.pooledBytes });
    checked.take(MB);
    checked.giveBack(first);
    checked.check();
    checked.take(60 * MB);
  });

  test('before the error everything is collected', () => {
    const checked = new CheckedHeap(new FakeBackend(contiguous, 4 * MB, 64 * MB));
    for (let i = 0; i < 100; i++) {
      const owner = checked.take(20 * MB);
      owner.age = 9; // only a full collection finds it
      owner.dead = true;
    }
    checked.check();
  });
});

test('short free blocks do not keep free ranges apart in full memory', () => {
  const checked = new CheckedHeap(new FakeBackend(true, MB, 4 * MB));
  const large = Array.from({ length: 102 }, () => checked.take(40960));
  const middle: Owner[] = [];
  // What is left between blocks in use is cut into sizes that alternate, so that no two of one size are neighbours.
  for (const [i, owner] of large.entries()) {
    if (i % 2 === 0) continue;
    checked.giveBack(owner);
    for (const bytes of [8192, 12288, 8192, 12288]) middle.push(checked.take(bytes));
  }
  for (const owner of [...middle, ...large.filter((_, i) => i % 2 === 0)]) checked.giveBack(owner);
  checked.take(4 * MB);
  checked.check();
});

test('bringing an operand back takes nothing from a temporary of which only the address is left', () => {
  const backend = Object.assign(new FakeBackend(true, 4 * MB, 64 * MB), { isBounded: true, calls: () => calls, copyIn: () => {}, copyOut: () => {} });
  let calls = 0;
  const heap = new Heap(backend as unknown as Backend);
  const next = random(7);
  const settle = () => {
    const owner = new Owner(0, MB + Math.floor(8 * MB * next()));
    return { owner, home: heap.settle(owner, owner.bytes) };
  };
  const kept = Array.from({ length: 20 }, () => {
    calls++;
    return settle();
  });
  let back = 0;
  for (let i = 0; i < 300; i++) {
    calls++;
    // Memory is full at times, and at times there is much garbage in it.
    const at = Math.floor(20 * next());
    const chance = next();
    if (chance < 0.2) {
      kept[at].owner.dead = true;
      kept[at] = settle();
    } else if (chance < 0.4) for (let n = 0; n < 6; n++) settle().owner.dead = true;
    // The temporary dies as soon as its address is known: before the call that needs the other operand too.
    const temporary = settle();
    const address = heap.reach(temporary.home);
    temporary.owner.dead = true;
    const x = kept[Math.floor(20 * next())].home;
    if (x.address === 0) back++;
    const { reclaimedBlocks } = heap.info();
    heap.reach(x);
    expect(heap.info().reclaimedBlocks).toBe(reclaimedBlocks);
    expect(temporary.home.address).toBe(address);
  }
  expect(back).toBeGreaterThan(50);
});

describe('collections', () => {
  const loop = (steps: number, checked: CheckedHeap, step: () => void): number => {
    const before = checked.backend.watcher.minors;
    for (let i = 0; i < steps; i++) step();
    return (checked.backend.watcher.minors - before) / steps;
  };

  test('a plain loop lives in the smallest budget, also after a large one was needed', () => {
    const checked = new CheckedHeap(new FakeBackend(false));
    const plain = () => {
      checked.take(MB).dead = true;
    };
    loop(100, checked, plain);
    expect(checked.backend.reserved).toBe(64 * MB);
    expect(checked.heap.info().liveBytes).toBeLessThanOrEqual(8 * MB);
    const many = Array.from({ length: 300 }, () => checked.take(MB));
    for (const owner of many) owner.dead = true;
    loop(20_000, checked, plain);
    expect(checked.heap.info().liveBytes).toBeLessThanOrEqual(8 * MB);
  });

  test('a training step is not disturbed in its middle', () => {
    const checked = new CheckedHeap(new FakeBackend(false));
    const step = () => {
      const graph = Array.from({ length: 50 }, () => checked.take(MB));
      for (const owner of graph) owner.dead = true;
      checked.heap.graphFreed();
    };
    loop(10, checked, step);
    expect(loop(20, checked, step)).toBe(1);
    expect(checked.backend.reserved).toBeLessThanOrEqual(192 * MB);
  });

  test('a graph that was freed asks for one once as much was handed out as pays for it', () => {
    for (const [blocks, left] of [
      [8, 0],
      [7, 7],
    ]) {
      const checked = new CheckedHeap(new FakeBackend(false));
      for (let i = 0; i < blocks; i++) checked.take(MB).dead = true;
      expect(checked.heap.info().liveBytes).toBe(blocks * MB);
      checked.heap.graphFreed();
      expect(checked.heap.info().liveBytes).toBe(left * MB);
    }
  });

  test('what minor collections leave is found by full ones, in proportion to what is live', () => {
    const checked = new CheckedHeap(new FakeBackend(false));
    const ring: Owner[] = [];
    for (let i = 0; i < 3000; i++) {
      const old = ring[i % 50];
      if (old !== undefined) old.dead = true; // after 50 steps and several collections
      ring[i % 50] = checked.take(MB);
    }
    expect(checked.backend.reserved).toBeLessThanOrEqual(256 * MB);
    expect(checked.backend.watcher.majors).toBeLessThan(100);
  });

  test('slabs: scalars do not hold the slabs of larger storages', () => {
    const { heap } = new CheckedHeap(new FakeBackend(false));
    const scalar = heap.slabFor(4);
    const small = heap.slabFor(2048);
    expect(scalar).not.toBe(small);
    expect(heap.slabFor(64)).toBe(scalar);
    scalar.next = scalar.end;
    expect(heap.slabFor(4)).not.toBe(scalar);
    expect([heap.isSmall(2048), heap.isSmall(2049)]).toEqual([true, false]);
  });
});
