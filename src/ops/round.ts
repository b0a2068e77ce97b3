// Rounding and signs: piecewise constant functions, whose gradient is zero.
import { Category, dtypes } from '../core/dtype.js';
import { K } from '../kernels/load.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { zerosOf } from './copy.js';
import { inPlace, unary } from './define.js';
import { type Kernel1, map1 } from './map.js';

/** Integers are rounded already and come back as they are, copied. */
export const copies = dtypes.map(
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
/** To the nearest integer, halves to even; `round` of decimals.ts calls it. */
export const roundOp = rounding('round', K.round).op;
/** Towards zero. */
export const trunc = rounding('trunc', K.trunc);
/** -1, 0 or 1. */
export const sign = unary('sign', K.sign, { integers: 'keepBool', vjp: (dy) => zerosOf(dy) });

export const floor_ = inPlace(floor.op);
export const ceil_ = inPlace(ceil.op);
export const trunc_ = inPlace(trunc.op);
export const sign_ = inPlace(sign.op);
