// Running sums, products, extrema and log-sum-exps along a dim, from the front or from the back. Their derivatives are linear recurrences, which are scans too: O(n), whatever is zero.

import { Category, type DType, type DTypeInfo, float64, indexType, int32, int64 } from '../core/dtype.js';
import { checkDim, numel, type Shape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { dtypeOf } from '../tensor/defaults.js';
import { full } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { applyInPlace } from '../tensor/inplace.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, contiguousCopy, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { mul, sub } from './arithmetic.js';
import { eq, where } from './compare.js';
import { toDtype } from './copy.js';
import { gather } from './gather.js';
import { cat } from './join.js';
import { kernelFor } from './map.js';
import { pairOf, type ValuesIndices } from './pair.js';
import { exp } from './pointwise.js';
import { needFloat } from './promote.js';
import { narrow } from './view.js';

/** Which dim, and whether from its end. */
export interface Along {
  readonly dim: number;
  readonly reverse: boolean;
}
export type Threefold = readonly [outer: number, r: number, inner: number];
/** A shape as (outer, r, inner) about a dim; a 0-d tensor is one line of one element. */
export const threefold = (shape: Shape, dim: number): Threefold =>
  shape.length === 0 ? [1, 1, 1] : [numel(shape.slice(0, dim)), shape[dim], numel(shape.slice(dim + 1))];

/** The same elements, seen from the other end of a dim; not recorded. */
function turned(x: Tensor, { dim, reverse }: Along): Tensor {
  if (!reverse || x.ndim === 0 || x.count === 0) return x;
  return alias(x, shapeOf(x), stridesOf(x).with(dim, -stridesOf(x)[dim]), x.offset + (shapeOf(x)[dim] - 1) * stridesOf(x)[dim]);
}
/** Runs a scan over the inputs, packed, and reversed if it goes backwards. */
function scanned(inputs: readonly Tensor[], dt: DTypeInfo, along: Along, run: (addresses: number[], y: number, sizes: Threefold) => void): Tensor {
  const y = empty(shapeOf(inputs[0]), dt);
  if (y.count === 0) return y;
  const packed = inputs.map((x) => {
    const t = turned(x, along);
    if (t.packed && t.dt === dt) return t;
    // What has to be converted lies where the result will be: scans work in place.
    const copy = inputs.length === 1 ? y : empty(shapeOf(x), dt);
    copyInto(copy, t);
    return copy;
  });
  run(packed.map(addressOf), addressOf(y), threefold(shapeOf(y), along.dim));
  if (!along.reverse) return y;
  const back = empty(shapeOf(y), dt);
  copyInto(back, turned(y, along));
  return back;
}

/** Moved by one along the dim, the way the scan goes (or against it), with `fill` coming in. */
function shifted(x: Tensor, { dim, reverse }: Along, forward: boolean, fill: number): Tensor {
  if (x.ndim === 0) return full([], fill, x.dt);
  const size = shapeOf(x)[dim];
  if (size === 0) return x;
  const edge = full(shapeOf(x).with(dim, 1), fill, x.dt);
  const up = forward !== reverse;
  const rest = narrow(x, dim, up ? 0 : 1, size - 1);
  return cat(up ? [edge, rest] : [rest, edge], dim);
}
const against = ({ dim, reverse }: Along): Along => ({ dim, reverse: !reverse });

/** y[k] = x[k] + a[k] * y[k - 1]. Its derivatives are the same recurrence from the other end. */
const recurrenceOp: Op<Along> = defineOp<Along>({
  name: 'recurrence',
  saves: 1 | OUT,
  forward: ([a, x], along) => scanned([a, x], x.dt, along, ([p, q], y, sizes) => kernelFor('recurrence', K.recurrence, x.dt)(p, q, y, ...sizes)),
  joint: ([dy], node, needs) => {
    const along = node.args as Along;
    const dx = recurrence(shifted(node.x(0), along, false, 0), dy!, against(along));
    return [needs(0) ? mul(dx, shifted(node.y, along, true, 0)) : null, dx];
  },
});
const recurrence = (a: Tensor, x: Tensor, along: Along): Tensor => apply(recurrenceOp, [a, x], along);

// cumsum, cumprod -------------------------------------------------------------------------------------------------------------------------------------------

type ScanKernel = (x: number, y: number, outer: number, r: number, inner: number) => void;
const sumType = (dt: DTypeInfo): DTypeInfo => (dt.category === Category.Float ? dt : int64);

const scanOp = (name: string, kernels: readonly (ScanKernel | undefined)[], saves: number, vjp: NonNullable<Op<Along>['vjp']>): Op<Along> =>
  defineOp<Along>({
    name,
    saves,
    forward: ([x], along, out) => {
      const dt = sumType(x.dt);
      const y = scanned([x], dt, along, ([p], to, sizes) => kernelFor(name, kernels, dt)(p, to, ...sizes));
      if (out === undefined) return y;
      copyInto(out, y);
      return out;
    },
    vjp,
  });
const cumsumOp: Op<Along> = scanOp('cumsum', K.cumsum, 0, [(dy, node) => apply(cumsumOp, [dy], against(node.args as Along))]);
/** dx[k] = (product before k) * s[k], with s[k] = dy[k] + x[k + 1] * s[k + 1]. */
const cumprodOp: Op<Along> = scanOp('cumprod', K.cumprod, 1 | OUT, [
  (dy, node) => {
    const along = node.args as Along;
    return mul(shifted(node.y, along, true, 1), recurrence(shifted(node.x(0), along, false, 0), dy, against(along)));
  },
]);

export interface ScanOptions {
  dim?: number;
  dtype?: DType;
}
type ScanArgs = ArgsOf<ScanOptions, ['dim']>;
type Scan = (x: Tensor, ...args: ScanArgs) => Tensor;
const alongOf = (op: string, x: Tensor, dim: unknown): Along => ({ dim: checkDim(op, dim, asTensor(op, 'input', x).ndim), reverse: false });

const scan =
  (name: string, op: Op<Along>): Scan =>
  (x, ...args) => {
    const { dim, dtype } = readArgs<ScanOptions>(name, args, ['dim'], ['dtype']);
    const along = alongOf(name, x, dim);
    return apply(op, [dtype === undefined ? x : toDtype(x, dtypeOf(name, dtype))], along);
  };
const scanInPlace =
  (name: string, op: Op<Along>): Scan =>
  (x, ...args) =>
    applyInPlace(op, [x], alongOf(name, x, readArgs<ScanOptions>(name, args, ['dim'], ['dtype']).dim));

/** y[k] = x[0] + ... + x[k] along a dim; integers are summed in int64. */
export const cumsum: Scan = scan('cumsum', cumsumOp);
export const cumsum_: Scan = scanInPlace('cumsum_', cumsumOp);
/** y[k] = x[0] * ... * x[k] along a dim. */
export const cumprod: Scan = scan('cumprod', cumprodOp);
export const cumprod_: Scan = scanInPlace('cumprod_', cumprodOp);

/** Each element replaced by the product of the others along a dim: those before it times those after it. */
export function productOfOthers(x: Tensor, dim: number): Tensor {
  const [front, back] = [false, true].map((reverse): Along => ({ dim, reverse }));
  return mul(shifted(apply(cumprodOp, [x], front), front, true, 1), shifted(apply(cumprodOp, [x], back), back, true, 1));
}

// logcumsumexp ----------------------------------------------------------------------------------------------------------------------------------------------

/**
 * dx[k] = exp(x[k] - y[k]) s[k], with s[k] = dy[k] + exp(y[k] - y[k + 1]) s[k + 1]: as y grows, no exponential exceeds 1. In float64, as a y that was rounded to float32 would leave
 * nothing of a difference of large values. Equal infinities of y differ by 0, so that only the place of an infinite x is NaN.
 */
const logcumsumexpOp: Op<Along> = defineOp<Along>({
  name: 'logcumsumexp',
  saves: 1,
  forward: ([x], along) => scanned([x], x.dt, along, ([p], y, sizes) => kernelFor('logcumsumexp', K.logcumsumexp, x.dt)(p, y, ...sizes)),
  vjp: [
    (dy, node) => {
      const along = node.args as Along;
      const [x, g] = [node.x(0), dy].map((t) => toDtype(t, float64));
      const y = apply(logcumsumexpOp, [x], along);
      const next = shifted(y, along, false, Number.POSITIVE_INFINITY);
      const step = where(eq(y, next), 0, sub(y, next));
      return toDtype(mul(exp(sub(x, y)), recurrence(exp(step), g, against(along))), dy.dt);
    },
  ],
});
/** y[k] = log(exp(x[0]) + ... + exp(x[k])) along a dim. */
export function logcumsumexp(x: Tensor, ...args: ArgsOf<{ dim?: number }, ['dim']>): Tensor {
  const along = alongOf('logcumsumexp', x, readArgs<{ dim?: number }>('logcumsumexp', args, ['dim']).dim);
  return apply(logcumsumexpOp, [needFloat('logcumsumexp', x)], along);
}

// cummax, cummin --------------------------------------------------------------------------------------------------------------------------------------------

type ExtremeKernel = (x: number, y: number, places: number, wide: number, outer: number, r: number, inner: number) => void;
/** The values are gathered from where they are, so that the gradient goes there. */
const running =
  (name: string, kernels: readonly (ExtremeKernel | undefined)[]) =>
  (x: Tensor, ...args: ArgsOf<{ dim?: number }, ['dim']>): ValuesIndices => {
    const { dim } = alongOf(name, x, readArgs<{ dim?: number }>(name, args, ['dim']).dim);
    const packed = contiguousCopy(x);
    const sizes = threefold(shapeOf(x), dim);
    const [y, places] = [empty(shapeOf(x), x.dt), empty(shapeOf(x), indexType(sizes[1]))];
    const wide = Number(places.dt !== int32);
    if (x.count > 0) kernelFor(name, kernels, x.dt)(addressOf(packed), addressOf(y), addressOf(places), wide, ...sizes);
    return pairOf(x.requiresGrad ? gather(x, dim, places) : y, places);
  };
/** The largest so far along a dim and where it is; of ties the last. */
export const cummax = running('cummax', K.cummax);
/** The smallest so far along a dim and where it is; of ties the last. */
export const cummin = running('cummin', K.cummin);
