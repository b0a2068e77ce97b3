// Views that are told where every element lies, and tensors with a part of them replaced.

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkDim, checkInt, checkShape, checkSizes, numel, sameShape, showShape } from '../core/shape.js';
import { shapeOf, storageOf } from '../tensor/inner.js';
import { type Layout, layoutOf } from '../tensor/layout.js';
import { apply } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { viewOf } from '../tensor/window.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { clone, copy_ } from './copy.js';
import { type DiagonalOptions, diagonal } from './diagonal.js';
import { select, sliceDim } from './view.js';

export interface OffsetOption {
  /** Where the first element is, counted in elements from the start of the storage; by default where the input's is. */
  storageOffset?: number | null;
}
type StridedArgs = ArgsOf<OffsetOption, ['storageOffset']>;

function readLayout(op: string, x: Tensor, size: readonly number[], stride: readonly number[], args: StridedArgs): Layout {
  asTensor(op, 'input', x);
  const shape = checkShape(op, size);
  const strides = checkSizes(op, stride);
  const given = readArgs<OffsetOption>(op, args, ['storageOffset']).storageOffset;
  const offset = given === undefined || given === null ? x.offset : checkInt(op, 'storageOffset', given);
  if (shape.length !== strides.length) {
    fail(ArgumentError, op, 'a stride for every size', `${showShape(shape)} and ${showShape(strides)}: mismatch in length of strides and shape`);
  }
  if (offset < 0) fail(ArgumentError, op, 'storageOffset >= 0', `${offset}: tensor's storage offset must be non-negative`);
  const end = offset + shape.reduce((sum, length, d) => sum + (length - 1) * strides[d], 1);
  const held = storageOf(x).bytes / x.dt.size;
  if (numel(shape) > 0 && end > held) {
    fail(ShapeError, op, `a view within the storage of ${held} elements`, `one of ${end}: setStorage: sizes, strides and storage offset are out of bounds`);
  }
  return { shape, strides, offset };
}

/** A view of the storage that the tensor is in, with any sizes and strides. */
export function asStrided(x: Tensor, size: readonly number[], stride: readonly number[], ...args: StridedArgs): Tensor {
  const view = readLayout('asStrided', x, size, stride, args);
  return apply(viewOf, [x], { base: layoutOf(x), view });
}

// A part replaced --------------------------------------------------------------------------------------------------------------------------------------------

/** A copy of x in which the part has src's elements. */
function replaced(op: string, x: Tensor, src: Tensor, part: (whole: Tensor) => Tensor): Tensor {
  const whole = clone(asTensor(op, 'input', x));
  const place = part(whole);
  if (!sameShape(shapeOf(asTensor(op, 'src', src)), shapeOf(place)))
    fail(
      ShapeError,
      op,
      `a src of ${showShape(shapeOf(place))}, the size of the part`,
      `${showShape(shapeOf(src))}: expected src to have a size equal to the slice of self`,
    );
  copy_(place, src);
  return whole;
}

/** A copy of x in which the part at one index of a dim is src. */
export const selectScatter = (x: Tensor, src: Tensor, dim: number, index: number): Tensor => replaced('selectScatter', x, src, (y) => select(y, dim, index));

export interface SliceOptions {
  dim?: number;
  start?: number | null;
  end?: number | null;
  step?: number;
}
type SliceArgs = ArgsOf<SliceOptions, ['dim', 'start', 'end', 'step']>;
function stretch(op: string, x: Tensor, args: SliceArgs): Tensor {
  const { dim = 0, start = null, end = null, step = 1 } = readArgs<SliceOptions>(op, args, ['dim', 'start', 'end', 'step']);
  if (asTensor(op, 'input', x).ndim === 0)
    throw new ShapeError(`${op}: expected a tensor with dims, got a 0-d tensor: slice() cannot be applied to a 0-dim tensor`);
  return sliceDim(x, checkDim(op, dim, x.ndim), start, end, step);
}
/** Every step-th index of a dim from start to before end, as a view. */
export const sliceOf = (x: Tensor, ...args: SliceArgs): Tensor => stretch('slice', x, args);
/** A copy of x in which every step-th index of a dim, from start to before end, is src. */
export const sliceScatter = (x: Tensor, src: Tensor, ...args: SliceArgs): Tensor => replaced('sliceScatter', x, src, (y) => stretch('sliceScatter', y, args));

/** A copy of x in which the diagonal is src. */
export const diagonalScatter = (x: Tensor, src: Tensor, ...args: ArgsOf<DiagonalOptions, ['offset', 'dim1', 'dim2']>): Tensor =>
  replaced('diagonalScatter', x, src, (y) => diagonal(y, ...args));
/** A copy of x in which the strided view is src. */
export const asStridedScatter = (x: Tensor, src: Tensor, size: readonly number[], stride: readonly number[], ...args: StridedArgs): Tensor =>
  replaced('asStridedScatter', x, src, (y) => asStrided(y, size, stride, ...args));
