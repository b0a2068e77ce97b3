// Rounding and signs: piecewise constant functions, whose gradient is zero.
import { Category, dtypes } from '../core/dtype.js';
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { applyInPlace } from '../tensor/inplace.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { zerosOf } from './copy.js';
import { inPlace, unary } from './define.js';
import { type Kernel1, map1, map2 } from './map.js';
import { needFloat } from './promote.js';

/** Integers are rounded already and come back as they are, copied. */
const copies = dtypes.map(
  ({ code }): Kernel1 =>
    (x, y, nd, rows) =>
      K.cast(x, y, code, code, nd, rows),
);
const rounding = (name: string, kernels: readonly Kernel1[]): ((x: Tensor) => Tensor) & { readonly op: Op } => {
  const op = defineOp({
    name,
    forward: ([x], _args, out) => map1(name, x.dt.category === Category.Integer ? copies : kernels, x, x.dt, out),
    vjp: [(dy) => zerosOf(dy)],
  });
  return Object.assign((x: Tensor) => apply(op, [asTensor(name, 'input', x)], undefined), { op });
};

/** The largest integer not above x. */
export const floor = rounding('floor', K.floor);
/** The smallest integer not below x. */
export const ceil = rounding('ceil', K.ceil);
const roundOp = rounding('round', K.round).op;
/** Rounded at 10^-decimals: scaled, rounded, scaled back. */
const roundDecimalsOp = defineOp<number>({
  name: 'roundDecimals',
  nodeName: 'RoundBackward1',
  forward: ([x], decimals, out) => {
    const scale = constant(10 ** Math.abs(decimals), needFloat('round', x).dt);
    const [to, back] = decimals > 0 ? [K.mul, K.div] : [K.div, K.mul];
    return map2('round', back, map1('round', K.round, map2('round', to, x, scale), x.dt), scale, out);
  },
  vjp: [(dy) => zerosOf(dy)],
});
export interface RoundOptions {
  /** Digits after the point that stay; negative ones are zeros before it. */
  decimals?: number;
}
const decimalsOf = (op: string, args: ArgsOf<RoundOptions, []>): number =>
  asNumber(op, 'decimals', readArgs<RoundOptions>(op, args, [], ['decimals']).decimals ?? 0);
/** The nearest integer, or decimal number, halves to even. */
export function round(x: Tensor, ...args: ArgsOf<RoundOptions, []>): Tensor {
  const decimals = decimalsOf('round', args);
  return decimals === 0 ? apply(roundOp, [asTensor('round', 'input', x)], undefined) : apply(roundDecimalsOp, [asTensor('round', 'input', x)], decimals);
}
export function round_(x: Tensor, ...args: ArgsOf<RoundOptions, []>): Tensor {
  const decimals = decimalsOf('round_', args);
  return decimals === 0
    ? applyInPlace(roundOp, [asTensor('round_', 'input', x)], undefined)
    : applyInPlace(roundDecimalsOp, [asTensor('round_', 'input', x)], decimals);
}
/** Towards zero. */
export const trunc = rounding('trunc', K.trunc);
/** -1, 0 or 1. */
export const sign = unary('sign', K.sign, { integers: 'keepBool', vjp: (dy) => zerosOf(dy) });

export const floor_ = inPlace(floor.op);
export const ceil_ = inPlace(ceil.op);
export const trunc_ = inPlace(trunc.op);
export const sign_ = inPlace(sign.op);
