// Parameters and buffers whose shapes are not known yet: they are empty until the first input, or a state dict, decides.
import { setData } from '../tensor/data.js';
import type { Tensor } from '../tensor/tensor.js';

const pending = new WeakSet<Tensor>();

export const postpone = (t: Tensor): void => void pending.add(t);
export const isPending = (t: Tensor): boolean => pending.has(t);

/** Gives a pending tensor its elements, sharing the memory of `from`; it stays the same object, so that optimizers keep their hold of it. */
export function settle(t: Tensor, from: Tensor): void {
  setData(t, from);
  pending.delete(t);
}
