// gt.masked: reductions and softmax of the elements where a mask is true. What is masked out becomes the reduction's identity.

import { bool, Category, type DType, type DTypeInfo, float32, int64 } from '../core/dtype.js';
import { fail, ShapeError } from '../core/errors.js';
import { checkDims, expandsTo, numel, reducedShape, showShape } from '../core/shape.js';
import { dtypeOf } from '../tensor/defaults.js';
import { constant } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { div, mul, sub } from './arithmetic.js';
import { clampMin } from './clamp.js';
import { where } from './compare.js';
import { toDtype } from './copy.js';
import { fromArray } from './create.js';
import { amax as amaxOf, amin as aminOf } from './extrema.js';
import { sqrt } from './pointwise.js';
import { type Dims, logsumexp as logsumexpOf, prod as prodOf, sum as sumOf } from './reduce.js';
import { magnitudeOf } from './scale.js';
import { logSoftmax as logSoftmaxOf, softmax as softmaxOf } from './softmax.js';
import { broadcastTo, permute, reshape } from './view.js';

interface Mask {
  /** True where an element counts; broadcast to the input. All count without. */
  mask?: Tensor | null;
  dtype?: DType;
}
export interface MaskedOptions extends Mask {
  dim?: Dims;
  keepdim?: boolean;
}
type MaskedArgs = ArgsOf<MaskedOptions, ['dim']>;

interface Given {
  readonly over: { readonly dim: readonly number[]; readonly keepdim: boolean };
  readonly dt: DTypeInfo | null;
  readonly mask: Tensor | null;
}

function maskOf(op: string, x: Tensor, mask: Tensor | null): Tensor | null {
  if (mask === null) return null;
  if (!expandsTo(shapeOf(asTensor(op, 'mask', mask)), shapeOf(x)))
    fail(ShapeError, op, `a mask that broadcasts to ${showShape(shapeOf(x))}`, showShape(shapeOf(mask)));
  return broadcastTo(toDtype(mask, bool), shapeOf(x));
}

function read(op: string, x: Tensor, { dim = null, keepdim = false, dtype, mask = null }: MaskedOptions): Given {
  asTensor(op, 'input', x);
  return {
    over: { dim: checkDims(op, dim, x.ndim), keepdim: asBoolean(op, 'keepdim', keepdim) },
    dt: dtype === undefined ? null : dtypeOf(op, dtype),
    mask: maskOf(op, x, mask),
  };
}
const readMasked = (op: string, x: Tensor, args: MaskedArgs): Given => read(op, x, readArgs<MaskedOptions>(op, args, ['dim'], ['keepdim', 'dtype', 'mask']));

const filled = (x: Tensor, mask: Tensor | null, value: number | Tensor): Tensor =>
  mask === null ? x : where(mask, x, typeof value === 'number' ? constant(value, x.dt) : value);
const inDtype = (y: Tensor, dt: DTypeInfo | null): Tensor => (dt === null ? y : toDtype(y, dt));

/** The least (sign -1) or largest (1) number of a dtype: what max or min starts from. */
function extreme({ dt }: Tensor, sign: 1 | -1): number | Tensor {
  if (dt.category === Category.Float) return sign * Number.POSITIVE_INFINITY;
  if (dt === int64) return fromArray('masked', BigInt64Array.of(sign < 0 ? -(2n ** 63n) : 2n ** 63n - 1n), [], int64);
  const ends: Record<string, readonly [number, number]> = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255], bool: [0, 1] };
  return ends[dt.name][sign < 0 ? 0 : 1];
}

