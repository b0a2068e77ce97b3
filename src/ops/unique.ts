// Which elements there are: different ones, those that are not zero, and counts of them.

import { bool, int64 } from '../core/dtype.js';
import { fail, ShapeError } from '../core/errors.js';
import { checkDim, checkDims, contiguousStrides } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { BLOCK } from './blocks.js';
import { ne } from './compare.js';
import { amax, amin } from './extrema.js';
import { indexSelect } from './gather.js';
import { fromIndices, type IndexArray, indexArray, setIndex } from './indices.js';
import { unbind } from './join.js';
import { anyTrue, type Dims, foldWith, type Over } from './reduce.js';
import { sort } from './sort.js';
import { narrow, reshape, transpose } from './view.js';

export interface UniqueOptions {
  /** The result is sorted always. */
  sorted?: boolean;
  returnInverse?: boolean;
  returnCounts?: boolean;
  dim?: number | null;
}
interface Groups {
  /** The first row of each kind. */
  readonly firsts: Tensor;
  /** Which kind each row is. */
  readonly inverse: IndexArray;
  /** How many rows of each kind there are. */
  readonly counts: Tensor;
}
/** The different rows of x (n, m), visited in an order in which equal ones are neighbours. */
function groups(op: string, x: Tensor, order: IndexArray | null): Groups {
  const [n, m] = [shapeOf(x)[0], shapeOf(x)[1]];
  const v = x.toTypedArray();
  const rowAt = (i: number): number => (order === null ? i : Number(order[i]));
  const inverse = indexArray(op, n, n);
  const starts: number[] = [];
  for (let i = 0, before = -1; i < n; i++) {
    const row = rowAt(i);
    let same = i > 0;
    for (let j = 0; j < m && same; j++) same = v[row * m + j] === v[before * m + j];
    if (!same) starts.push(i);
    setIndex(inverse, row, starts.length - 1);
    before = row;
  }
  const [firsts, counts] = [indexArray(op, n, starts.length), indexArray(op, n, starts.length)];
  starts.forEach((start, k) => {
    setIndex(firsts, k, rowAt(start));
    setIndex(counts, k, (starts[k + 1] ?? n) - start);
  });
  return { firsts: fromIndices(op, firsts), inverse, counts: fromIndices(op, counts) };
}
/** The order of rows by their first elements, then their second ... */
function lexicographic(op: string, x: Tensor): IndexArray {
  const [n, m] = [shapeOf(x)[0], shapeOf(x)[1]];
  if (m === 1) return sort(reshape(x, [n])).indices.toTypedArray() as IndexArray;
  const v = x.toTypedArray();
  const order = indexArray(op, n, n);
  for (let i = 0; i < n; i++) setIndex(order, i, i);
  return order.sort((p, q) => {
    const [a, b] = [Number(p), Number(q)];
    for (let j = 0; j < m; j++) {
      const [p, q] = [v[a * m + j], v[b * m + j]];
      if (p !== q) return p < q ? -1 : 1;
    }
    return a - b;
  });
}

function uniqueOf(op: string, x: Tensor, options: Partial<UniqueOptions>, consecutive: boolean): Tensor | Tensor[] {
  asBoolean(op, 'sorted', options.sorted ?? true);
  const { returnInverse = false, returnCounts = false, dim = null } = options;
  const source = asTensor(op, 'input', x).detach();
  const d = dim === null ? null : checkDim(op, dim, x.ndim);
  if (d !== null && x.count === 0 && shapeOf(x).some((size, i) => size === 0 && i !== d)) {
    fail(
      ShapeError,
      op,
      'elements in the dims other than dim',
      `shape [${shapeOf(x)}]: There are 0 sized dimensions, and they aren't selected, so unique cannot be applied`,
    );
  }
  const n = d === null ? x.count : (shapeOf(x)[d] ?? 1);
  const rows = d === null || x.ndim === 0 ? reshape(source, [n, 1]) : reshape(transpose(source, 0, d), [n, n === 0 ? 0 : x.count / n]);
  const { firsts, inverse, counts } = groups(op, rows, consecutive ? null : lexicographic(op, rows));
  const flat = d === null || x.ndim === 0;
  const values = flat ? reshape(indexSelect(rows, 0, firsts), [firsts.count]) : indexSelect(source, d, firsts);
  const more: Tensor[] = [];
  if (asBoolean(op, 'returnInverse', returnInverse)) more.push(fromIndices(op, inverse, d === null ? shapeOf(x) : [n]));
  if (asBoolean(op, 'returnCounts', returnCounts)) more.push(counts);
  return more.length === 0 ? values : [values, ...more];
}
/** The different elements, or slices along a dim, sorted; if asked for with which of them each element is, and how often each occurs. */
export const unique = (x: Tensor, ...args: ArgsOf<UniqueOptions, ['sorted', 'returnInverse', 'returnCounts', 'dim']>): Tensor | Tensor[] =>
  uniqueOf('unique', x, readArgs<UniqueOptions>('unique', args, ['sorted', 'returnInverse', 'returnCounts', 'dim']), false);
