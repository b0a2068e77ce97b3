// Views: other sizes and strides on the same memory, never a copy. What each does to the layout is all there is to it; the gradient of a window is put back by tensor/window.ts.

import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { checkDim, checkInt, contiguousStrides, expandsTo, inferShape, type Shape, sameShape, showShape, sizesOf, viewStrides } from '../core/shape.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { type Layout, layoutOf } from '../tensor/layout.js';
import { apply, applyMulti, defineOp, type Op, type Vjp } from '../tensor/op.js';
import { alias, contiguousCopy, empty, Tensor } from '../tensor/tensor.js';
import { windowBackward } from '../tensor/window.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';

/** The layout of a row-major tensor. */
const rowMajor = (shape: Shape): Layout => ({ shape, strides: contiguousStrides(shape), offset: 0 });

/** An op that changes only the layout. Without a rule of its own, the gradient fills the window that the view was, in zeros. */
export function defineView<A>(name: string, layout: (x: Layout, args: A) => Layout, vjp?: Vjp): Op<A> {
  const intoWindow: Vjp = (dy, node) => {
    const base = rowMajor(node.inputMeta(0).shape);
    return apply(windowBackward, [dy], { base, view: layout(base, node.args as A) });
  };
  return defineOp<A>({
    name,
    view: true,
    forward: ([x], args) => {
      const { shape, strides, offset } = layout(layoutOf(x), args);
      return alias(x, shape, strides, offset);
    },
    vjp: [vjp ?? intoWindow],
  });
}

const inputShape = (node: Parameters<Vjp>[1]): Shape => node.inputMeta(0).shape;
const backToShape: Vjp = (dy, node) => reshape(dy, [...inputShape(node)]);

// reshape, view, flatten, squeeze, unsqueeze ----------------------------------------------------------------------------------------------------------------

interface Seen {
  readonly shape: Shape;
  readonly strides: Shape;
}
const viewOp = defineView<Seen>('view', (x, { shape, strides }) => ({ shape, strides, offset: x.offset }), backToShape);
const reshapeCopyOp = defineOp<Shape>({
  name: 'reshape',
  nodeName: 'UnsafeViewBackward0',
  forward: ([x], shape) => {
    const packed = contiguousCopy(x);
    return alias(packed, shape, contiguousStrides(shape), packed.offset);
  },
  vjp: [backToShape],
});

/** The same elements in another shape; a view where the memory allows it, else a copy. One size may be -1. */
export function reshape(x: Tensor, ...sizes: (number | readonly number[])[]): Tensor {
  asTensor('reshape', 'input', x);
  const shape = inferShape('reshape', flatSizes(sizes), x.count, shapeOf(x));
  // Dims of size 1 may have any stride, which PyTorch lets shine through.
  const plain = x.packed && x.count > 0 && !shapeOf(x).includes(1);
  const strides = plain ? contiguousStrides(shape) : viewStrides(shapeOf(x), stridesOf(x), shape);
  return strides === null ? apply(reshapeCopyOp, [x], shape) : apply(viewOp, [x], { shape, strides });
}

/** The same memory in another shape; an error where that needs a copy. */
export function view(x: Tensor, ...sizes: (number | readonly number[])[]): Tensor {
  asTensor('view', 'input', x);
  const shape = inferShape('view', flatSizes(sizes), x.count, shapeOf(x));
  const strides = viewStrides(shapeOf(x), stridesOf(x), shape);
  if (strides === null) {
    throw new ShapeError(
      `view: expected a size compatible with the input's memory, got ${showShape(shape)} for shape ${showShape(shapeOf(x))} with strides ${showShape(stridesOf(x))}: at least one dimension spans across two contiguous subspaces; use reshape`,
    );
  }
  return apply(viewOp, [x], { shape, strides });
}
const flatSizes = (sizes: readonly (number | readonly number[])[]): readonly unknown[] => (sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : sizes);

export const viewAs = (x: Tensor, other: Tensor): Tensor => view(x, shapeOf(asTensor('viewAs', 'other', other)));
export const reshapeAs = (x: Tensor, other: Tensor): Tensor => reshape(x, shapeOf(asTensor('reshapeAs', 'other', other)));

