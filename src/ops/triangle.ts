// Triangles and diagonals of matrices, the last two dims.
import { int64 } from '../core/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { add } from './arithmetic.js';
import { le, where } from './compare.js';
import { arange } from './create.js';
import { gather } from './gather.js';
import { expand, narrow, reshape } from './view.js';

const rowsOf = (x: Tensor): Tensor => reshape(arange(x.shape.at(-2)!), [x.shape.at(-2)!, 1]);
const columnsOf = (x: Tensor): Tensor => arange(x.shape.at(-1)!);

/** Zeros above the k-th diagonal. */
export const lower = (x: Tensor, k = 0): Tensor => where(le(columnsOf(x), add(rowsOf(x), k)), x, 0);
/** Zeros below the k-th diagonal. */
export const upper = (x: Tensor, k = 0): Tensor => where(le(add(rowsOf(x), k), columnsOf(x)), x, 0);
/** The diagonals, a row a matrix. */
export function diagonalOf(x: Tensor): Tensor {
  const lead = x.shape.slice(0, -2);
  const size = Math.min(x.shape.at(-2)!, x.shape.at(-1)!);
  const index = expand(reshape(arange(size, { dtype: int64.name }), [size, 1]), [...lead, size, 1]);
  return reshape(gather(narrow(x, -2, 0, size), x.ndim - 1, index), [...lead, size]);
}
/** Matrices with these diagonals. */
export function withDiagonal(x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  return where(le(reshape(arange(n), [n, 1]), arange(n)), lower(expand(reshape(x, [...x.shape, 1]), [...x.shape, n])), 0);
}
