// Reductions of what kernels cannot read as it lies, since its dtype is another or its elements are apart: large inputs are
// converted block by block, so that the memory it takes does not grow with them.

import type { DTypeInfo } from '../core/dtype.js';
import { contiguousStrides, numel, type Shape } from '../core/shape.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { addressOf, alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';

/** y (outer, inner) = the contiguous x (outer, r, inner) reduced over r. */
export type Reduction = (x: number, y: number, outer: number, r: number, inner: number) => void;

/** Elements that are converted at once. */
export const BLOCK = 2 ** 18;
/** Columns that stay together where columns are cut: partial results are at most a block / COLUMNS of the input. */
const COLUMNS = 1024;

/** The layout of a reduction: dims [0, outer) are kept, dims [outer, inner) are reduced, the others are kept. */
export interface Split {
  readonly outer: number;
  readonly inner: number;
}

const sizeOf = (shape: Shape, from: number, to: number): number => numel(shape.slice(from, to));

/** The part of a tensor at `length` indices of a dim. */
const part = (x: Tensor, dim: number, from: number, length: number): Tensor =>
  alias(x, shapeOf(x).with(dim, length), stridesOf(x), x.offset + from * stridesOf(x)[dim]);

/** Converts into the memory of `buffer`, by way of the truth values of the elements if `truth` has room for them. */
function converted(x: Tensor, buffer: Tensor, truth: Tensor | null): Tensor {
  const seen = (t: Tensor): Tensor => alias(t, shapeOf(x), contiguousStrides(shapeOf(x)), 0);
  const source = truth === null ? x : seen(truth);
  if (truth !== null) copyInto(source, x);
  copyInto(seen(buffer), source);
  return buffer;
}

/**
 * Reduces x in blocks of the dtype dt into y (kept dims, contiguous). The reduction of partial results must be that of the whole.
 *
 * @param truth - dtype that elements are converted to first: bool counts what is not zero.
 */
export function reduceInBlocks(kernel: Reduction, x: Tensor, y: Tensor, dt: DTypeInfo, { outer, inner }: Split, truth: DTypeInfo | null): void {
  const buffers = [empty([BLOCK], dt), truth === null ? null : empty([BLOCK], truth)] as const;

  const reduce = (from: Tensor, to: Tensor): void => {
    const shape = shapeOf(from);
    const { count } = from;
    const sizes = [sizeOf(shape, 0, outer), sizeOf(shape, outer, inner), sizeOf(shape, inner, shape.length)] as const;
    if (count <= BLOCK) {
      const packed = converted(from, ...buffers);
      kernel(addressOf(packed), addressOf(to), ...sizes);
      return;
    }
    // Kept dims first, as their results are independent; then columns down to a few; then what is reduced.
    const wide = (d: number): boolean => shape[d] > 1;
    const dims = [...shape.keys()];
    const kept = dims.slice(0, outer).find(wide) ?? (sizes[2] > COLUMNS ? dims.slice(inner).find(wide) : undefined);
    const dim = kept ?? dims.slice(outer, inner).find(wide) ?? dims.slice(inner).find(wide)!;
    const rest = count / shape[dim];
    const least = kept !== undefined && dim >= inner ? Math.floor(COLUMNS / (sizes[2] / shape[dim])) : 1;
    const length = Math.max(1, least, Math.floor(BLOCK / rest));
    const parts = Math.ceil(shape[dim] / length);
    if (dim < outer || dim >= inner) {
      // Kept dims before this one have size 1, so that its parts are stretches of the result.
      const step = to.count / shape[dim];
      for (let i = 0; i < parts; i++) {
        const n = Math.min(length, shape[dim] - i * length);
        reduce(part(from, dim, i * length, n), alias(to, [n * step], [1], to.offset + i * length * step));
      }
      return;
    }
    const partial = empty([parts, to.count], dt);
    for (let i = 0; i < parts; i++) {
      const n = Math.min(length, shape[dim] - i * length);
      reduce(part(from, dim, i * length, n), alias(partial, [to.count], [1], i * to.count));
    }
    kernel(addressOf(partial), addressOf(to), 1, parts, to.count);
  };
  reduce(x, alias(y, [y.count], [1], y.offset));
}
