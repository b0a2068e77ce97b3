// Trigonometric and hyperbolic functions, their inverses, and angles.
import { float64 } from '../core/dtype.js';
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { type Node, noGrad, OUT } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { besselFamily } from './bessel.js';
import { toDtype } from './copy.js';
import { binaryOfTensors, inPlace, unary } from './define.js';
import { rewrite } from './derived.js';
import { cos, rsqrt, sin } from './pointwise.js';
import { floatOf } from './promote.js';

const A = 1;
const BOTH = 3;
const squared = (x: Tensor): Tensor => mul(x, x);
/**
 * 1 - x², precise near 1 and -1. The derivative is one product: the product (1 - x) (1 + x) would give two, of which
 * one is Infinity * 0 at 1 and -1, where second derivatives are infinite.
 */
const complementOp = defineOp({
  name: 'complement',
  saves: A,
  forward: ([x]) => noGrad(() => mul(sub(1, x), add(x, 1))),
  vjp: [(dy, node) => mul(dy, mul(node.x(0), -2))],
});
const complement = (x: Tensor): Tensor => apply(complementOp, [x], undefined);

export const tan = unary('tan', K.tan, { saves: OUT, vjp: (dy, node) => mul(dy, add(squared(node.y), 1)) });
export const asin = unary('asin', K.asin, { saves: A, vjp: (dy, node) => mul(dy, rsqrt(complement(node.x(0)))) });
export const acos = unary('acos', K.acos, { saves: A, vjp: (dy, node) => mul(dy, neg(rsqrt(complement(node.x(0))))) });
export const atan = unary('atan', K.atan, { saves: A, vjp: (dy, node) => div(dy, add(squared(node.x(0)), 1)) });
export const sinh = unary('sinh', K.sinh, { saves: A, vjp: (dy, node) => mul(dy, cosh(node.x(0))) });
export const cosh = unary('cosh', K.cosh, { saves: A, vjp: (dy, node) => mul(dy, sinh(node.x(0))) });
/** The derivative is 1 / hypot(x, 1), as x² overflows. */
export const asinh = unary('asinh', K.asinh, { saves: A, vjp: (dy, node) => div(dy, hypot(node.x(0), constant(1, dy.dt))) });
export const acosh = unary('acosh', K.acosh, { saves: A, vjp: (dy, node) => mul(dy, mul(rsqrt(sub(node.x(0), 1)), rsqrt(add(node.x(0), 1)))) });
export const atanh = unary('atanh', K.atanh, { saves: A, vjp: (dy, node) => div(dy, complement(node.x(0))) });

/** x / (a^2 + b^2), by the distance twice: its square leaves the range long before. */
const overSquare = (x: Tensor, node: Node): Tensor => {
  const distance = hypot(node.x(0), node.x(1));
  return div(div(x, distance), distance);
};
/** The angle of the point (b, a), between -pi and pi. */
export const atan2 = binaryOfTensors('atan2', K.atan2, {
  compute: floatOf,
  saves: BOTH,
  vjp: [(dy, node) => mul(dy, overSquare(node.x(1), node)), (dy, node) => mul(dy, neg(overSquare(node.x(0), node)))],
});
/** sqrt(a^2 + b^2). */
export const hypot = binaryOfTensors('hypot', K.hypot, {
  saves: BOTH | OUT,
  vjp: [(dy, node) => mul(dy, div(node.x(0), node.y)), (dy, node) => mul(dy, div(node.x(1), node.y))],
});

/** Degrees as radians. */
export const deg2rad = (x: Tensor): Tensor => mul(asTensor('deg2rad', 'input', x), Math.PI / 180);
/** Radians as degrees. */
export const rad2deg = (x: Tensor): Tensor => mul(asTensor('rad2deg', 'input', x), 180 / Math.PI);

/** jₙ(x) / xⁿ, from cos(x) and sin(x) / x on. */
const sphericalRatio = besselFamily('sphericalRatio', {
  sign: -1,
  shift: 1,
  near: 2,
  terms: 13,
  first: -1,
  start: (x) => [cos(x), div(sin(x), x)],
});
/** sin(pi x) / (pi x), 1 at 0; of float32 in float64. Derivatives of any order are right at 0 and beside it, where PyTorch's cancel. */
export function sinc(x: Tensor): Tensor {
  const dt = floatOf(asTensor('sinc', 'input', x).dt);
  return toDtype(sphericalRatio(mul(toDtype(x, float64), Math.PI), 0), dt);
}

export const tan_ = inPlace(tan.op);
export const asin_ = inPlace(asin.op);
export const acos_ = inPlace(acos.op);
export const atan_ = inPlace(atan.op);
export const sinh_ = inPlace(sinh.op);
export const cosh_ = inPlace(cosh.op);
export const asinh_ = inPlace(asinh.op);
export const acosh_ = inPlace(acosh.op);
export const atanh_ = inPlace(atanh.op);
export const atan2_ = inPlace(atan2.op);
export const hypot_ = inPlace(hypot.op);
export const deg2rad_ = rewrite(deg2rad);
export const rad2deg_ = rewrite(rad2deg);
export const sinc_ = rewrite(sinc);
