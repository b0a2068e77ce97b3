// In-place forms of composite ops.
import type { Tensor } from '../tensor/tensor.js';
import { clone, copy_ } from './copy.js';

/** Writes f(x) into x; f sees a copy, so that what it saves for backward is not overwritten. */
export const rewrite =
  <R extends unknown[]>(f: (x: Tensor, ...rest: R) => Tensor) =>
  (x: Tensor, ...rest: R): Tensor =>
    copy_(x, f(clone(x), ...rest));