/** The same of neighbours only: each run of equal ones becomes one. */
export const uniqueConsecutive = (x: Tensor, ...args: ArgsOf<UniqueOptions, ['returnInverse', 'returnCounts', 'dim']>): Tensor | Tensor[] =>
  uniqueOf('uniqueConsecutive', x, readArgs<UniqueOptions>('uniqueConsecutive', args, ['returnInverse', 'returnCounts', 'dim']), true);

// What is not zero ------------------------------------------------------------------------------------------------------------------------------------------

const countOp = defineOp<Over>({ name: 'countNonzero', forward: ([x], over) => foldWith('countNonzero', K.sum, x, int64, over, bool) });
/** How many elements are not zero, over some dims or all. */
export function countNonzero(x: Tensor, ...args: ArgsOf<{ dim?: Dims }, ['dim']>): Tensor {
  const { dim = null } = readArgs<{ dim?: Dims }>('countNonzero', args, ['dim']);
  asTensor('countNonzero', 'input', x);
  return apply(countOp, [x], { dims: checkDims('countNonzero', dim, x.ndim), keepdim: false, shape: shapeOf(x) });
}

/** The indices of the elements that are not zero: one row each, or one vector a dim if asTuple. */
export function nonzero(x: Tensor, ...args: ArgsOf<{ asTuple?: boolean }, []>): Tensor | Tensor[] {
  const op = 'nonzero';
  const { asTuple = false } = readArgs<{ asTuple?: boolean }>(op, args, [], ['asTuple']);
  const row = reshape(asTensor(op, 'input', x).detach(), [x.count]);
  const shape = asTuple && x.ndim === 0 ? [1] : shapeOf(x);
  const strides = contiguousStrides(shape);
  const count = Number(countNonzero(row).item());
  const places = indexArray(op, Math.max(...shape, 0), count * shape.length);
  let to = 0;
  for (let from = 0; from < x.count; from += BLOCK) {
    const mask = ne(narrow(row, 0, from, Math.min(BLOCK, x.count - from)), 0);
    if (x.count > BLOCK && !anyTrue(mask)) continue;
    const truth = mask.toTypedArray();
    for (let i = 0; i < truth.length; i++) {
      if (truth[i] === 0) continue;
      for (let d = 0; d < shape.length; d++) setIndex(places, to++, Math.floor((from + i) / strides[d]) % shape[d]);
    }
  }
  const rows = fromIndices(op, places, [count, shape.length]);
  return asBoolean(op, 'asTuple', asTuple) ? unbind(rows, 1) : rows;
}

export type MinMax = { readonly min: Tensor; readonly max: Tensor } & readonly [min: Tensor, max: Tensor];
/** The smallest and the largest element, along a dim or of all. */
export function aminmax(x: Tensor, ...args: ArgsOf<{ dim?: number | null; keepdim?: boolean }, []>): MinMax {
  const { dim = null, keepdim = false } = readArgs<{ dim?: number | null; keepdim?: boolean }>('aminmax', args, [], ['dim', 'keepdim']);
  // PyTorch lets a 0-d tensor keep the dim that it does not have.
  const line = dim !== null && keepdim && asTensor('aminmax', 'input', x).ndim === 0 ? reshape(x, [1]) : x;
  const [low, high] = [amin(line, dim, keepdim), amax(line, dim, keepdim)];
  return Object.assign([low, high] as const, { min: low, max: high });
}
