// One kernel call on memory that is compared everywhere: results, inputs, the gaps between elements and the guard zones around every buffer.
import { type DTypeInfo, dtypes, type TypedArray } from '../../src/core/dtype.js';
import { contract, type KernelName } from '../../src/kernels/contract.js';
import { backend } from '../../src/kernels/load.js';
import { type Buffer as Elements, type Reference, references } from '../cases/kernels.js';
import { isClose } from '../close.js';

const guard = 96;
export const arena = backend.reserve(backend.regionBytes)!;

/** The next cache line; addresses are past what bit operations hold. */
export const lineUp = (address: number): number => Math.ceil(address / 64) * 64;

/** Elements of a dtype with guard zones around, here and in the backend's memory. */
export class Memory implements Elements {
  readonly array: TypedArray;
  readonly integer: boolean;
  readonly single: boolean;
  /** Which elements were set since the copy was taken. */
  readonly touched: Uint8Array;
  #address = 0;
  constructor(
    readonly dt: DTypeInfo,
    readonly length: number,
    /** Place of element 0, for negative strides. */
    readonly origin = 0,
    array?: TypedArray,
  ) {
    this.integer = dt.category !== 2;
    this.single = dt.name === 'float32';
    const whole = length + (2 * guard) / dt.size;
    this.array = array ?? new dt.array(whole);
    if (array === undefined) new Uint8Array(this.array.buffer).fill(0xa5);
    this.touched = new Uint8Array(whole);
  }
  #at(i: number): number {
    if (!(i >= -this.origin && i < this.length - this.origin))
      throw new Error(`element ${i} of ${this.length} from ${-this.origin} on: the reference leaves the buffer`);
    return guard / this.dt.size + this.origin + i;
  }
  get(i: number): number {
    return Number(this.array[this.#at(i)]);
  }
  set(i: number, value: number): void {
    this.touched[this.#at(i)] = 1;
    if (this.array instanceof BigInt64Array) this.array[this.#at(i)] = BigInt(Math.trunc(value));
    else this.array[this.#at(i)] = this.dt.name === 'bool' ? Number(value !== 0) : value;
  }
  big(i: number): bigint {
    return BigInt(this.array[this.#at(i)]);
  }
  setBig(i: number, value: bigint): void {
    const array = this.array;
    this.touched[this.#at(i)] = 1;
    if (array instanceof BigInt64Array) array[this.#at(i)] = BigInt.asIntN(64, value);
    else array[this.#at(i)] = Number(this.dt.name === 'int32' ? BigInt.asIntN(32, value) : BigInt.asUintN(8, value));
  }
  copy(): Memory {
    return new Memory(this.dt, this.length, this.origin, this.array.slice());
  }
  /** Puts the bytes at the next free place; the offset is odd in elements, so that nothing is aligned by luck. */
  upload(base: number): number {
    this.#address = base + this.dt.size;
    this.#put(this.array.byteLength);
    return lineUp(this.#address + this.array.byteLength);
  }
  /** Puts the bytes where the last element's end at `end`. */
  uploadBefore(end: number): void {
    const bytes = guard + this.length * this.dt.size;
    this.#address = end - bytes;
    this.#put(bytes);
  }
  /** Puts that many bytes at the address; for the address sanitizer nobody may touch the guard zones. */
  #put(bytes: number): void {
    const address = this.#address;
    backend.poison?.(address, bytes, false);
    backend.copyIn(address, new Uint8Array(this.array.buffer, this.array.byteOffset, bytes));
    backend.poison?.(address, guard, true);
    const end = guard + this.length * this.dt.size;
    backend.poison?.(address + end, bytes - end, true);
  }
  get address(): number {
    return this.#address + guard + this.origin * this.dt.size;
  }
  download(): void {
    backend.poison?.(this.#address, this.array.byteLength, false);
    backend.copyOut(this.#address, this.array);
    backend.poison?.(this.#address, this.array.byteLength, true);
  }
}

let state = 1;
/** Marsaglia's xorshift: the same draws in every run. */
export function draw(low: number, high: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return low + ((high - low) * (state >>> 0)) / 2 ** 32;
}
export function fillWith(memory: Memory, [low, high]: readonly [number, number], { big = false } = {}): void {
  for (let i = -memory.origin; i < memory.length - memory.origin; i++) {
    if (big) memory.setBig(i, BigInt(Math.round(draw(-(2 ** 52), 2 ** 52))) * 4097n);
    else if (memory.integer) memory.set(i, memory.dt.name === 'uint8' ? Math.round(Math.abs(draw(low, high))) : Math.round(draw(low, high)));
    else memory.set(i, draw(low, high));
  }
}

// One call -------------------------------------------------------------------------------------------------------------------------------------------------------

interface Run {
  readonly name: KernelName;
  readonly suffix: string;
  readonly buffers: Record<string, Memory>;
  readonly numbers: Record<string, number>;
  readonly dims?: readonly number[];
  readonly tolerance?: Reference['tolerance'];
  /** Buffers that are not compared: scratch memory, or results that are not unique. */
  readonly ignore?: readonly string[];
  readonly what: string;
}
export const parametersOf = (name: KernelName): { name: string; kind: string }[] =>
  contract[name][1].split(' ').map((p) => ({ name: p.split(':')[0], kind: p.split(':')[1] }));
export const dtypeOfSuffix = (suffix: string): DTypeInfo => dtypes.find((dt) => dt.suffix === suffix)!;

/** Runs the kernel and the reference on copies of the same memory, which must then be the same everywhere. */
export function run({ name, suffix, buffers, numbers, dims = [], tolerance = references[name].tolerance, ignore = [], what }: Run): void {
  const expected = Object.fromEntries(Object.entries(buffers).map(([key, memory]) => [key, memory.copy()]));
  // Two names may be one buffer.
  for (const [key, memory] of Object.entries(buffers))
    for (const [other, same] of Object.entries(buffers)) if (same === memory) expected[other] = expected[key];
  const table = backend.kernels[name] as unknown;
  const kernel = (suffix === '' ? table : (table as unknown[])[dtypeOfSuffix(suffix).code]) as (...args: (number | readonly number[])[]) => void;
  const parameters = parametersOf(name);
  const distinct = new Set(Object.values(buffers));
  /** Runs the kernel with one buffer at the end of the arena, or with none there. */
  const call = (last?: Memory): void => {
    let free = lineUp(arena.address);
    for (const memory of distinct) {
      if (memory === last) memory.uploadBefore(arena.address + arena.bytes);
      else free = memory.upload(free);
    }
    kernel(...parameters.map(({ name: p, kind }) => (kind === 'v' ? dims : 'rwu'.includes(kind) ? buffers[p].address : numbers[p])));
  };
  // Linear memory ends with the arena: what touches a byte past the buffer that is last in it traps.
  if (backend.name === 'wasm') {
    for (const [key, memory] of Object.entries(buffers)) {
      try {
        call(memory);
      } catch (error) {
        throw new Error(`${what}: ${key} of ${memory.length} ends where the memory ends`, { cause: error });
      }
    }
  }
  call();
  references[name].run({ buffers: expected, numbers, dims });
  for (const [key, memory] of Object.entries(buffers)) {
    memory.download();
    if (ignore.includes(key)) continue;
    compare(memory, expected[key], tolerance, () => `${name}${suffix && `_${suffix}`} ${what}: ${key}`);
  }
}

function compare(memory: Memory, want: Memory, tolerance: Reference['tolerance'], what: () => string): void {
  const [a, b] = [memory.array, want.array];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (isClose(Number(a[i]), Number(b[i]), memory.dt.name, want.touched[i] ? tolerance : { ulp: 0 })) continue;
    throw new Error(`${what()}[${i - guard / memory.dt.size - memory.origin}] of ${memory.length} is ${a[i]}, expected ${b[i]}`);
  }
}

const isTruth = (name: KernelName): boolean => ['eq', 'ne', 'lt', 'le'].includes(name);
/** How indices are written: as int32 and, where there are tensors of so many elements, as int64. */
export const widths = backend.name === 'native' ? [0, 1] : [0];
export const indexType = (wide: number): DTypeInfo => dtypes[wide ? 3 : 2];
export const dtypeOf = (name: KernelName, buffer: string, suffix: string, wide = 0): DTypeInfo => {
  if (name === 'where' && buffer === 'c') return dtypes[5];
  if (isTruth(name) && buffer === 'y') return dtypes[5];
  if (buffer === 'idx' || name === 'wrap_index') return dtypes[3];
  if (buffer === 'state') return dtypes[2];
  if (name === 'box_muller') return dtypes[0];
  if (((name === 'argmax' || name === 'argmin') && buffer === 'y') || buffer === 'places') return indexType(wide);
  return dtypeOfSuffix(suffix);
};
export const range = (name: KernelName, buffer: string): readonly [number, number] =>
  ((references[name] as Reference).ranges as Record<string, readonly [number, number]>)[buffer] ?? [-3, 3];

/** Sizes around every vector's edge. */
export const edges = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 129, 515];
