// Writing and adding along a dim by index: the counterparts of gather, and of indexSelect where one vector of indices serves all lines.

import { bool } from '../core/dtype.js';
import { DTypeError, fail, IndexError, ShapeError } from '../core/errors.js';
import { checkDim, expandsTo, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { applyInPlace, readable } from '../tensor/inplace.js';
import { collapse, dims } from '../tensor/loops.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, copyInto, empty, Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { mul } from './arithmetic.js';
import { toDtype, zerosOf } from './copy.js';
import { adderFor, asIndex, checkedIndex, fitted, gatherAlong } from './gather.js';
import { kernelFor } from './map.js';
import type { Operand } from './promote.js';
import { expand, narrow, reshape } from './view.js';

/** A tensor, or its 0-d self as a vector of one element: what these ops take it for. */
const line = (t: Tensor): Tensor => (t.ndim === 0 ? reshape(t, 1) : t);

/** Inputs x, src and the checked int64 index, the last two of one shape; the argument is the dim. */
const writer = (name: string, kernelOf: typeof adderFor, toX: (dy: Tensor, index: Tensor, dim: number) => Tensor): Op<number> =>
  defineOp<number>({
    name,
    saves: 4,
    forward: ([x, src, index], dim, out) => {
      const y = out ?? empty(shapeOf(x), x.dt);
      const source = out === undefined ? src : readable(name, out, src);
      if (out === undefined) copyInto(y, x);
      if (index.count > 0) {
        const nd = collapse(shapeOf(index), null, source, index, fitted(y, index, dim));
        kernelOf(name, x.dt)(addressOf(source), addressOf(index), addressOf(y), stridesOf(y)[dim], nd, dims);
      }
      return y;
    },
    joint: ([dy], node, needs) => {
      const [dim, index] = [node.args as number, node.x(2)];
      return [needs(0) ? toX(dy!, index, dim) : null, needs(1) ? gatherAlong.forward(dy!, index, dim) : null, null];
    },
  });
const scatterOp: Op<number> = writer(
  'scatter',
  (name, dt) => kernelFor(name, K.scatter, dt),
  (dy, index, dim) => apply(scatterOp, [dy, expand(zerosOf(dy, []), shapeOf(index)), index], dim),
);
const scatterAddOp: Op<number> = writer('scatterAdd', adderFor, (dy) => dy);

export const scatterAlong = (x: Tensor, src: Tensor, index: Tensor, dim: number): Tensor => apply(scatterOp, [x, src, index], dim);
export const scatterAddAlong = (x: Tensor, src: Tensor, index: Tensor, dim: number): Tensor => apply(scatterAddOp, [x, src, index], dim);

export interface Along {
  readonly x: Tensor;
  readonly src: Tensor;
  readonly index: Tensor;
  readonly dim: number;
}

/** Checks that src covers the index, and the index what it says of x; all come back with at least one dim, src cut to the index's shape. */
export function alongIndex(op: string, x: Tensor, dim: unknown, index: unknown, src: Operand): Along {
  const d = checkDim(op, dim, asTensor(op, 'input', x).ndim);
  const given = asTensor(op, 'index', index);
  const places = line(given.count === 0 ? given : asIndex(op, 'index', given));
  const y = line(x);
  if (src instanceof Tensor && src.dt !== x.dt)
    fail(DTypeError, op, `src of the input's dtype ${x.dtype}`, `${src.dtype}: expected self.dtype to be equal to src.dtype`);
  const values = src instanceof Tensor ? line(src) : expand(constant(asNumber(op, 'value', src), x.dt), shapeOf(places));
  const none = places.count === 0;
  if (!none && (places.ndim !== y.ndim || places.ndim !== values.ndim)) {
    const got = `${showShape(shapeOf(given))} for ${showShape(shapeOf(x))} and ${showShape(shapeOf(values))}`;
    fail(ShapeError, op, 'an index with as many dims as input and src', `${got}: Index tensor must have the same number of dimensions as self and src tensor`);
  }
  const large = shapeOf(places).some((size, i) => (i !== d && size > shapeOf(y)[i]) || size > shapeOf(values)[i]);
  if (!none && large)
    fail(
      ShapeError,
      op,
      `an index no larger than src, nor, apart from dim ${d}, than the input`,
      `${showShape(shapeOf(places))}: Expected index to be smaller than self and src`,
    );
  const cut = none
    ? expand(constant(0, x.dt), shapeOf(places))
    : shapeOf(places).reduce((t, size, i) => (size === shapeOf(t)[i] ? t : narrow(t, i, 0, size)), values);
  return { x: y, src: cut, index: checkedIndex(op, places, none ? 1 : shapeOf(y)[d], false), dim: d };
}

/** Gives a result back its 0-d shape. */
export const shapedAs = (x: Tensor, y: Tensor): Tensor => (x.ndim === 0 ? reshape(y, []) : y);

/** The op on checked arguments, fresh or in place. */
const run = (op: Op<number>, x: Tensor, { x: y, src, index, dim }: Along): Tensor => shapedAs(x, apply(op, [y, src, index], dim));
function run_(op: Op<number>, x: Tensor, { x: y, src, index, dim }: Along): Tensor {
  applyInPlace(op, [y, src, index], dim);
  return x;
}

/** A copy of x with src's elements added at the places that the index names along a dim. */
export const scatterAdd = (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  run(scatterAddOp, x, alongIndex('scatterAdd', x, dim, index, asTensor('scatterAdd', 'src', src)));
export const scatterAdd_ = (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  run_(scatterAddOp, x, alongIndex('scatterAdd_', x, dim, index, asTensor('scatterAdd_', 'src', src)));

/** Writes src's elements, or a number, to the places that the index names along a dim. */
export const replaceAlong_ = (x: Tensor, along: Along): Tensor => run_(scatterOp, x, along);

// By one vector of indices -------------------------------------------------------------------------------------------------------------------------------------

/** The same for whole slices: a vector of indices, seen at every place of the slices of src. */
export function alongSlices(op: string, x: Tensor, dim: unknown, index: unknown, src: Operand, wrap = false): Along {
  const d = checkDim(op, dim, asTensor(op, 'input', x).ndim);
  const picked = asIndex(op, 'index', index);
  if (picked.ndim > 1) fail(ShapeError, op, 'index to be a vector', `${showShape(shapeOf(picked))}: Index is supposed to be 1-dimensional`);
  const y = line(x);
  const shape = shapeOf(y).with(d, picked.count);
  const checked = checkedIndex(op, picked, shapeOf(y)[d], wrap);
  if (src instanceof Tensor && src.dt !== x.dt)
    fail(DTypeError, op, `source of the input's dtype ${x.dtype}`, `${src.dtype}: self and source expected to have the same dtype`);
  const given = src instanceof Tensor ? src : constant(asNumber(op, 'value', src), x.dt);
  const source = src instanceof Tensor && !(given.ndim === 0 && picked.count === 1 && y.ndim === 1) ? given : expand(given, shape);
  if (source.ndim !== y.ndim || shapeOf(source).some((size, i) => size !== shape[i])) {
    const got = `${showShape(shapeOf(source))}: the number of indices and the size of source, or the slices' sizes, do not match`;
    fail(shapeOf(source)[d] === undefined || source.ndim !== y.ndim ? IndexError : ShapeError, op, `a source of ${showShape(shape)}`, got);
  }
  const strides = shape.map((_, i) => (i === d ? 1 : 0));
  return { x: y, src: source, index: alias(checked, shape, strides, 0), dim: d };
}

export interface AlphaOption {
  /** Factor of the source. */
  alpha?: number;
}
const timesAlpha = (op: string, source: Tensor, args: ArgsOf<AlphaOption, []>): Tensor => {
  const { alpha = 1 } = readArgs<AlphaOption>(op, args, [], ['alpha']);
  const t = asTensor(op, 'source', source);
  const factor = asNumber(op, 'alpha', alpha);
  return factor === 1 ? t : mul(t, t.dt === bool ? constant(Number(factor !== 0), bool) : factor);
};
/** A copy of x with the slices of source added at the indices (a vector) of a dim. */
export const indexAdd = (x: Tensor, dim: number, index: Tensor, source: Tensor, ...args: ArgsOf<AlphaOption, []>): Tensor =>
  run(scatterAddOp, x, alongSlices('indexAdd', x, dim, index, timesAlpha('indexAdd', source, args)));
export const indexAdd_ = (x: Tensor, dim: number, index: Tensor, source: Tensor, ...args: ArgsOf<AlphaOption, []>): Tensor =>
  run_(scatterAddOp, x, alongSlices('indexAdd_', x, dim, index, timesAlpha('indexAdd_', source, args)));
/** A copy of x with the slices of source at the indices (a vector) of a dim. */
export const indexCopy = (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor =>
  run(scatterOp, x, alongSlices('indexCopy', x, dim, index, asTensor('indexCopy', 'source', source)));
export const indexCopy_ = (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor =>
  run_(scatterOp, x, alongSlices('indexCopy_', x, dim, index, asTensor('indexCopy_', 'source', source)));

/** The value as indexFill takes it: a number, or a 0-d tensor, spread over the slices. */
function filling(op: string, x: Tensor, dim: number, index: Tensor, value: Operand): Along {
  if (!(value instanceof Tensor)) return alongSlices(op, x, dim, index, asNumber(op, 'value', value), true);
  if (value.ndim > 0)
    fail(ShapeError, op, 'a number or a 0-d tensor as value', `a tensor of ${value.ndim} dims: index_fill_ only supports a 0-dimensional value tensor`);
  const d = checkDim(op, dim, asTensor(op, 'input', x).ndim);
  const shape = shapeOf(line(x)).with(d, asTensor(op, 'index', index).count);
  if (!expandsTo(shapeOf(value), shape)) fail(ShapeError, op, 'a value', showShape(shapeOf(value)));
  return alongSlices(op, x, dim, index, expand(toDtype(value, x.dt), shape), true);
}
/** A copy of x with a number, or the element of a 0-d tensor, at the indices (a vector) of a dim. */
export const indexFill = (x: Tensor, dim: number, index: Tensor, value: Operand): Tensor => run(scatterOp, x, filling('indexFill', x, dim, index, value));
export const indexFill_ = (x: Tensor, dim: number, index: Tensor, value: Operand): Tensor => run_(scatterOp, x, filling('indexFill_', x, dim, index, value));
