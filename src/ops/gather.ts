// Picking elements along a dim by index, and the adjoint: adding into the places they were picked from. One kernel serves gather, indexSelect and embedding.

import { bool, Category, type DTypeInfo, int64 } from '../core/dtype.js';
import { DTypeError, fail, IndexError, ShapeError } from '../core/errors.js';
import { checkDim, type Shape, showShape } from '../core/shape.js';
import { backend, K } from '../kernels/load.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { collapse, dims } from '../tensor/loops.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { asTensor, readArgs } from './args.js';
import { kernelFor } from './map.js';
import { rawCast } from './promote.js';
import { reshape } from './view.js';

/** Index tensors are int32 or int64; kernels take int64. */
export function asIndex(op: string, role: string, index: unknown): Tensor {
  const t = asTensor(op, role, index);
  if (t.dt.category !== Category.Integer || t.dt.name === 'uint8') fail(DTypeError, op, `${role} to be int32 or int64`, t.dtype);
  return t;
}

const cell = new BigInt64Array(1);

/** The indices as contiguous int64 in [0, size), where negative ones count from the end if `wrap`, and the place of the first that is out of range, or -1. */
export function inRange(index: Tensor, size: number, wrap: boolean): { index: Tensor; bad: number } {
  const wide = contiguousCopy(rawCast(index, int64));
  const y = empty(shapeOf(wide), int64);
  if (wide.count === 0) return { index: y, bad: -1 };
  const bad = empty([], int64);
  K.wrap_index(addressOf(wide), addressOf(y), addressOf(bad), wide.count, size, Number(wrap));
  backend.copyOut(addressOf(bad), cell);
  return { index: y, bad: Number(cell[0]) };
}

/** The indices as contiguous int64 in [0, size); negative ones count from the end if `wrap`. Throws, naming the index, if one is out of range. */
export function checkedIndex(op: string, given: Tensor, size: number, wrap: boolean): Tensor {
  const { index, bad } = inRange(given, size, wrap);
  if (bad >= 0) {
    const value = given.toTypedArray()[bad];
    const where = `${value} at position ${bad}: index ${value} is out of bounds for dimension with size ${size}`;
    fail(IndexError, op, size === 0 ? 'no index for a dim of size 0' : `indices in [${wrap ? -size : 0}, ${size - 1}]`, where);
  }
  return index;
}

interface Along {
  readonly dim: number;
  /** The input's shape. */
  readonly shape: Shape;
}

/** A tensor cut to the size of the index, except along dim, where it is seen as one element. */
export function fitted(x: Tensor, index: Tensor, dim: number): Tensor {
  return alias(x, shapeOf(index), stridesOf(x).with(dim, 0), x.offset);
}

/** What a checked int64 index, possibly expanded, points to along dim; not recorded. */
export function pick(x: Tensor, index: Tensor, dim: number): Tensor {
  const y = empty(shapeOf(index), x.dt);
  if (y.count > 0) {
    const nd = collapse(shapeOf(index), null, fitted(x, index, dim), index, y);
    kernelFor('gather', K.gather, x.dt)(addressOf(x), addressOf(index), addressOf(y), stridesOf(x)[dim], nd, dims);
  }
  return y;
}

/** Inputs x and a checked int64 index of the output's shape. */
const gatherOp: Op<Along> = defineOp<Along>({
  name: 'gather',
  saves: 2,
  forward: ([x, index], { dim }) => pick(x, index, dim),
  vjp: [(dy, node) => apply(gatherBackward, [dy, node.x(1)], node.args as Along), null],
});

/** Zeros of the input's shape with dy added where it was gathered from. */
const gatherBackward: Op<Along> = defineOp<Along>({
  name: 'gatherBackward',
  saves: 2,
  forward: ([dy, index], { dim, shape }) => {
    const dx = empty(shape, dy.dt);
    zeroFill(dx);
    addAlong(dx, dim, index, dy);
    return dx;
  },
  vjp: [(d, node) => apply(gatherOp, [d, node.x(1)], node.args as Along), null],
});

/** The kernel that adds by index; the sum of truth values is the larger. */
export function adderFor(op: string, dt: DTypeInfo): (typeof K.scatter_add)[number] {
  if (dt !== bool) return kernelFor(op, K.scatter_add, dt);
  const largest = 1;
  return (x, index, y, ...rest) => kernelFor(op, K.scatter_reduce, dt)(x, index, y, largest, ...rest);
}

