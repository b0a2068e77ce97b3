// Picking and putting by index tensors, PyTorch's advanced indexing: each of several dims is indexed by a tensor, and the indices' common shape takes their place. The
// indices become one tensor of distances in memory, so that the kernels of gather and scatter serve here too. Adjoint to each other: pick, and put that accumulates.

import { int64 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { broadcastShapes, contiguousStrides, expandsTo, type Shape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { applyInPlace, readable } from '../tensor/inplace.js';
import { type Layout, layoutOf } from '../tensor/layout.js';
import { collapse, dims as rows } from '../tensor/loops.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { zerosOf } from './copy.js';
import { fromArray } from './create.js';
import { adderFor, asIndex, checkedIndex } from './gather.js';
import { kernelFor } from './map.js';
import { rawCast } from './promote.js';

/** Where the indices apply: `dims` of the input are replaced by their common shape `spread`, which starts at dim `place` of the result. */
interface Picks {
  readonly dims: readonly number[];
  readonly place: number;
  readonly spread: Shape;
  readonly shape: Shape;
  readonly accumulate: boolean;
}

/** Puts the indices' dims into the place of the indexed ones. */
const exchanged = ({ dims, place, spread }: Picks, sizes: Shape, inside: Shape = spread): number[] =>
  sizes.filter((_, d) => !dims.includes(d)).toSpliced(place, 0, ...inside);

/** The distance of every picked element from the first one, as int64 of the indices' common shape. */
function distances(x: Layout, indices: readonly Tensor[], { dims, spread }: Picks): Tensor {
  const sum = empty(spread, int64);
  zeroFill(sum);
  if (sum.count === 0) return sum;
  indices.forEach((index, i) => {
    const nd = collapse(spread, sum, sum, index, sum);
    K.add[int64.code](addressOf(sum), addressOf(index), addressOf(sum), x.strides[dims[i]], nd, rows);
  });
  return sum;
}

/** The three layouts of a loop over the result: x without its indexed dims, the distances, and the result itself. */
function plan(x: Tensor, indices: readonly Tensor[], picks: Picks): { base: Tensor; distance: Tensor; shape: number[] } {
  const shape = exchanged(picks, shapeOf(x));
  const still = picks.spread.map(() => 0);
  const sum = distances(layoutOf(x), indices, picks);
  const distance = alias(
    sum,
    shape,
    exchanged(
      picks,
      shapeOf(x).map(() => 0),
      stridesOf(sum),
    ),
    0,
  );
  return { base: alias(x, shape, exchanged(picks, stridesOf(x), still), x.offset), distance, shape };
}

/** Inputs x and the checked int64 indices. */
const pickOp: Op<Picks> = defineOp<Picks>({
  name: 'index',
  saves: ~1 & ((1 << 30) - 1),
  forward: ([x, ...indices], picks) => {
    const { base, distance, shape } = plan(x, indices, picks);
    const y = empty(shape, x.dt);
    if (y.count > 0) kernelFor('index', K.gather, x.dt)(addressOf(base), addressOf(distance), addressOf(y), 1, collapse(shape, null, base, distance, y), rows);
    return y;
  },
  joint: ([dy], node) => [apply(pickBackward, [dy!, ...saved(node, 1)], node.args as Picks)],
});

/** Zeros of the input's shape with dy added where it was picked from. */
const pickBackward: Op<Picks> = defineOp<Picks>({
  name: 'indexBackward',
  saves: ~1 & ((1 << 30) - 1),
  forward: ([dy, ...indices], picks) => {
    const dx = empty(picks.shape, dy.dt);
    zeroFill(dx);
    put(dx, dy, indices, { ...picks, accumulate: true });
    return dx;
  },
  joint: ([d], node) => [apply(pickOp, [d!, ...saved(node, 1)], node.args as Picks)],
});

const saved = (node: { readonly inputs: readonly unknown[]; x(i: number): Tensor }, from: number): Tensor[] =>
  node.inputs.slice(from).map((_, i) => node.x(i + from));

function put(x: Tensor, value: Tensor, indices: readonly Tensor[], picks: Picks): void {
  const { base, distance, shape } = plan(x, indices, picks);
  if (distance.count === 0) return;
  const source = rawCast(value, x.dt);
  const nd = collapse(shape, null, source, distance, base);
  const kernel = picks.accumulate ? adderFor('indexPut', x.dt) : kernelFor('indexPut', K.scatter, x.dt);
  kernel(addressOf(source), addressOf(distance), addressOf(base), 1, nd, rows);
}

/** Inputs x, the value and the checked int64 indices. */
const putOp: Op<Picks> = defineOp<Picks>({
  name: 'indexPut',
  saves: ~3 & ((1 << 30) - 1),
  forward: ([x, value, ...indices], picks, out) => {
    const shape = exchanged(picks, shapeOf(x));
    if (!expandsTo(shapeOf(value), shape)) {
      fail(
        ShapeError,
        'indexPut',
        `a value that broadcasts to ${showShape(shape)}`,
        `${showShape(shapeOf(value))}: shape mismatch: value tensor cannot be broadcast to indexing result`,
      );
    }
    const y = out ?? empty(shapeOf(x), x.dt);
    const source = out === undefined ? value : readable('indexPut_', out, value);
    if (out === undefined) copyInto(y, x);
    put(y, source, indices, picks);
    return y;
  },
  joint: ([dy], node, needs) => {
    const picks = node.args as Picks;
    const indices = saved(node, 2);
    const dx = picks.accumulate ? dy : apply(putOp, [dy!, zerosOf(dy!, []), ...indices], picks);
    return [needs(0) ? dx : null, needs(1) ? apply(pickOp, [dy!, ...indices], picks) : null];
  },
});

// Reading the indices --------------------------------------------------------------------------------------------------------------------------------------

/** An index of a dim: integers, or truth values as a mask over as many dims as it has. */
export interface DimIndex {
  readonly dim: number;
  readonly index: Tensor;
}

/** Where a mask is true, as one int64 vector per dim of it. */
function whereTrue(mask: Tensor): Tensor[] {
  const values = mask.toTypedArray();
  const places: number[] = [];
  values.forEach((value, i) => {
    if (value) places.push(i);
  });
  const strides = contiguousStrides(shapeOf(mask));
  return shapeOf(mask).map((size, d) =>
    fromArray(
      'index',
      BigInt64Array.from(places, (p) => BigInt(Math.floor(p / strides[d]) % size)),
      [places.length],
      int64,
    ),
  );
}

const isMask = (t: Tensor): boolean => t.dtype === 'bool' || t.dtype === 'uint8';

/** Checks the indices against the input; masks become integers. */
function picksOf(op: string, x: Tensor, given: readonly DimIndex[], accumulate: boolean): { indices: Tensor[]; picks: Picks } {
  const dims: number[] = [];
  const raw: Tensor[] = [];
  for (const { dim, index } of given) {
    if (!isMask(index)) {
      dims.push(dim);
      raw.push(asIndex(op, 'an index', index));
      continue;
    }
    shapeOf(index).forEach((size, d) => {
      if (size === shapeOf(x)[dim + d]) return;
      fail(
        IndexError,
        op,
        `a mask of ${showShape(shapeOf(x).slice(dim, dim + index.ndim))}`,
        `${showShape(shapeOf(index))}: The shape of the mask does not match the shape of the indexed tensor`,
      );
    });
    whereTrue(index).forEach((places, d) => {
      dims.push(dim + d);
      raw.push(places);
    });
  }
  let spread: Shape = [];
  for (const index of raw) spread = broadcastShapes(op, spread, shapeOf(index));
  const result = spread;
  const indices = raw.map((index, i) => {
    // Nothing is picked by an empty index, even from a dim of size 0.
    const size = shapeOf(x)[dims[i]];
    const checked = checkedIndex(op, index, result.includes(0) && size === 0 ? 1 : size, true);
    const lead = result.length - checked.ndim;
    const strides = result.map((_, d) => (d < lead || shapeOf(checked)[d - lead] === 1 ? 0 : stridesOf(checked)[d - lead]));
    return alias(checked, result, strides, 0);
  });
  const adjacent = dims.every((dim, i) => i === 0 || dim === dims[i - 1] + 1);
  return { indices, picks: { dims, place: adjacent ? dims[0] : 0, spread, shape: shapeOf(x), accumulate } };
}

/** The elements at the indices. */
export function pick(op: string, x: Tensor, given: readonly DimIndex[]): Tensor {
  const { indices, picks } = picksOf(op, x, given, false);
  return apply(pickOp, [x, ...indices], picks);
}

/** Writes a value to the elements at the indices. */
export function putInto(op: string, x: Tensor, given: readonly DimIndex[], value: Tensor, accumulate = false): Tensor {
  const { indices, picks } = picksOf(op, x, given, accumulate);
  return applyInPlace(putOp, [x, value, ...indices], picks);
}

// indexPut --------------------------------------------------------------------------------------------------------------------------------------------------

export interface IndexPutOptions {
  /** Add to what is there, instead of replacing it. */
  accumulate?: boolean;
}
type IndexPutArgs = ArgsOf<IndexPutOptions, ['accumulate']>;

function readIndices(op: string, x: Tensor, indices: unknown, value: Tensor, args: IndexPutArgs): { given: DimIndex[]; accumulate: boolean } {
  asTensor(op, 'input', x);
  asTensor(op, 'values', value);
  if (!Array.isArray(indices)) fail(ArgumentError, op, 'indices to be an array of tensors', show(indices));
  if (value.dt !== x.dt)
    fail(ArgumentError, op, `values of the input's dtype ${x.dtype}`, `${value.dtype}: Index put requires the source and destination dtypes match`);
  const given: DimIndex[] = [];
  let dim = 0;
  for (const index of indices as (Tensor | null)[]) {
    if (index !== null) given.push({ dim, index: asTensor(op, 'an index', index) });
    dim += index !== null && isMask(index) ? index.ndim : 1;
  }
  if (given.length === 0) fail(ArgumentError, op, 'at least one index tensor', show(indices));
  if (dim > x.ndim)
    fail(IndexError, op, `at most ${x.ndim} indices for shape ${showShape(shapeOf(x))}`, `${dim}: too many indices for tensor of dimension ${x.ndim}`);
  const { accumulate = false } = readArgs<IndexPutOptions>(op, args, ['accumulate']);
  return { given, accumulate: asBoolean(op, 'accumulate', accumulate) };
}

/** A copy of x with the values at the indices, one index tensor (or null) a dim. */
export function indexPut(x: Tensor, indices: readonly (Tensor | null)[], values: Tensor, ...args: IndexPutArgs): Tensor {
  const { given, accumulate } = readIndices('indexPut', x, indices, values, args);
  const { indices: checked, picks } = picksOf('indexPut', x, given, accumulate);
  return apply(putOp, [x, values, ...checked], picks);
}
/** Writes the values to the indices, one index tensor (or null) a dim. */
export function indexPut_(x: Tensor, indices: readonly (Tensor | null)[], values: Tensor, ...args: IndexPutArgs): Tensor {
  const { given, accumulate } = readIndices('indexPut_', x, indices, values, args);
  return putInto('indexPut_', x, given, values, accumulate);
}
