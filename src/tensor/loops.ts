// Plans an elementwise loop: which rows [size, strides...] a kernel walks. Sizes of 1 are dropped, rows that are one stretch for every operand are merged, so that contiguous
// tensors of any rank become one row.
import type { Shape } from '../core/shape.js';
import { shapeOf, stridesOf } from './inner.js';
import type { Tensor } from './tensor.js';

/** The rows of the last plan, as the kernels take them, and whatever earlier plans left behind them. Used up at once by the call that follows. */
export const dims: number[] = [];

function strideAt(t: Tensor, d: number, ndim: number): number {
  const shape = shapeOf(t);
  const i = d - ndim + shape.length;
  return i < 0 || shape[i] === 1 ? 0 : stridesOf(t)[i];
}

/** Dims by falling stride of the output, so that the innermost loop walks neighbours; null when row-major order is that already. */
function orderOf(shape: Shape, out: Tensor): number[] | null {
  if (out.packed || shape.length < 2) return null;
  return [...shape.keys()].sort((i, j) => Math.abs(strideAt(out, j, shape.length)) - Math.abs(strideAt(out, i, shape.length)) || i - j);
}

/** Plans the loop of `operands` broadcast to `shape`, walking in the memory order of `out` (null: in row-major order); returns the number of rows, which stand in `dims`. */
export function collapse(shape: Shape, out: Tensor | null, ...operands: readonly Tensor[]): number {
  const ndim = shape.length;
  const width = operands.length + 1;
  const order = out === null ? null : orderOf(shape, out);
  let at = 0;
  for (let k = 0; k < ndim; k++) {
    const d = order === null ? k : order[k];
    const size = shape[d];
    if (size === 1) continue;
    let merge = at > 0;
    for (let j = 0; merge && j < operands.length; j++) merge = dims[at - width + 1 + j] === strideAt(operands[j], d, ndim) * size;
    if (merge) at -= width;
    dims[at] = merge ? dims[at] * size : size;
    for (let j = 0; j < operands.length; j++) dims[at + 1 + j] = strideAt(operands[j], d, ndim);
    at += width;
  }
  return at / width;
}

/** The plan of `operands` contiguous operands of n elements: one row. */
export function flat(n: number, operands: number): number {
  if (n === 1) return 0;
  dims[0] = n;
  for (let j = 1; j <= operands; j++) dims[j] = 1;
  return 1;
}
