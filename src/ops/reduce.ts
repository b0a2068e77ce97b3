// Reductions over some or all dims, each beside its derivative. Kernels see a contiguous (outer, r, inner) and reduce r.

import { type bool, Category, type DType, type DTypeInfo, float64, int64 } from '../core/dtype.js';
import { DTypeError, fail, ShapeError } from '../core/errors.js';
import { checkDims, expandsTo, numel, reducedShape, type Shape, showShape, sizesOf } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { dtypeOf } from '../tensor/defaults.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { div, mul, sub } from './arithmetic.js';
import { BLOCK, type Reduction, reduceInBlocks, type Split } from './blocks.js';
import { eq, logicalOr, lt } from './compare.js';
import { toDtype } from './copy.js';
import { divOrZero } from './guard.js';
import { kernelFor } from './map.js';
import { abs, exp } from './pointwise.js';
import { floatOf, rawCast } from './promote.js';
import { productOfOthers } from './scan.js';
import { expand, permute, reshape } from './view.js';

export type Dims = number | readonly number[] | null;
export interface ReduceOptions {
  dim?: Dims;
  keepdim?: boolean;
  dtype?: DType;
}
export type ReduceArgs = ArgsOf<ReduceOptions, ['dim', 'keepdim']>;

export interface Over {
  /** Sorted. */
  readonly dims: readonly number[];
  readonly keepdim: boolean;
  readonly shape: Shape;
}

export type { Reduction };

interface Lying extends Split {
  readonly seen: Tensor;
}
/** The input with the reduced dims side by side: as it is where they are neighbours, else with them moved to the end. */
function sideBySide(x: Tensor, dims: readonly number[]): Lying {
  const [shape, strides] = [shapeOf(x), stridesOf(x)];
  const first = dims.length === 0 ? shape.length : dims[0];
  // Dims are sorted, each once.
  const adjacent = dims.length === 0 || dims[dims.length - 1] === first + dims.length - 1;
  if (adjacent) return { seen: x, outer: first, inner: first + dims.length };
  const order = [...shape.keys()].filter((d) => !dims.includes(d)).concat(dims);
  const moved = alias(
    x,
    order.map((d) => shape[d]),
    order.map((d) => strides[d]),
    x.offset,
  );
  return { seen: moved, outer: shape.length - dims.length, inner: shape.length };
}

/** Runs a reduction kernel in dtype `dt`; the result has dtype `result`. */
export function reduceWith(
  op: string,
  kernels: readonly (Reduction | undefined)[],
  x: Tensor,
  dt: DTypeInfo,
  { dims, keepdim }: Over,
  result: DTypeInfo = dt,
): Tensor {
  const kernel = kernelFor(op, kernels, dt);
  const y = empty(reducedShape(shapeOf(x), dims, keepdim), result);
  if (y.count === 0) return y;
  const lying = sideBySide(x, dims);
  reducePacked(kernel, lying.seen, lying, dt, y);
  return y;
}

function reducePacked(kernel: Reduction, seen: Tensor, split: Split, dt: DTypeInfo, y: Tensor): void {
  const packed = contiguousCopy(rawCast(seen, dt));
  let [outer, r, inner] = [1, 1, 1];
  for (let d = 0; d < shapeOf(seen).length; d++) {
    if (d < split.outer) outer *= shapeOf(seen)[d];
    else if (d < split.inner) r *= shapeOf(seen)[d];
    else inner *= shapeOf(seen)[d];
  }
  kernel(addressOf(packed), addressOf(y), outer, r, inner);
}

/**
 * The same for reductions whose partial results reduce to the whole: large inputs of another dtype, or whose elements are
 * apart, are converted block by block.
 *
 * @param truth - bool where elements are first converted to truth values.
 */
