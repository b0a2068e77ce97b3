// Batches on their way from one thread to another: tensors travel as shared memory, everything else as structuredClone copies it.
import type { DType, TypedArray } from '../core/dtype.js';
import { isOptions } from '../ops/args.js';
import { fromArray } from '../ops/create.js';
import { dtypeOf } from '../tensor/defaults.js';
import { Tensor } from '../tensor/tensor.js';

/** The name of a tensor's place in a packed value. */
const MARK = 'gradtape.tensor';
interface Packed {
  readonly [MARK]: { readonly dtype: DType; readonly shape: readonly number[]; readonly data: TypedArray };
}

/** Gives shared memory, and takes it back all at once: what is packed after `reset` overwrites what was packed before. */
export class SharedArena {
  readonly #buffers: SharedArrayBuffer[] = [];
  #next = 0;
  reset(): this {
    this.#next = 0;
    return this;
  }
  take(bytes: number): SharedArrayBuffer {
    const i = this.#next++;
    if (!(this.#buffers[i]?.byteLength >= bytes)) this.#buffers[i] = new SharedArrayBuffer(bytes);
    return this.#buffers[i];
  }
}

export function pack(value: unknown, arena: SharedArena): unknown {
  if (value instanceof Tensor) {
    const array = value.dt.array as unknown as new (buffer: SharedArrayBuffer, offset: number, length: number) => TypedArray;
    const data = new array(arena.take(value.count * value.dt.size), 0, value.count);
    // Arrays of one type each, so that the copy is one.
    (data as Float64Array).set(value.toTypedArray() as Float64Array);
    return { [MARK]: { dtype: value.dtype, shape: value.shape, data } } satisfies Packed;
  }
  if (Array.isArray(value)) return value.map((item) => pack(item, arena));
  return isOptions(value) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, pack(item, arena)])) : value;
}

export function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (!isOptions(value)) return value;
  if (!(MARK in value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unpack(item)]));
  const { dtype, shape, data } = (value as unknown as Packed)[MARK];
  return fromArray('DataLoader', data.slice(), [...shape], dtypeOf('DataLoader', dtype));
}