/** dst[... index ...] += src along dim; not recorded. */
export function addAlong(dst: Tensor, dim: number, index: Tensor, src: Tensor): void {
  if (index.count === 0) return;
  const nd = collapse(shapeOf(index), null, src, index, fitted(dst, index, dim));
  adderFor('scatterAdd', dst.dt)(addressOf(src), addressOf(index), addressOf(dst), stridesOf(dst)[dim], nd, dims);
}

/** gather along dim by a checked int64 index, and its adjoint to a tensor of that shape. */
export const gatherAlong = {
  forward: (x: Tensor, index: Tensor, dim: number): Tensor => apply(gatherOp, [x, index], { dim, shape: shapeOf(x) }),
  backward: (dy: Tensor, index: Tensor, dim: number, shape: Shape): Tensor => apply(gatherBackward, [dy, index], { dim, shape }),
};

export interface GatherOptions {
  /** Taken for PyTorch's sake: gradients are dense. */
  sparseGrad?: boolean;
}

/** y[i][j] = x[index[i][j]][j] for dim 0, and so on: index has as many dims as x and is no larger in the others. */
export function gather(x: Tensor, dim: number, index: Tensor, options?: GatherOptions): Tensor {
  asTensor('gather', 'input', x);
  readArgs<GatherOptions>('gather', options === undefined ? [] : [options], [], ['sparseGrad']);
  const d = checkDim('gather', dim, x.ndim);
  // An empty index picks nothing, whatever its dtype.
  if (asTensor('gather', 'index', index).count === 0) return apply(gatherOp, [x, checkedIndex('gather', index, 0, false)], { dim: d, shape: shapeOf(x) });
  const picked = asIndex('gather', 'index', index);
  if (Math.max(picked.ndim, 1) !== Math.max(x.ndim, 1)) {
    fail(
      ShapeError,
      'gather',
      `an index of ${x.ndim} dims`,
      `${showShape(shapeOf(picked))}: Index tensor must have the same number of dimensions as input tensor`,
    );
  }
  const large = shapeOf(picked).findIndex((size, i) => i !== d && size > shapeOf(x)[i]);
  if (large >= 0) fail(ShapeError, 'gather', `an index no larger than ${showShape(shapeOf(x))} apart from dim ${d}`, showShape(shapeOf(picked)));
  if (x.ndim === 0 || picked.ndim === 0) return gatherScalar(x, picked);
  return apply(gatherOp, [x, checkedIndex('gather', picked, shapeOf(x)[d], false)], { dim: d, shape: shapeOf(x) });
}

/** 0-d tensors and indices behave as if they had one dim. */
function gatherScalar(x: Tensor, index: Tensor): Tensor {
  const row = x.ndim === 0 ? reshape(x, [1]) : x;
  const picked = index.ndim === 0 ? alias(index, [1], [1], index.offset) : index;
  const y = apply(gatherOp, [row, checkedIndex('gather', picked, shapeOf(row)[0], false)], { dim: 0, shape: shapeOf(row) });
  return index.ndim === 0 ? reshape(y, []) : y;
}
/** The slices of x at the indices (a vector) of a dim. */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  asTensor('indexSelect', 'input', x);
  const d = checkDim('indexSelect', dim, x.ndim);
  const picked = asIndex('indexSelect', 'index', index);
  if (picked.ndim > 1) fail(ShapeError, 'indexSelect', 'index to be a vector', `${showShape(shapeOf(picked))}: Index is supposed to be a vector`);
  if (x.ndim === 0 && picked.count === 0) fail(ShapeError, 'indexSelect', 'one index for a 0-d tensor', '0');
  if (x.ndim === 0) return gatherScalar(x, alias(picked, [], [], picked.offset));
  const checked = checkedIndex('indexSelect', picked, shapeOf(x)[d], false);
  const shape = shapeOf(x).with(d, picked.count);
  const spread = alias(
    checked,
    shape,
    shape.map((_, i) => (i === d ? 1 : 0)),
    0,
  );
  return apply(gatherOp, [x, spread], { dim: d, shape: shapeOf(x) });
}

/** Zeros of a shape with dy added to the places (in range, of dy's shape) along a dim: the adjoint of picking them. */
export function putBack(dy: Tensor, dim: number, places: Tensor, shape: Shape): Tensor {
  if (shape.length === 0) return reshape(dy, []);
  const index = contiguousCopy(rawCast(places, int64));
  return apply(gatherBackward, [dy, index], { dim, shape });
}
