// Which elements there are: different ones, those that are not zero, and counts of them.
import { int32 } from '../core/dtype.js';
import { fail, ShapeError } from '../core/errors.js';
import { checkDim, checkDims, contiguousStrides } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { ne } from './compare.js';
import { fromArray } from './create.js';
import { amax, amin } from './extrema.js';
import { indexSelect } from './gather.js';
import { unbind } from './join.js';
import { type Dims, sum } from './reduce.js';
import { sort } from './sort.js';
import { reshape, transpose } from './view.js';

export interface UniqueOptions {
  /** The result is sorted always. */
  sorted?: boolean;
  returnInverse?: boolean;
  returnCounts?: boolean;
  dim?: number | null;
}
const indices = (list: Int32Array, shape: readonly number[] = [list.length]): Tensor => fromArray('unique', list, shape, int32);

/** The different rows of x (n, m), visited in an order in which equal ones are neighbours: the first of each, which one each row is, how many there are of each. */
function groups(x: Tensor, order: Int32Array): { firsts: Int32Array; inverse: Int32Array; counts: Int32Array } {
  const [n, m] = [x.shape[0], x.shape[1]];
  const v = x.toTypedArray();
  const inverse = new Int32Array(n);
  const [firsts, counts]: number[][] = [[], []];
  for (let i = 0; i < n; i++) {
    const [row, before] = [order[i] * m, i === 0 ? -1 : order[i - 1] * m];
    let same = i > 0;
    for (let j = 0; j < m && same; j++) same = v[row + j] === v[before + j];
    if (!same) {
      firsts.push(order[i]);
      counts.push(0);
    }
    inverse[order[i]] = firsts.length - 1;
    counts[firsts.length - 1]++;
  }
  return { firsts: Int32Array.from(firsts), inverse, counts: Int32Array.from(counts) };
}
/** The order of rows by their first elements, then their second ... */
function lexicographic(x: Tensor): Int32Array {
  const [n, m] = [x.shape[0], x.shape[1]];
  if (m === 1) return sort(reshape(x, [n])).indices.toTypedArray() as Int32Array;
  const v = x.toTypedArray();
  return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    for (let j = 0; j < m; j++) {
      const [p, q] = [v[a * m + j], v[b * m + j]];
      if (p !== q) return p < q ? -1 : 1;
    }
    return a - b;
  });
}

function uniqueOf(op: string, x: Tensor, options: Partial<UniqueOptions>, consecutive: boolean): Tensor | Tensor[] {
  const { returnInverse = false, returnCounts = false, dim = null } = options;
  const source = asTensor(op, 'input', x).detach();
  const d = dim === null ? null : checkDim(op, dim, x.ndim);
  if (d !== null && x.count === 0 && x.shape.some((size, i) => size === 0 && i !== d)) {
    fail(
      ShapeError,
      op,
      'elements in the dims other than dim',
      `shape [${x.shape}]: There are 0 sized dimensions, and they aren't selected, so unique cannot be applied`,
    );
  }
  const n = d === null ? x.count : (x.shape[d] ?? 1);
  const rows = d === null || x.ndim === 0 ? reshape(source, [n, 1]) : reshape(transpose(source, 0, d), [n, n === 0 ? 0 : x.count / n]);
  const order = consecutive ? Int32Array.from({ length: n }, (_, i) => i) : lexicographic(rows);
  const { firsts, inverse, counts } = groups(rows, order);
  const values = d === null || x.ndim === 0 ? reshape(indexSelect(rows, 0, indices(firsts)), [firsts.length]) : indexSelect(source, d, indices(firsts));
  const more: Tensor[] = [];
  if (asBoolean(op, 'returnInverse', returnInverse)) more.push(indices(inverse, d === null ? x.shape : [n]));
  if (asBoolean(op, 'returnCounts', returnCounts)) more.push(indices(counts));
  return more.length === 0 ? values : [values, ...more];
}
/** The different elements, or slices along a dim, sorted; if asked for with which of them each element is, and how often each occurs. */
export const unique = (x: Tensor, ...args: ArgsOf<UniqueOptions, ['sorted', 'returnInverse', 'returnCounts', 'dim']>): Tensor | Tensor[] =>
  uniqueOf('unique', x, readArgs<UniqueOptions>('unique', args, ['sorted', 'returnInverse', 'returnCounts', 'dim']), false);
/** The same of neighbours only: each run of equal ones becomes one. */
export const uniqueConsecutive = (x: Tensor, ...args: ArgsOf<UniqueOptions, ['returnInverse', 'returnCounts', 'dim']>): Tensor | Tensor[] =>
  uniqueOf('uniqueConsecutive', x, readArgs<UniqueOptions>('uniqueConsecutive', args, ['returnInverse', 'returnCounts', 'dim']), true);

// What is not zero ------------------------------------------------------------------------------------------------------------------------------------------

/** The indices of the elements that are not zero: one row each, or one vector a dim if asTuple. */
export function nonzero(x: Tensor, ...args: ArgsOf<{ asTuple?: boolean }, []>): Tensor | Tensor[] {
  const { asTuple = false } = readArgs<{ asTuple?: boolean }>('nonzero', args, [], ['asTuple']);
  const mask = ne(asTensor('nonzero', 'input', x), 0).toTypedArray();
  const shape = asTuple && x.ndim === 0 ? [1] : x.shape;
  const strides = contiguousStrides(shape);
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += Number(mask[i]);
  const places = new Int32Array(count * shape.length);
  for (let i = 0, to = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    for (let d = 0; d < shape.length; d++) places[to++] = Math.floor(i / strides[d]) % shape[d];
  }
  const rows = indices(places, [count, shape.length]);
  return asBoolean('nonzero', 'asTuple', asTuple) ? unbind(rows, 1) : rows;
}

/** How many elements are not zero, over some dims or all. */
export function countNonzero(x: Tensor, ...args: ArgsOf<{ dim?: Dims }, ['dim']>): Tensor {
  const { dim = null } = readArgs<{ dim?: Dims }>('countNonzero', args, ['dim']);
  return sum(ne(asTensor('countNonzero', 'input', x), 0), { dim: checkDims('countNonzero', dim, x.ndim) });
}

export type MinMax = { readonly min: Tensor; readonly max: Tensor } & readonly [min: Tensor, max: Tensor];
/** The smallest and the largest element, along a dim or of all. */
export function aminmax(x: Tensor, ...args: ArgsOf<{ dim?: number | null; keepdim?: boolean }, []>): MinMax {
  const { dim = null, keepdim = false } = readArgs<{ dim?: number | null; keepdim?: boolean }>('aminmax', args, [], ['dim', 'keepdim']);
  // PyTorch lets a 0-d tensor keep the dim that it does not have.
  const line = dim !== null && keepdim && x.ndim === 0 ? reshape(x, [1]) : x;
  const [low, high] = [amin(line, dim, keepdim), amax(line, dim, keepdim)];
  return Object.assign([low, high] as const, { min: low, max: high });
}