export interface FlattenOptions {
  startDim?: number;
  endDim?: number;
}
/** Merges the dims from start to end into one. */
export function flatten(x: Tensor, ...args: ArgsOf<FlattenOptions, ['startDim', 'endDim']>): Tensor {
  asTensor('flatten', 'input', x);
  const { startDim = 0, endDim = -1 } = readArgs<FlattenOptions>('flatten', args, ['startDim', 'endDim']);
  const [from, to] = [checkDim('flatten', startDim, x.ndim, 'startDim'), checkDim('flatten', endDim, x.ndim, 'endDim')];
  if (from > to)
    fail(ShapeError, 'flatten', 'startDim <= endDim', `${startDim} and ${endDim}: flatten() has invalid args: start_dim cannot come after end_dim`);
  if (x.ndim === 0) return reshape(x, [1]);
  if (from === to) return x;
  const merged = shapeOf(x)
    .slice(from, to + 1)
    .reduce((n, size) => n * size, 1);
  return reshape(x, [...shapeOf(x).slice(0, from), merged, ...shapeOf(x).slice(to + 1)]);
}

/** One dim. */
export const ravel = (x: Tensor): Tensor => reshape(x, -1);
/** A dim split into several; one of the sizes may be -1. */
export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const d = checkDim('unflatten', dim, asTensor('unflatten', 'input', x).ndim);
  if (x.ndim === 0 || !Array.isArray(sizes) || sizes.length === 0)
    fail(
      ShapeError,
      'unflatten',
      'a tensor with dims and a non-empty list of sizes',
      `${showShape(shapeOf(x))} and ${show(sizes)}: unflatten: sizes must be non-empty`,
    );
  return view(x, shapeOf(x).toSpliced(d, 1, ...inferShape('unflatten', sizes, shapeOf(x)[d], [shapeOf(x)[d]])));
}

const drop = (list: Shape, dims: readonly number[]): number[] => list.filter((_, d) => !dims.includes(d));
const squeezeOp = defineView<readonly number[]>(
  'squeeze',
  (x, dims) => ({ shape: drop(x.shape, dims), strides: drop(x.strides, dims), offset: x.offset }),
  backToShape,
);
export interface SqueezeOptions {
  dim?: number | readonly number[];
}
/** Drops the dims of size 1: all, or the given ones. */
export function squeeze(x: Tensor, ...args: ArgsOf<SqueezeOptions, ['dim']>): Tensor {
  asTensor('squeeze', 'input', x);
  const { dim } = readArgs<SqueezeOptions>('squeeze', args, ['dim']);
  const candidates = dim === undefined ? [...shapeOf(x).keys()] : Array.from(Array.isArray(dim) ? dim : [dim], (d) => checkDim('squeeze', d, x.ndim));
  return apply(
    squeezeOp,
    [x],
    candidates.filter((d) => shapeOf(x)[d] === 1),
  );
}

