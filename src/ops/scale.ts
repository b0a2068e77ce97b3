// The scale of a tensor, by which others divide before they square.
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { eq, where } from './compare.js';
import { amax } from './extrema.js';
import { abs } from './pointwise.js';

/** The largest |x| along dims, which are kept at size 1; 1 where that is 0. It carries no gradient. */
export const magnitudeOf = (x: Tensor, dim: number | readonly number[]): Tensor =>
  noGrad(() => {
    const largest = amax(abs(x), { dim, keepdim: true });
    return where(eq(largest, 0), 1, largest);
  });