export function foldWith(
  op: string,
  kernels: readonly (Reduction | undefined)[],
  x: Tensor,
  dt: DTypeInfo,
  { dims, keepdim }: Over,
  truth: typeof bool | null = null,
): Tensor {
  const kernel = kernelFor(op, kernels, dt);
  const y = empty(reducedShape(shapeOf(x), dims, keepdim), dt);
  if (y.count === 0) return y;
  const lying = sideBySide(x, dims);
  const isRead = x.dt === dt && lying.seen.packed && truth === null;
  if (!isRead && x.count > BLOCK) reduceInBlocks(kernel, lying.seen, y, dt, lying, truth);
  else reducePacked(kernel, truth === null ? lying.seen : rawCast(lying.seen, truth), lying, dt, y);
  return y;
}

/** A reduced tensor with the dims back, at size 1. */
export const withDims = (t: Tensor, { dims, keepdim, shape }: Over): Tensor => (keepdim ? t : reshape(t, reducedShape(shape, dims, true)));
/** The gradient of a sum: the same for every element. */
const spread = (dy: Tensor, over: Over): Tensor => expand(withDims(dy, over), over.shape);

export function readReduce(op: string, x: Tensor, args: readonly unknown[], keywords: readonly 'dtype'[] = []): { over: Over; dtype: DType | undefined } {
  asTensor(op, 'input', x);
  const { dim = null, keepdim = false, dtype } = readArgs<ReduceOptions>(op, args, ['dim', 'keepdim'], keywords);
  return { over: { dims: checkDims(op, dim, x.ndim), keepdim: asBoolean(op, 'keepdim', keepdim), shape: shapeOf(x) }, dtype };
}

export function needElements(op: string, x: Tensor, { dims }: Over): void {
  const empty = dims.find((d) => shapeOf(x)[d] === 0);
  if (empty !== undefined || (x.ndim > 0 && dims.length === x.ndim && x.count === 0)) {
    fail(ShapeError, op, 'elements to reduce', `shape ${showShape(shapeOf(x))}: the operation does not have an identity; specify a dim with non-zero size`);
  }
}

// sum, mean, prod -----------------------------------------------------------------------------------------------------------------------------------------

/** Sums of integers and truth values are int64. */
const sumType = (dt: DTypeInfo): DTypeInfo => (dt.category === Category.Float ? dt : int64);

/** A reduction in a dtype of its own. */
interface OverIn extends Over {
  readonly dt?: DTypeInfo;
}

const sumOp = defineOp<OverIn>({
  name: 'sum',
  forward: ([x], over) => foldWith('sum', K.sum, x, over.dt ?? sumType(x.dt), over),
  vjp: [(dy, node) => spread(dy, node.args as Over)],
});

/** Reduces in the dtype that was asked for, if one was. */
function inDtype(name: string, op: Op<OverIn>, x: Tensor, over: Over, dtype: DType | undefined): Tensor {
  if (dtype === undefined) return apply(op, [x], over);
  const dt = dtypeOf(name, dtype);
  // Integers add and multiply alike before and after they are cut to fewer bits. A product's gradient is computed from its input.
  const sameRing = x.dt.category === Category.Float ? op === sumOp && dt.category === Category.Float : dt.category !== Category.Bool;
  return toDtype(apply(op, [sameRing ? x : toDtype(x, dt)], { ...over, dt: sumType(dt) }), dt);
}

/** The sum over the given dims, or all. */
export function sum(x: Tensor, ...args: ReduceArgs): Tensor {
  const { over, dtype } = readReduce('sum', x, args, ['dtype']);
  return inDtype('sum', sumOp, x, over, dtype);
}

/** The sum that undoes broadcasting: from the tensor's shape to `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const lead = x.ndim - shape.length;
  const dims: number[] = [];
  for (let d = 0; d < x.ndim; d++) if (d < lead || (shape[d - lead] === 1 && shapeOf(x)[d] !== 1)) dims.push(d);
  if (dims.length === 0) return x;
  // Where only leading dims go, what is left is the shape.
  const keepdim = dims.length > lead;
  const summed = apply(sumOp, [x], { dims, keepdim, shape: shapeOf(x) });
  return keepdim && lead > 0 ? reshape(summed, shape) : summed;
}

/** The sum over whatever dims would have to be broadcast to get from the sizes to the tensor's shape. */
export function sumToSize(x: Tensor, ...sizes: (number | readonly number[])[]): Tensor {
  const shape = sizesOf('sumToSize', sizes);
  if (!expandsTo(shape, shapeOf(asTensor('sumToSize', 'input', x))))
    fail(ShapeError, 'sumToSize', `a size that expands to ${showShape(shapeOf(x))}`, `${showShape(shape)}: size is not expandable to the tensor's size`);
  // As in PyTorch, a whole sum is sum's, which widens integers.
  return shape.length === 0 ? sum(x) : sumTo(x, shape);
}

