// Quantiles: values between two neighbours of a sorted line.

import { Category, int64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError } from '../core/errors.js';
import { checkDim } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asChoice, asTensor, readArgs } from './args.js';
import { add, mul, sub } from './arithmetic.js';
import { clampMin } from './clamp.js';
import { gt, isnan, where } from './compare.js';
import { toDtype } from './copy.js';
import { fromArray } from './create.js';
import { round } from './decimals.js';
import { gather } from './gather.js';
import { sum } from './reduce.js';
import { ceil, floor } from './round.js';
import { sort } from './sort.js';
import { permute, reshape } from './view.js';

const interpolations = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;
export interface QuantileOptions {
  dim?: number | null;
  keepdim?: boolean;
  interpolation?: (typeof interpolations)[number];
}
type Quantile = (x: Tensor, q: number | Tensor, ...args: ArgsOf<QuantileOptions, ['dim', 'keepdim']>) => Tensor;

const quantileOf =
  (name: string, ignoreNan: boolean): Quantile =>
  (x, q, ...args) => {
    const { dim = null, keepdim = false, interpolation = 'linear' } = readArgs<QuantileOptions>(name, args, ['dim', 'keepdim'], ['interpolation']);
    const how = asChoice(name, 'interpolation', interpolation, interpolations);
    if (asTensor(name, 'input', x).dt.category !== Category.Float)
      fail(DTypeError, name, 'a floating point tensor', `${x.dtype}: input tensor must be either float or double dtype`);
    if (x.count === 0) fail(ShapeError, name, 'elements', 'none: quantile() input tensor must be non-empty');
    const ranks = ranksOf(name, x, q);
    const d = dim === null ? 0 : checkDim(name, dim, x.ndim);
    const line = dim === null || x.ndim === 0 ? reshape(x, [x.count]) : permute(x, [...shapeOf(x).keys()].filter((i) => i !== d).concat(d));
    const values = sort(line).values;
    const n = shapeOf(line).at(-1)!;

    // Where in the line: (..., number of quantiles). A NaN is the last and wins, or is not counted.
    const nans = sum(isnan(line), -1, true);
    const rank = ignoreNan ? mul(toDtype(clampMin(sub(n - 1, nans), 0), x.dt), ranks) : where(gt(nans, 0), n - 1, mul(ranks, n - 1));
    const at = (place: Tensor): Tensor => gather(values, values.ndim - 1, toDtype(place, int64));
    const rounding = { lower: floor, higher: ceil, nearest: round }[how as string];
    const found = rounding !== undefined ? at(rounding(rank)) : between(at(floor(rank)), at(ceil(rank)), how === 'midpoint' ? 0.5 : sub(rank, floor(rank)));

    // The quantiles go in front, or away if there was but one number.
    const many = q instanceof Tensor && q.ndim > 0;
    const whole = dim === null || x.ndim === 0;
    const kept = asBoolean(name, 'keepdim', keepdim) ? shapeOf(x).map((size, i) => (whole || i === d ? 1 : size)) : whole ? [] : shapeOf(x).toSpliced(d, 1);
    if (whole) return reshape(found, many ? [found.count, ...kept] : kept);
    const front = permute(found, [found.ndim - 1, ...[...shapeOf(found).keys()].slice(0, -1)]);
    return reshape(front, many ? [shapeOf(found).at(-1)!, ...kept] : kept);
  };
const between = (low: Tensor, high: Tensor, weight: Tensor | number): Tensor => add(low, mul(sub(high, low), weight));

function ranksOf(name: string, x: Tensor, q: number | Tensor): Tensor {
  if (q instanceof Tensor) {
    if (q.ndim > 1) fail(ShapeError, name, 'q to be a number or a vector', `${q.ndim} dims: q must be a scalar or 1D tensor`);
    if (q.dt !== x.dt) fail(DTypeError, name, `q of the input's dtype ${x.dtype}`, `${q.dtype}: q tensor must be same dtype as the input tensor`);
    return reshape(q, [q.count]);
  }
  if (typeof q !== 'number' || !(q >= 0 && q <= 1)) fail(ArgumentError, name, 'q in [0, 1]', String(q));
  return fromArray(name, new x.dt.array([q] as never), [1], x.dt);
}

/** The values below which the shares q of a line lie. NaN wins. */
export const quantile = quantileOf('quantile', false);
/** The quantiles of what is not NaN. */
export const nanquantile = quantileOf('nanquantile', true);