const unsqueezeOp = defineView<number>(
  'unsqueeze',
  (x, dim) => {
    const step = dim < x.shape.length ? x.shape[dim] * x.strides[dim] : 1;
    return { shape: x.shape.toSpliced(dim, 0, 1), strides: x.strides.toSpliced(dim, 0, step), offset: x.offset };
  },
  backToShape,
);
/** Puts in a dim of size 1. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  asTensor('unsqueeze', 'input', x);
  return apply(unsqueezeOp, [x], checkDim('unsqueeze', dim, x.ndim + 1));
}

// permute, transpose ----------------------------------------------------------------------------------------------------------------------------------------

const permuteOp: Op<readonly number[]> = defineView<readonly number[]>(
  'permute',
  (x, order) => ({ shape: order.map((d) => x.shape[d]), strides: order.map((d) => x.strides[d]), offset: x.offset }),
  (dy, node) => {
    const order = node.args as readonly number[];
    const inverse = new Array<number>(order.length);
    order.forEach((from, to) => {
      inverse[from] = to;
    });
    return apply(permuteOp, [dy], inverse);
  },
);
/** Dims in another order. */
export function permute(x: Tensor, ...order: (number | readonly number[])[]): Tensor {
  asTensor('permute', 'input', x);
  const dims = Array.from(flatSizes(order), (d) => checkDim('permute', d, x.ndim));
  if (dims.length !== x.ndim) {
    throw new ShapeError(
      `permute: expected ${x.ndim} dims for shape ${showShape(shapeOf(x))}, got ${dims.length}: the number of dimensions does not match the desired ordering`,
    );
  }
  if (new Set(dims).size !== dims.length) fail(ArgumentError, 'permute', 'each dim once', `${showShape(dims)}: repeated dim in permute`);
  return apply(permuteOp, [x], dims);
}
const swapped = (list: Shape, a: number, b: number): Shape => {
  if (a === b) return list;
  const out = list.slice();
  out[a] = list[b];
  out[b] = list[a];
  return out;
};
// Not a case of permute: it stands in every product's derivative, and an order of dims would be most of its cost.
const transposeOp: Op<readonly [number, number]> = defineView<readonly [number, number]>(
  'transpose',
  (x, [a, b]) => ({ shape: swapped(x.shape, a, b), strides: swapped(x.strides, a, b), offset: x.offset }),
  (dy, node) => apply(transposeOp, [dy], node.args as readonly [number, number]),
);
/** Exchanges two dims. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  asTensor('transpose', 'input', x);
  return apply(transposeOp, [x], [checkDim('transpose', dim0, x.ndim, 'dim0'), checkDim('transpose', dim1, x.ndim, 'dim1')]);
}
export const swapaxes = transpose;
/** A matrix transposed; vectors and 0-d tensors as they are. */
export function t(x: Tensor): Tensor {
  if (asTensor('t', 'input', x).ndim > 2) fail(ShapeError, 't', 'a tensor of at most 2 dims', showShape(shapeOf(x)));
  return x.ndim < 2 ? apply(permuteOp, [x], [...shapeOf(x).keys()]) : transpose(x, 0, 1);
}

// expand ----------------------------------------------------------------------------------------------------------------------------------------------------

const expandOp = defineView<Shape>(
  'expand',
  (x, shape) => {
    const shift = shape.length - x.shape.length;
    const strides = new Array<number>(shape.length);
    for (let d = shape.length - 1; d >= 0; d--) {
      // A new dim has the stride that would step over the dims after it, as in PyTorch; any dim that grows has 0.
      const size = d < shift ? 1 : x.shape[d - shift];
      const step = d >= shift ? x.strides[d - shift] : d + 1 < shape.length ? shape[d + 1] * strides[d + 1] : 1;
      strides[d] = size === shape[d] && x.shape.length > 0 ? step : 0;
    }
    return { shape, strides, offset: x.offset };
  },
  // The engine sums the gradient back to the input's shape.
  (dy) => dy,
);
/** Dims of size 1 seen at other sizes, and new ones in front, without a copy; -1 keeps a size. */
export function expand(x: Tensor, ...sizes: (number | readonly number[])[]): Tensor {
  asTensor('expand', 'input', x);
  const wanted = flatSizes(sizes);
  const shift = wanted.length - x.ndim;
  const shape = sizesOf('expand', [wanted.map((size, d) => (size === -1 && d >= shift ? shapeOf(x)[d - shift] : size))]);
  if (shift < 0 || !expandsTo(shapeOf(x), shape)) {
    throw new ShapeError(
      `expand: expected sizes that shape ${showShape(shapeOf(x))} expands to, got ${showShape(shape)}: sizes must match at non-singleton dimensions`,
    );
  }
  return apply(expandOp, [x], shape);
}
export const expandAs = (x: Tensor, other: Tensor): Tensor => expand(x, shapeOf(asTensor('expandAs', 'other', other)));
/** Expanded to a shape: the tensor itself if it has it. */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor =>
  Array.isArray(shape) && sameShape(shapeOf(asTensor('broadcastTo', 'input', x)), shape) ? x : expand(x, shape);

// select, slice, narrow -------------------------------------------------------------------------------------------------------------------------------------