const meanOp = defineOp<OverIn>({
  name: 'mean',
  forward: ([x], over) => {
    const dt = over.dt ?? x.dt;
    if (dt === x.dt && (x.packed || x.count <= BLOCK)) return reduceWith('mean', K.mean, x, dt, over);
    return div(foldWith('mean', K.sum, x, dt, over), countOf(over));
  },
  vjp: [
    (dy, node) => {
      const over = node.args as Over;
      return spread(div(dy, countOf(over)), over);
    },
  ],
});
/** The mean over the given dims, or all; of nothing it is NaN. */
export function mean(x: Tensor, ...args: ReduceArgs): Tensor {
  const { over, dtype } = readReduce('mean', x, args, ['dtype']);
  const dt = dtype === undefined ? x.dt : dtypeOf('mean', dtype);
  if (dt.category !== Category.Float) fail(DTypeError, 'mean', 'a floating point tensor (or a dtype option)', dt.name);
  return apply(meanOp, [x], dt === x.dt ? over : { ...over, dt });
}

const prodOp: Op<OverIn> = defineOp<OverIn>({
  name: 'prod',
  saves: 1 | OUT,
  forward: ([x], over) => foldWith('prod', K.prod, x, over.dt ?? sumType(x.dt), over),
  vjp: [(dy, node) => prodBackward(dy, node.x(0), node.y, node.args as Over)],
});
const smallestNormal: Record<string, number> = { float32: 2 ** -126, float64: 2 ** -1022 };
/**
 * y / x if no factor is zero and no product left the range of its dtype; else the product of the other factors, in a
 * form that can be differentiated again; in float64, as products of some of them may leave the range of float32.
 */
function prodBackward(dy: Tensor, x: Tensor, y: Tensor, over: Over): Tensor {
  const size = abs(y);
  const lost = logicalOr(lt(size, smallestNormal[y.dtype]), eq(size, Number.POSITIVE_INFINITY));
  if (anyTrue(lost) || anyTrue(eq(x, 0))) return mul(withDims(dy, over), toDtype(othersOf(toDtype(x, float64), over), x.dt));
  return div(mul(withDims(dy, over), withDims(y, over)), x);
}
/** The reduced dims brought together at the end, and back. */
function othersOf(x: Tensor, { dims, shape }: Over): Tensor {
  const order = [...[...shape.keys()].filter((d) => !dims.includes(d)), ...dims];
  const moved = permute(x, order);
  const kept = shapeOf(moved).slice(0, shape.length - dims.length);
  const others = productOfOthers(reshape(moved, [...kept, numel(dims.map((d) => shape[d]))]), kept.length);
  return permute(
    reshape(others, [...shapeOf(moved)]),
    order.map((_, d) => order.indexOf(d)),
  );
}
export const anyTrue = (t: Tensor): boolean =>
  t.count > 0 && foldWith('any', K.amax, t, t.dt, { dims: [...shapeOf(t).keys()], keepdim: false, shape: shapeOf(t) }).item() !== false;

/** The product over one dim, or all elements. */
export function prod(x: Tensor, ...args: ReduceArgs): Tensor {
  const { over, dtype } = readReduce('prod', x, args, ['dtype']);
  return inDtype('prod', prodOp, x, over, dtype);
}

// var, std ------------------------------------------------------------------------------------------------------------------------------------------------

export interface VarOptions {
  dim?: Dims;
  /** Divides by n - 1 (the default) instead of n; the same as correction 1. */
  unbiased?: boolean;
  correction?: number | null;
  keepdim?: boolean;
}
type VarArgs = ArgsOf<VarOptions, ['dim', 'unbiased', 'keepdim']>;
interface OverVar extends Over {
  readonly correction: number;
}

