// Sorting along a dim, and what is read off a sorted line: order statistics, the most frequent value, the k largest.

import { Category, indexType, int32, uint8 } from '../core/dtype.js';
import { DTypeError, fail, IndexError } from '../core/errors.js';
import { checkDim, checkInt, numel } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { full } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { apply, applyMulti, defineOp } from '../tensor/op.js';
import { addressOf, alias, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { isnan } from './compare.js';
import { orNaN, toTies } from './extrema.js';
import { gather, putBack } from './gather.js';
import { fromIndices, indexArray, setIndex } from './indices.js';
import { kernelFor } from './map.js';
import { pairOf, type ValuesIndices } from './pair.js';
import { sum } from './reduce.js';
import { narrow, reshape, squeeze } from './view.js';

export interface Sorting {
  readonly dim: number;
  readonly descending: boolean;
}
/** The values in order, and where they come from. */
const sortOp = defineOp<Sorting>({
  name: 'sort',
  saves: OUT,
  keeps: [1],
  nondifferentiable: [1],
  forward: ([x], { dim, descending }) => {
    const order = [...shapeOf(x).keys()].filter((d) => d !== dim).concat(x.ndim === 0 ? [] : [dim]);
    const shape = order.map((d) => shapeOf(x)[d]);
    const seen = (t: Tensor): Tensor =>
      alias(
        t,
        shapeOf(x),
        shapeOf(x).map((_, d) => stridesOf(t)[order.indexOf(d)]),
        0,
      );
    const packed = contiguousCopy(
      alias(
        x,
        shape,
        order.map((d) => stridesOf(x)[d]),
        x.offset,
      ),
    );
    const n = x.ndim === 0 ? 1 : shapeOf(x)[dim];
    const index = indexType(n);
    const [y, places] = [empty(shape, x.dt), empty(shape, index)];
    if (x.count > 0) {
      const scratch = empty([Math.ceil((x.count * index.size) / 8) * 8 + x.count * x.dt.size], uint8);
      const kernel = kernelFor('sort', K.sort, x.dt);
      const wide = Number(index !== int32);
      kernel(addressOf(packed), addressOf(y), addressOf(places), addressOf(scratch), wide, x.count / n, n, Number(descending));
    }
    return [seen(y), seen(places)];
  },
  joint: ([dy], node) => [putBack(dy!, (node.args as Sorting).dim, node.unpack(2), node.inputMeta(0).shape)],
});
const sorted = (x: Tensor, dim: number, descending = false): ValuesIndices => {
  const [values, indices] = applyMulti(sortOp, [x], { dim, descending });
  return pairOf(values, indices);
};

export interface SortOptions {
  dim?: number;
  descending?: boolean;
  /** Sorting is always stable. */
  stable?: boolean;
}
export type SortArgs = ArgsOf<SortOptions, ['dim', 'descending']>;
/** Sorted along a dim (the last), with the places that the values come from. Stable; NaN counts as largest. */
export function sort(x: Tensor, ...args: SortArgs): ValuesIndices {
  const { dim = -1, descending = false, stable = true } = readArgs<SortOptions>('sort', args, ['dim', 'descending'], ['stable']);
  asBoolean('sort', 'stable', stable);
  return sorted(x, checkDim('sort', dim, asTensor('sort', 'input', x).ndim), asBoolean('sort', 'descending', descending));
}
/** The indices that sort along a dim. */
export const argsort = (x: Tensor, ...args: SortArgs): Tensor => sort(x, ...args).indices;
/** Sorted along the first dim. */
export const msort = (x: Tensor): Tensor => sort(x, 0).values;

export interface TopkOptions {
  dim?: number;
  largest?: boolean;
  sorted?: boolean;
}
/** The k largest (or smallest) along a dim, in order. */
export function topk(x: Tensor, k: number, ...args: ArgsOf<TopkOptions, ['dim', 'largest', 'sorted']>): ValuesIndices {
  const { dim = -1, largest = true, sorted: ordered = true } = readArgs<TopkOptions>('topk', args, ['dim', 'largest', 'sorted']);
  asBoolean('topk', 'sorted', ordered);
  const d = checkDim('topk', dim, asTensor('topk', 'input', x).ndim);
  const size = shapeOf(x)[d] ?? 1;
  if (checkInt('topk', 'k', k) < 0 || k > size) fail(IndexError, 'topk', `k in [0, ${size}]`, `${k}: selected index k out of range`);
  const { values, indices } = sorted(x, d, asBoolean('topk', 'largest', largest));
  return x.ndim === 0 ? pairOf(values, indices) : pairOf(narrow(values, d, 0, k), narrow(indices, d, 0, k));
}

// One place of a line ---------------------------------------------------------------------------------------------------------------------------------------

export interface LineOptions {
  dim?: number;
  keepdim?: boolean;
}
export type LineArgs = ArgsOf<LineOptions, ['dim', 'keepdim']>;
export interface Line {
  readonly d: number;
  readonly keepdim: boolean;
}
/** The dim of a line that has elements. */
function lineOf(op: string, x: Tensor, args: readonly unknown[]): Line {
  const { dim = -1, keepdim = false } = readArgs<LineOptions>(op, args, ['dim', 'keepdim']);
  const d = checkDim(op, dim, asTensor(op, 'input', x).ndim);
  if (shapeOf(x)[d] === 0) fail(IndexError, op, 'a dim with elements', `dim ${d} of size 0: expected reduction dim to have non-zero size`);
  return { d, keepdim: asBoolean(op, 'keepdim', keepdim) };
}
/** Values at places of size 1 along the dim. */
function at(x: Tensor, places: Tensor, { d, keepdim }: Line): ValuesIndices {
  if (x.ndim === 0) return pairOf(reshape(x, []), places);
  const values = gather(x, d, places);
  return keepdim ? pairOf(values, places) : pairOf(squeeze(values, d), squeeze(places, d));
}

/** The k-th smallest (from 1) along a dim, and where it is. */
export function kthvalue(x: Tensor, k: number, ...args: LineArgs): ValuesIndices {
  const line = lineOf('kthvalue', x, args);
  const size = shapeOf(x)[line.d] ?? 1;
  if (checkInt('kthvalue', 'k', k) < 1 || k > size) {
    fail(IndexError, 'kthvalue', `k in [1, ${size}]`, `${k}: selected number k out of range for dimension ${line.d}`);
  }
  const { values, indices } = sorted(x, line.d);
  if (x.ndim === 0) return pairOf(values, indices);
  const [value, place] = [values, indices].map((t) => narrow(t, line.d, k - 1, 1));
  return line.keepdim ? pairOf(value, place) : pairOf(squeeze(value, line.d), squeeze(place, line.d));
}

/** The rank of the lower median of n. */
const middle = (n: number): number => Math.floor(Math.max(n - 1, 0) / 2);
/** Where the lower median of each line is: among all, or among those that are not NaN; a line with a NaN has its first NaN as median. */
function medianPlaces(x: Tensor, d: number, ignoreNan: boolean): Tensor {
  const order = sorted(x.dt.category === Category.Bool ? fail(DTypeError, 'median', 'a numeric tensor', 'bool: not implemented for it') : x, d).indices;
  if (x.ndim === 0) return order;
  const n = shapeOf(x)[d];
  if (x.dt.category !== Category.Float) return narrow(order, d, middle(n), 1);
  const nans = sum(isnan(x), d, true).toTypedArray();
  const ranks = indexArray('median', n, nans.length);
  nans.forEach((count, i) => {
    const valid = n - Number(count);
    setIndex(ranks, i, ignoreNan || valid === n ? middle(valid) : valid);
  });
  return gather(order, d, fromIndices('median', ranks, shapeOf(x).with(d, 1)));
}

export interface Median {
  (x: Tensor): Tensor;
  (x: Tensor, ...args: LineArgs): ValuesIndices;
}
/** The lower of the two middle values. Of all elements, ties share the gradient; along a dim it goes to the place found. */
/** The median of nothing: NaN, or the integer that PyTorch's processors make of it. */
const noMedian = ({ dt }: Tensor): number => (dt.category === Category.Float ? Number.NaN : dt.suffix === 'u8' ? 0 : -(2 ** (8 * dt.size - 1)));

function medianOf(name: string, ignoreNan: boolean): Median {
  const all = defineOp<undefined>({
    name,
    saves: 1 | OUT,
    forward: ([x]) => {
      const row = alias(contiguousCopy(x), [x.count], [1], x.packed ? x.offset : 0);
      return x.count === 0 ? full([], noMedian(x), x.dt) : reshape(gather(row, 0, medianPlaces(row, 0, ignoreNan)), []);
    },
    vjp: [
      (dy, node) => {
        const x = node.x(0);
        return toTies(dy, x, node.y, { dims: [...shapeOf(x).keys()], keepdim: false, shape: shapeOf(x) }, orNaN);
      },
    ],
  });
  return ((x: Tensor, ...args: LineArgs) => {
    asTensor(name, 'input', x);
    if (args.length === 0) return apply(all, [x], undefined);
    const line = lineOf(name, x, args);
    return at(x, medianPlaces(x, line.d, ignoreNan), line);
  }) as Median;
}
/** The median of all elements; along a dim, with its place. NaN wins. */
export const median: Median = medianOf('median', false);
/** The median of what is not NaN. */
export const nanmedian: Median = medianOf('nanmedian', true);

/** The most frequent value along a dim, the smallest of such, and the last place it has. */
export function mode(x: Tensor, ...args: LineArgs): ValuesIndices {
  const line = lineOf('mode', x, args);
  const { values, indices } = sorted(x, line.d);
  if (x.ndim === 0) return pairOf(values, indices);
  const n = shapeOf(x)[line.d];
  const inner = numel(shapeOf(x).slice(line.d + 1));
  const [v, places] = [values.toTypedArray(), indices.toTypedArray()];
  const best = indexArray('mode', n, n === 0 ? 0 : x.count / n);
  for (let i = 0; i < best.length; i++) {
    const start = Math.floor(i / inner) * n * inner + (i % inner);
    let [longest, run] = [0, 0];
    for (let k = 0; k < n; k++) {
      run = k > 0 && v[start + k * inner] === v[start + (k - 1) * inner] ? run + 1 : 1;
      if (run <= longest) continue;
      longest = run;
      setIndex(best, i, Number(places[start + k * inner]));
    }
  }
  return at(x, fromIndices('mode', best, shapeOf(x).with(line.d, 1)), line);
}
