// Searching in sorted values, and what follows from it: buckets, histograms, membership.

import { Category, float64, indexType, int32, int64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { checkInt, numel, sameShape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { full } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { addressOf, alias, contiguousCopy, copyInto, empty, Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { div, mul, sub } from './arithmetic.js';
import { BLOCK } from './blocks.js';
import { clamp } from './clamp.js';
import { eq, ge, le, logicalAnd, logicalNot, where } from './compare.js';
import { toDtype } from './copy.js';
import { linspace } from './create.js';
import { amax, amin } from './extrema.js';
import { addAlong, gather, indexSelect, putBack } from './gather.js';
import { kernelFor } from './map.js';
import { type Operand, operand, rawCast, resultType } from './promote.js';
import { sum } from './reduce.js';
import { floor } from './round.js';
import { sort } from './sort.js';
import { narrow, reshape } from './view.js';

// searchsorted, bucketize -----------------------------------------------------------------------------------------------------------------------------------

/** For every element the place in the sorted line (one, or one a row) before which (or after which, if right) it belongs. */
function places(op: string, line: Tensor, x: Tensor, right: boolean): Tensor {
  const dt = line.dt === x.dt ? x.dt : resultType(line, x);
  const [a, v] = [contiguousCopy(rawCast(line, dt)), contiguousCopy(rawCast(x, dt))];
  const n = shapeOf(line).at(-1)!;
  const y = empty(shapeOf(x), indexType(n));
  const shared = line.ndim === 1;
  const rows = shared ? 1 : numel(shapeOf(line).slice(0, -1));
  if (y.count === 0) return y;
  const kernel = kernelFor(op, K.searchsorted, dt);
  kernel(addressOf(a), addressOf(v), addressOf(y), Number(y.dt !== int32), rows, n, x.count / rows, Number(shared), Number(right));
  return y;
}

export interface SearchOptions {
  /** Places are int32 anyway, unless the line is longer than 2^31 - 1: then this is refused. */
  outInt32?: boolean;
  right?: boolean;
  side?: 'left' | 'right';
  sorter?: Tensor | null;
}
function readSide(op: string, { right = false, side }: Partial<SearchOptions>): boolean {
  if (side === undefined) return asBoolean(op, 'right', right);
  if (side !== 'left' && side !== 'right') fail(ArgumentError, op, "side to be 'left' or 'right'", String(side));
  if (side === 'left' && right) fail(ArgumentError, op, 'side and right to agree', 'side left and right true: side and right cannot be set to opposites');
  return side === 'right';
}
function needNarrow(op: string, line: Tensor, { outInt32 = false }: Partial<SearchOptions>): void {
  const n = shapeOf(line).at(-1) ?? 1;
  if (asBoolean(op, 'outInt32', outInt32) && indexType(n) !== int32)
    fail(ArgumentError, op, 'a line of at most 2147483647 elements where outInt32 is true', String(n));
}
const searched = (op: string, line: Tensor, x: Operand): Tensor => {
  const t = operand(op, 'values', x, line);
  if (x instanceof Tensor && t.dt !== line.dt) {
    fail(DTypeError, op, `values of the sorted values' dtype ${line.dtype}`, `${t.dtype}: boundary tensor and input value tensor should have same dtype`);
  }
  return t;
};

/** Where in the last dim of a sorted tensor the values belong: before equal ones, or after them if right. */
export function searchsorted(sortedSequence: Tensor, values: Operand, ...args: ArgsOf<SearchOptions, []>): Tensor {
  const op = 'searchsorted';
  const options = readArgs<SearchOptions>(op, args, [], ['outInt32', 'right', 'side', 'sorter']);
  const line = asTensor(op, 'sorted sequence', sortedSequence);
  const x = searched(op, line, values);
  const fits = line.ndim === 1 || (line.ndim === x.ndim && sameShape(shapeOf(line).slice(0, -1), shapeOf(x).slice(0, -1)));
  if (line.ndim === 0 || !fits) {
    fail(ShapeError, op, 'a sorted vector, or one line for each line of the values', `${showShape(shapeOf(line))} and values ${showShape(shapeOf(x))}`);
  }
  needNarrow(op, line, options);
  const { sorter = null } = options;
  if (sorter !== null && !sameShape(shapeOf(asTensor(op, 'sorter', sorter)), shapeOf(line)))
    fail(ShapeError, op, `a sorter of shape ${showShape(shapeOf(line))}`, showShape(shapeOf(sorter)));
  return places(op, sorter ? gather(line, -1, sorter) : line, x, readSide(op, options));
}
/** Which interval between the boundaries each element is in: above boundary i - 1, up to boundary i (or from i - 1, below i, if right). */
export function bucketize(x: Operand, boundaries: Tensor, ...args: ArgsOf<SearchOptions, []>): Tensor {
  const options = readArgs<SearchOptions>('bucketize', args, [], ['outInt32', 'right']);
  if (asTensor('bucketize', 'boundaries', boundaries).ndim !== 1) fail(ShapeError, 'bucketize', 'boundaries to be a vector', showShape(shapeOf(boundaries)));
  needNarrow('bucketize', boundaries, options);
  return places('bucketize', boundaries, searched('bucketize', boundaries, x), readSide('bucketize', options));
}

// Counting --------------------------------------------------------------------------------------------------------------------------------------------------

/** How much weight falls on each of n places. */
const tally = (at: Tensor, weights: Tensor, n: number): Tensor => putBack(weights, 0, at, [n]);
const flat = (x: Tensor): Tensor => reshape(x.detach(), [x.count]);

/** How often each of 0 ... n - 1 occurs in a vector, of which a block at a time becomes int64 indices. */
function counts(x: Tensor, n: number): Tensor {
  const [y, one] = [full([n], 0, int64), full([], 1, int64)];
  const index = empty([Math.min(x.count, BLOCK)], int64);
  for (let from = 0; from < x.count; from += BLOCK) {
    const shape = [Math.min(BLOCK, x.count - from)];
    const block = alias(index, shape, [1], 0);
    copyInto(block, alias(x, shape, stridesOf(x), x.offset + from * stridesOf(x)[0]));
    addAlong(y, 0, block, alias(one, shape, [0], one.offset));
  }
  return y;
}

export interface BincountOptions {
  weights?: Tensor | null;
  minlength?: number;
}
/** How often each non-negative integer occurs, or the weight it has in sum. */
export function bincount(x: Tensor, ...args: ArgsOf<BincountOptions, ['weights', 'minlength']>): Tensor {
  const op = 'bincount';
  const { weights = null, minlength = 0 } = readArgs<BincountOptions>(op, args, ['weights', 'minlength']);
  asTensor(op, 'input', x);
  if (x.ndim !== 1 || x.dt.category !== Category.Integer) fail(ShapeError, op, 'a vector of integers', `${x.dtype} ${showShape(shapeOf(x))}`);
  if (checkInt(op, 'minlength', minlength) < 0) fail(ArgumentError, op, 'minlength >= 0', String(minlength));
  if (weights !== null && !sameShape(shapeOf(asTensor(op, 'weights', weights)), shapeOf(x)))
    fail(ShapeError, op, "weights of the input's shape", showShape(shapeOf(weights)));
  if (x.count > 0 && Number(amin(x).item()) < 0) fail(ArgumentError, op, 'non-negative integers', 'a negative one');
  const size = Math.max(minlength, x.count === 0 ? 0 : Number(amax(x).item()) + 1);
  if (weights === null) return counts(x, size);
  const weight = weights.dtype === 'float32' ? weights : toDtype(weights, float64);
  return tally(x, weight.detach(), size);
}

export interface HistcOptions {
  bins?: number;
  min?: number;
  max?: number;
}
/** The range of a histogram: as given, or that of the data (`none` without any); one of width 0 is widened by `margin` either way. */
function span(op: string, x: Tensor, min: number, max: number, margin: number, none = max): [number, number] {
  let [low, high] = [asNumber(op, 'min', min), asNumber(op, 'max', max)];
  if (low > high) fail(ArgumentError, op, 'min <= max', `${low} and ${high}: max must be larger than min`);
  if (low === high) [low, high] = x.count > 0 ? [Number(amin(x).item()), Number(amax(x).item())] : [low, none];
  if (!Number.isFinite(low) || !Number.isFinite(high)) fail(ArgumentError, op, 'a finite range', `[${low}, ${high}]: range of [${low}, ${high}] is not finite`);
  return low === high ? [low - margin, high + margin] : [low, high];
}
const binsOf = (op: string, bins: unknown): number =>
  checkInt(op, 'bins', bins) > 0 ? (bins as number) : fail(ArgumentError, op, 'bins > 0', `${show(bins)}: bins must be > 0`);

/** How many elements fall into each of `bins` equal parts of [min, max] (of the data's range if both are 0). */
export function histc(x: Tensor, ...args: ArgsOf<HistcOptions, ['bins', 'min', 'max']>): Tensor {
  const op = 'histc';
  const { bins = 100, min = 0, max = 0 } = readArgs<HistcOptions>(op, args, ['bins', 'min', 'max']);
  if (asTensor(op, 'input', x).dt.category !== Category.Float) fail(DTypeError, op, 'a floating point tensor', x.dtype);
  const n = binsOf(op, bins);
  const [low, high] = span(op, x, min, max, 1);
  // In float64 where the products below leave the range of float32.
  const v = (high - low) * n < 2 ** 127 ? flat(x) : toDtype(flat(x), float64);
  // The ends as the input's dtype holds them.
  const [first, last] = [low, high].map((end) => toDtype(full([], end, x.dt), v.dt));
  const inside = logicalAnd(ge(v, first), le(v, last));
  // Multiplied first, so that whole numbers between whole ends lie where they should. PyTorch 1.13 divides first, and misses some of them by a bin.
  const at = clamp(floor(div(mul(sub(v, first), n), sub(last, first))), { min: 0, max: n - 1 });
  return tally(toDtype(where(inside, at, 0), int64), toDtype(inside, x.dt), n);
}

export interface HistogramOptions {
  range?: readonly [number, number] | null;
  weight?: Tensor | null;
  density?: boolean;
}
export type Histogram = { readonly hist: Tensor; readonly binEdges: Tensor } & readonly [hist: Tensor, binEdges: Tensor];
/** How many elements, or how much weight, each bin holds: a number of equal ones, or those between the given edges. The last includes its upper edge. */
export function histogram(x: Tensor, bins: number | Tensor, ...args: ArgsOf<HistogramOptions, []>): Histogram {
  const op = 'histogram';
  const { range = null, weight = null, density = false } = readArgs<HistogramOptions>(op, args, [], ['range', 'weight', 'density']);
  if (asTensor(op, 'input', x).dt.category !== Category.Float) fail(DTypeError, op, 'a floating point tensor', x.dtype);
  if (weight !== null && (asTensor(op, 'weight', weight).dt !== x.dt || !sameShape(shapeOf(weight), shapeOf(x))))
    fail(ShapeError, op, 'weights like the input', `${weight.dtype} ${showShape(shapeOf(weight))}`);
  if (bins instanceof Tensor && (bins.ndim !== 1 || bins.dt !== x.dt || bins.count === 0))
    fail(ShapeError, op, "a vector of edges of the input's dtype", `${bins.dtype} ${showShape(shapeOf(bins))}`);
  const v = flat(x);
  const edges =
    bins instanceof Tensor ? bins.detach() : linspace(...span(op, x, ...(range ?? ([0, 0] as const)), 0.5, 1), binsOf(op, bins) + 1, { dtype: x.dtype });
  const n = edges.count - 1;
  const inside = logicalAnd(ge(v, narrow(edges, 0, 0, 1)), le(v, narrow(edges, 0, n, 1)));
  const at = clamp(sub(places(op, edges, v, true), 1), { min: 0, max: Math.max(n - 1, 0) });
  const weights = weight === null ? toDtype(inside, x.dt) : where(inside, flat(weight), 0);
  const hist = n === 0 ? full([0], 0, x.dt) : tally(at, weights, n);
  const widths = sub(narrow(edges, 0, 1, n), narrow(edges, 0, 0, n));
  const result = asBoolean(op, 'density', density) ? div(div(hist, sum(hist)), widths) : hist;
  return Object.assign([result, edges] as const, { hist: result, binEdges: edges });
}

// Membership ------------------------------------------------------------------------------------------------------------------------------------------------

export interface IsinOptions {
  /** Taken for PyTorch's sake: it changes nothing. */
  assumeUnique?: boolean;
  invert?: boolean;
}
/** Whether each element is among the test elements; either may be a number. */
export function isin(elements: Operand, testElements: Operand, ...args: ArgsOf<IsinOptions, []>): Tensor {
  const { invert = false } = readArgs<IsinOptions>('isin', args, [], ['assumeUnique', 'invert']);
  const x = operand('isin', 'elements', elements, testElements);
  const tests = operand('isin', 'test elements', testElements, elements);
  const dt = resultType(elements, testElements);
  const line = sort(reshape(rawCast(tests.detach(), dt), [tests.count])).values;
  const v = rawCast(x.detach(), dt);
  if (line.count === 0) return full(shapeOf(x), Number(invert), eq(v, v).dt);
  const at = clamp(places('isin', line, v, false), { max: line.count - 1 });
  const found = eq(reshape(indexSelect(line, 0, flat(at)), [...shapeOf(v)]), v);
  return asBoolean('isin', 'invert', invert) ? logicalNot(found) : found;
}