function readVar(op: string, x: Tensor, args: readonly unknown[]): OverVar {
  asTensor(op, 'input', x);
  if (x.dt.category !== Category.Float) fail(DTypeError, op, 'a floating point tensor', x.dtype);
  // var(unbiased) is a form of its own: a boolean in the first place.
  const given = typeof args[0] === 'boolean' ? [null, ...args] : args;
  const { dim = null, unbiased = true, correction, keepdim = false } = readArgs<VarOptions>(op, given, ['dim', 'unbiased', 'keepdim'], ['correction']);
  return {
    dims: checkDims(op, dim, x.ndim),
    keepdim: asBoolean(op, 'keepdim', keepdim),
    shape: shapeOf(x),
    correction: correction === undefined || correction === null ? Number(asBoolean(op, 'unbiased', unbiased)) : asNumber(op, 'correction', correction),
  };
}

const countOf = ({ dims, shape }: Over): number => numel(dims.map((d) => shape[d]));
/** The sums of squares of the elements, or of their distances from the mean, over the divisor; or the roots of that, which are in range where it is not. */
export const squaresOver = (op: string, x: Tensor, over: Over, divisor: number, centred: boolean, root: boolean): Tensor =>
  reduceWith(
    op,
    K.squares.map(
      (kernel): Reduction =>
        (a, y, outer, r, inner) =>
          kernel(a, y, divisor, Number(centred), Number(root), outer, r, inner),
    ),
    x,
    x.dt,
    over,
  );
const freedomOf = (over: OverVar): number => Math.max(countOf(over) - over.correction, 0);
const centre = (x: Tensor, { dims }: Over): Tensor => sub(x, mean(x, { dim: dims, keepdim: true }));
/** d var / dx = 2 (x - mean) / (n - correction). */
const varBackward = (dy: Tensor, x: Tensor, over: OverVar): Tensor => mul(mul(withDims(dy, over), 2 / (countOf(over) - over.correction)), centre(x, over));
const varOp = defineOp<OverVar>({
  name: 'var',
  saves: 1,
  forward: ([x], over) => squaresOver('var', x, over, freedomOf(over), true, false),
  vjp: [(dy, node) => varBackward(dy, node.x(0), node.args as OverVar)],
});
/** The variance over the given dims, or all: sum((x - mean)^2) / (n - correction). */
export function var_(x: Tensor, ...args: VarArgs): Tensor {
  return apply(varOp, [x], readVar('var', x, args));
}

const stdOp = defineOp<OverVar>({
  name: 'std',
  saves: 1 | OUT,
  forward: ([x], over) => squaresOver('std', x, over, freedomOf(over), true, true),
  // d std / dx = (x - mean) / std / (n - correction), in this order: what is large or small meets its like. Where the
  // deviation is 0 it is taken as 0.
  vjp: [
    (dy, node) => {
      const over = node.args as OverVar;
      const direction = divOrZero(centre(node.x(0), over), withDims(node.y, over));
      return mul(direction, withDims(div(dy, countOf(over) - over.correction), over));
    },
  ],
});
/** The standard deviation: the root of the variance. */
export function std(x: Tensor, ...args: VarArgs): Tensor {
  return apply(stdOp, [x], readVar('std', x, args));
}

// logsumexp -----------------------------------------------------------------------------------------------------------------------------------------------

const logsumexpOp = defineOp<Over>({
  name: 'logsumexp',
  saves: 1 | OUT,
  forward: ([x], over) => foldWith('logsumexp', K.logsumexp, x, floatOf(x.dt), over),
  vjp: [(dy, node) => mul(withDims(dy, node.args as Over), exp(sub(node.x(0), withDims(node.y, node.args as Over))))],
});
/** log(sum(exp(x))) over the given dims, without overflow. */
export function logsumexp(x: Tensor, dim: Dims | ReduceOptions, ...args: [keepdim?: boolean | ReduceOptions, options?: ReduceOptions]): Tensor {
  return apply(logsumexpOp, [x], readReduce('logsumexp', x, [dim, ...args]).over);
}
