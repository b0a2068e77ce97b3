// Gives a tensor other memory, and with it perhaps another dtype, while it stays the same object: a module's parameters change dtype under the optimizer that holds them.
import type { Tensor } from './tensor.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A leaf's elements become those of `from`, sharing its memory. A graph that saved the leaf itself fails from then on as after an in-place write. */
export function setData(t: Tensor, from: Tensor): void {
  from.storage.version = Math.max(from.storage.version, t.storage.version + 1);
  const { storage, dt, shape, strides, offset, packed, count } = from;
  Object.assign(t as Writable<Tensor>, { storage, dt, shape, strides, offset, packed, count });
}
