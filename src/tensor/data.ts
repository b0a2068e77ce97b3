// Gives a tensor other memory, and with it perhaps another dtype, while it stays the same object: a module's parameters change dtype under the optimizer that holds them.
import { setContents, shapeOf, storageOf, stridesOf } from './inner.js';
import type { Tensor } from './tensor.js';

/** A leaf's elements become those of `from`, sharing its memory. A graph that saved the leaf itself fails from then on as after an in-place write. */
export function setData(t: Tensor, from: Tensor): void {
  storageOf(from).version = Math.max(storageOf(from).version, storageOf(t).version + 1);
  const { dt, offset } = from;
  setContents(t, { storage: storageOf(from), dt, shape: shapeOf(from), strides: stridesOf(from), offset });
}
