// Where a mask is true: fill, take, replace. And picking by place as if the tensor were flat.

import { bool, Category } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, IndexError, ShapeError } from '../core/errors.js';
import { broadcastShapes, checkDim, sameShape, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { where } from './compare.js';
import { clone, copy_, toDtype } from './copy.js';
import { asIndex, gather } from './gather.js';
import { type IndexPutOptions, indexPut, pick, putInto } from './pick.js';
import type { Operand } from './promote.js';
import { broadcastTo, flatten, narrow, reshape } from './view.js';

function asMask(op: string, mask: unknown): Tensor {
  const t = asTensor(op, 'mask', mask);
  return t.dt === bool || t.dtype === 'uint8' ? t : fail(DTypeError, op, 'a mask of truth values', `${t.dtype}: expected BoolTensor for mask`);
}
/** Tensor and mask at their common shape, which has at least one dim. */
function together(op: string, x: Tensor, mask: Tensor): [Tensor, Tensor] {
  const m = asMask(op, mask);
  const shape = broadcastShapes(op, shapeOf(asTensor(op, 'input', x)), shapeOf(m));
  return shape.length === 0 ? [reshape(x, 1), reshape(m, 1)] : [broadcastTo(x, shape), broadcastTo(m, shape)];
}

/** The value where the mask is true, x elsewhere. */
export function maskedFill(x: Tensor, mask: Tensor, value: Operand): Tensor {
  const m = asMask('maskedFill', mask);
  const { dt } = asTensor('maskedFill', 'input', x);
  if (!(value instanceof Tensor)) {
    if (typeof value === 'number' && !Number.isInteger(value) && dt.category !== Category.Float)
      fail(DTypeError, 'maskedFill', `a value that ${x.dtype} can hold`, `${value}: value cannot be converted to that type without overflow`);
    return where(m, x.dt === bool ? Boolean(value) : value, x);
  }
  if (value.ndim > 0)
    fail(
      ShapeError,
      'maskedFill',
      'a number or a 0-d tensor as value',
      `a tensor of ${value.ndim} dims: masked_fill only supports a 0-dimensional value tensor`,
    );
  if (value.dt.category > dt.category)
    fail(DTypeError, 'maskedFill', `a value that ${x.dtype} can hold`, `${value.dtype}: value cannot be converted to that type`);
  return where(m, toDtype(value, dt), x);
}
export const maskedFill_ = (x: Tensor, mask: Tensor, value: Operand): Tensor => copy_(x, maskedFill(x, mask, value));

/** The elements where the mask is true, as a vector. */
export function maskedSelect(x: Tensor, mask: Tensor, ...none: []): Tensor {
  readArgs('maskedSelect', none, []);
  const [y, index] = together('maskedSelect', x, mask);
  return pick('maskedSelect', y, [{ dim: 0, index }]);
}

/** A copy of x with the elements of source, one after the other, where the mask is true. */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const [y, index] = together('maskedScatter', x, mask);
  return scattered('maskedScatter', clone(y), index, source).reshape(broadcastShapes('maskedScatter', shapeOf(x), shapeOf(mask)) as number[]);
}
export function maskedScatter_(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const [y, index] = together('maskedScatter_', x, mask);
  if (x.ndim > 0 && !sameShape(shapeOf(y), shapeOf(x)))
    fail(ShapeError, 'maskedScatter_', `a mask that broadcasts to ${showShape(shapeOf(x))}`, showShape(shapeOf(mask)));
  scattered('maskedScatter_', y, index, source);
  return x;
}
function scattered(op: string, y: Tensor, index: Tensor, source: Tensor): Tensor {
  if (asTensor(op, 'source', source).dt !== y.dt)
    fail(DTypeError, op, `source of the input's dtype ${y.dtype}`, `${source.dtype}: expected self and source to have same dtypes`);
  const count = Number(toDtype(index, bool).sum().item());
  if (count > source.count)
    fail(ShapeError, op, `a source of at least ${count} elements`, `${source.count}: number of elements of source < number of ones in mask`);
  return putInto(op, y, [{ dim: 0, index }], narrow(flatten(source), 0, 0, count));
}

// As if flat -----------------------------------------------------------------------------------------------------------------------------------------------------

/** The elements at places of the flattened tensor, in the index's shape; negative places count from the end. */
export function take(x: Tensor, index: Tensor, ...none: []): Tensor {
  readArgs('take', none, []);
  const places = asIndex('take', 'index', index);
  if (asTensor('take', 'input', x).count === 0 && places.count > 0)
    fail(IndexError, 'take', 'an input with elements', 'none: cannot do a non-empty take from an empty tensor');
  return pick('take', flatten(x), [{ dim: 0, index: places }]);
}

/** A copy of x with source's elements at places of the flattened tensor. */
export function put(x: Tensor, index: Tensor, source: Tensor, ...args: ArgsOf<IndexPutOptions, ['accumulate']>): Tensor {
  const places = asIndex('put', 'index', index);
  if (asTensor('put', 'source', source).dt !== asTensor('put', 'input', x).dt)
    fail(DTypeError, 'put', `source of the input's dtype ${x.dtype}`, `${source.dtype}: self and source expected to have the same dtype`);
  if (source.count !== places.count)
    fail(ShapeError, 'put', `a source of ${places.count} elements`, `${source.count}: expected source and index to have the same number of elements`);
  if (x.count === 0 && places.count > 0) fail(IndexError, 'put', 'an input with elements', 'none: cannot do a non-empty put in an empty tensor');
  const { accumulate = false } = readArgs<IndexPutOptions>('put', args, ['accumulate']);
  return indexPut(flatten(x), [flatten(places)], flatten(source), asBoolean('put', 'accumulate', accumulate)).reshape([...shapeOf(x)]);
}
export const put_ = (x: Tensor, index: Tensor, source: Tensor, ...args: ArgsOf<IndexPutOptions, ['accumulate']>): Tensor =>
  copy_(x, put(x, index, source, ...args));

export interface TakeAlongOptions {
  dim?: number | null;
}
/** gather with input and indices broadcast to each other, but for the dim; without one, from the flattened tensor. */
export function takeAlongDim(x: Tensor, indices: Tensor, ...args: ArgsOf<TakeAlongOptions, ['dim']>): Tensor {
  const index = asIndex('takeAlongDim', 'indices', indices);
  const { dim } = readArgs<TakeAlongOptions>('takeAlongDim', args, ['dim']);
  if (dim === undefined || dim === null) return gather(flatten(asTensor('takeAlongDim', 'input', x)), 0, flatten(index));
  const d = checkDim('takeAlongDim', dim, asTensor('takeAlongDim', 'input', x).ndim);
  if (x.ndim !== index.ndim)
    fail(
      ArgumentError,
      'takeAlongDim',
      'as many dims of indices as of the input',
      `${index.ndim} and ${x.ndim}: input and indices should have the same number of dimensions`,
    );
  if (x.ndim === 0) return gather(x, d, index);
  const common = broadcastShapes('takeAlongDim', shapeOf(x).with(d, 1), shapeOf(index).with(d, 1));
  return gather(broadcastTo(x, common.with(d, shapeOf(x)[d])), d, broadcastTo(index, common.with(d, shapeOf(index)[d])));
}
