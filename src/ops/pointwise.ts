// Pointwise mathematics: exp, log, roots, trigonometry, absolute value and extrema, each beside its derivative.
import { K } from '../kernels/load.js';
import { OUT } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { div, mul, neg } from './arithmetic.js';
import { eq, gt, lt, where } from './compare.js';
import { binaryOfTensors, inPlace, unary } from './define.js';
import { sign } from './round.js';

/** e^x. */
export const exp = unary('exp', K.exp, { saves: OUT, vjp: (dy, node) => mul(dy, node.y) });
/** Natural logarithm. */
export const log = unary('log', K.log, { saves: 1, vjp: (dy, node) => div(dy, node.x(0)) });
/** Square root; the derivative at 0 is infinite. */
export const sqrt = unary('sqrt', K.sqrt, { saves: OUT, vjp: (dy, node) => div(dy, mul(node.y, 2)) });
/** 1 / sqrt(x). */
export const rsqrt = unary('rsqrt', K.rsqrt, { saves: OUT, vjp: (dy, node) => mul(mul(dy, -0.5), mul(node.y, mul(node.y, node.y))) });
export const sin = unary('sin', K.sin, { saves: 1, vjp: (dy, node) => mul(dy, cos(node.x(0))) });
export const cos = unary('cos', K.cos, { saves: 1, vjp: (dy, node) => mul(dy, neg(sin(node.x(0)))) });
/** The error function: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = unary('erf', K.erf, { saves: 1, vjp: (dy, node) => mul(dy, mul(exp(neg(mul(node.x(0), node.x(0)))), 2 / Math.sqrt(Math.PI))) });
/** |x|; the derivative at 0 is 0. */
export const abs = unary('abs', K.abs, { integers: 'keep', saves: 1, vjp: (dy, node) => mul(dy, sign(node.x(0))) });

/** The gradient goes to the larger (smaller) one; a tie is shared equally. */
const toWinner = (dy: Tensor, mine: Tensor, other: Tensor, loses: typeof lt): Tensor => where(eq(mine, other), mul(dy, 0.5), where(loses(mine, other), 0, dy));

/** The larger of a and b; NaN if either is. */
export const maximum = binaryOfTensors('maximum', K.maximum, {
  saves: 3,
  vjp: [(dy, node) => toWinner(dy, node.x(0), node.x(1), lt), (dy, node) => toWinner(dy, node.x(1), node.x(0), lt)],
});
/** The smaller of a and b; NaN if either is. */
export const minimum = binaryOfTensors('minimum', K.minimum, {
  saves: 3,
  vjp: [(dy, node) => toWinner(dy, node.x(0), node.x(1), gt), (dy, node) => toWinner(dy, node.x(1), node.x(0), gt)],
});

export const exp_ = inPlace(exp.op);
export const log_ = inPlace(log.op);
export const sqrt_ = inPlace(sqrt.op);
export const rsqrt_ = inPlace(rsqrt.op);
export const sin_ = inPlace(sin.op);
export const cos_ = inPlace(cos.op);
export const erf_ = inPlace(erf.op);
export const abs_ = inPlace(abs.op);