interface At {
  readonly dim: number;
  readonly index: number;
}
const selectOp = defineView<At>('select', (x, { dim, index }) => ({
  shape: x.shape.toSpliced(dim, 1),
  strides: x.strides.toSpliced(dim, 1),
  offset: x.offset + index * x.strides[dim],
}));
/** The part at one index of a dim, which is dropped. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  if (asTensor('select', 'input', x).ndim === 0)
    throw new IndexError('select: expected a tensor with dims, got a 0-d tensor: select() cannot be applied to a 0-dim tensor');
  const d = checkDim('select', dim, x.ndim);
  const size = shapeOf(x)[d];
  const i = checkInt('select', 'index', index);
  if (i < -size || i >= size) {
    fail(IndexError, 'select', `an index in [${-size}, ${size - 1}] for dim ${d} of shape ${showShape(shapeOf(x))}`, `${i}: index out of range`);
  }
  return apply(selectOp, [x], { dim: d, index: i < 0 ? i + size : i });
}

interface Stretch {
  readonly dim: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
}
const sliceOp = defineView<Stretch>('slice', (x, { dim, start, step, length }) => ({
  shape: x.shape.with(dim, length),
  strides: x.strides.with(dim, x.strides[dim] * step),
  offset: x.offset + start * x.strides[dim],
}));
/** Every step-th index from start to before stop, both cut to the range and counted from the end if negative. */
export function sliceDim(x: Tensor, dim: number, start: number | null, stop: number | null, step = 1): Tensor {
  const size = shapeOf(x)[dim];
  if (checkInt('slice', 'step', step) <= 0) fail(ArgumentError, 'slice', 'step >= 1', `${step}: slice step must be positive`);
  const bound = (value: number | null, missing: number): number => {
    if (value === null) return missing;
    const v = checkInt('slice', 'bound', value);
    return Math.min(Math.max(v < 0 ? v + size : v, 0), size);
  };
  const from = bound(start, 0);
  const length = Math.max(0, Math.ceil((bound(stop, size) - from) / step));
  return apply(sliceOp, [x], { dim, start: from, step, length });
}
/** `length` indices of a dim from `start` on. */
export function narrow(x: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  if (asTensor('narrow', 'input', x).ndim === 0)
    throw new ShapeError('narrow: expected a tensor with dims, got a 0-d tensor: narrow() cannot be applied to a 0-dim tensor.');
  const d = checkDim('narrow', dim, x.ndim);
  const size = shapeOf(x)[d];
  const from = checkInt('narrow', 'start', start instanceof Tensor && start.ndim === 0 ? start.item() : start);
  const count = checkInt('narrow', 'length', length);
  if (count < 0) fail(ShapeError, 'narrow', 'length >= 0', `${count}: narrow(): length must be non-negative`);
  if (from < -size || from > size) fail(IndexError, 'narrow', `start in [${-size}, ${size}]`, String(from));
  const first = from < 0 ? from + size : from;
  if (first + count > size) fail(IndexError, 'narrow', `start + length <= ${size}`, `${first} + ${count}: exceeds dimension size`);
  return apply(sliceOp, [x], { dim: d, start: first, step: 1, length: count });
}

// Several views at once -------------------------------------------------------------------------------------------------------------------------------------

interface Pieces {
  readonly dim: number;
  readonly sizes: readonly number[];
}
/** Joins the gradients of the pieces; set by join.ts, whose cat it is. */
let joinPieces: (dys: readonly Tensor[], dim: number) => Tensor;
export function installCat(cat: typeof joinPieces): void {
  joinPieces = cat;
}
const splitOp = defineOp<Pieces>({
  name: 'split',
  view: true,
  forward: ([x], { dim, sizes }) => {
    let start = 0;
    return sizes.map((size) => {
      const piece = alias(x, shapeOf(x).with(dim, size), stridesOf(x), x.offset + start * stridesOf(x)[dim]);
      start += size;
      return piece;
    });
  },
  joint: (dys, node) => {
    const { dim, sizes } = node.args as Pieces;
    const { dt } = node;
    return [
      joinPieces(
        dys.map((dy, i) => dy ?? zeros(node.meta(i).shape.with(dim, sizes[i]), dt)),
        dim,
      ),
    ];
  },
});
const zeros = (shape: Shape, dt: Tensor['dt']): Tensor => {
  const z = empty(shape, dt);
  zeroFill(z);
  return z;
};
export const splitAt = (x: Tensor, dim: number, sizes: readonly number[]): Tensor[] => applyMulti(splitOp, [x], { dim, sizes });