export function sum(x: Tensor, ...args: MaskedArgs): Tensor {
  const { over, dt, mask } = readMasked('masked.sum', x, args);
  return sumOf(inDtype(filled(x, mask, 0), dt), over);
}
export function prod(x: Tensor, ...args: MaskedArgs): Tensor {
  const { over, dt, mask } = readMasked('masked.prod', x, args);
  const from = inDtype(filled(x, mask, 1), dt);
  // One product of many dims: they become the last one.
  const kept = [...shapeOf(x).keys()].filter((d) => !over.dim.includes(d));
  const rows = reshape(permute(from, [...kept, ...over.dim]), [...kept.map((d) => shapeOf(x)[d]), numel(over.dim.map((d) => shapeOf(x)[d]))]);
  return reshape(prodOf(rows, { dim: -1 }), reducedShape(shapeOf(x), over.dim, over.keepdim));
}
export function amax(x: Tensor, ...args: MaskedArgs): Tensor {
  const { over, dt, mask } = readMasked('masked.amax', x, args);
  return inDtype(amaxOf(filled(x, mask, extreme(x, -1)), over), dt);
}
export function amin(x: Tensor, ...args: MaskedArgs): Tensor {
  const { over, dt, mask } = readMasked('masked.amin', x, args);
  return inDtype(aminOf(filled(x, mask, extreme(x, 1)), over), dt);
}
export function logsumexp(x: Tensor, ...args: MaskedArgs): Tensor {
  const { over, dt, mask } = readMasked('masked.logsumexp', x, args);
  return inDtype(logsumexpOf(filled(x, mask, extreme(x, -1)), over), dt ?? x.dt);
}

/** How many elements count. */
const count = (x: Tensor, mask: Tensor | null, over: Given['over']): Tensor => sumOf(mask === null ? broadcastTo(constant(1, bool), shapeOf(x)) : mask, over);

/** The mean of what counts; NaN where nothing does. */
export function mean(x: Tensor, ...args: MaskedArgs): Tensor {
  const { over, dt, mask } = readMasked('masked.mean', x, args);
  return div(sumOf(inDtype(filled(x, mask, 0), dt), over), count(x, mask, over));
}

export interface MaskedVarOptions extends MaskedOptions {
  /** Divides by n - 1 instead of n. */
  unbiased?: boolean;
}
type MaskedVarArgs = ArgsOf<MaskedVarOptions, ['dim', 'unbiased']>;

function spread(op: string, x: Tensor, args: MaskedVarArgs): Tensor {
  const { unbiased = false, ...rest } = readArgs<MaskedVarOptions>(op, args, ['dim', 'unbiased'], ['keepdim', 'dtype', 'mask']);
  const { over, dt, mask } = read(op, x, rest);
  const to = dt ?? (x.dt.category === Category.Float ? x.dt : float32);
  const wide = { ...over, keepdim: true };
  const middle = div(sumOf(toDtype(filled(x, mask, 0), to), wide), count(x, mask, wide));
  const d = sub(x, middle);
  const n = count(x, mask, over);
  const total = sumOf(filled(mul(d, d), mask, 0), over);
  return toDtype(div(total, asBoolean(op, 'unbiased', unbiased) ? clampMin(sub(n, 1), 0) : n), to);
}
/** The variance of what counts. */
const variance = (x: Tensor, ...args: MaskedVarArgs): Tensor => spread('masked.var', x, args);
/** The standard deviation of what counts. */
export function std(x: Tensor, ...args: MaskedVarArgs): Tensor {
  const op = 'masked.std';
  const options = readArgs<MaskedVarOptions>(op, args, ['dim', 'unbiased'], ['keepdim', 'dtype', 'mask']);
  const { over, mask } = read(op, x, options);
  if (x.count === 0 || x.dt.category !== Category.Float) return sqrt(spread(op, x, args));
  // Of elements of size 1, whose squares stay in range.
  const scale = magnitudeOf(filled(x, mask, 0), over.dim);
  const deviation = sqrt(spread(op, div(x, scale), [options]));
  return mul(deviation, toDtype(over.keepdim ? scale : reshape(scale, deviation.shape), deviation.dt));
}
export { variance as var, variance as var_ };

type MaskedSoftmax = (x: Tensor, dim: number, options?: Mask) => Tensor;
const normaliser =
  (op: string, f: typeof softmaxOf): MaskedSoftmax =>
  (x, dim, options = {}) => {
    const { mask = null, dtype } = readArgs<Mask>(op, [options], [], ['mask', 'dtype']);
    return f(filled(asTensor(op, 'input', x), maskOf(op, x, mask), extreme(x, -1)), { dim, dtype });
  };
/** The softmax of what counts, 0 elsewhere. */
export const softmax = normaliser('masked.softmax', softmaxOf);
/** Its logarithm. */
export const logSoftmax = normaliser('masked.logSoftmax', logSoftmaxOf);
