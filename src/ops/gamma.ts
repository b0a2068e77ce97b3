// The gamma function's family, the error function's complement and inverse, and modified Bessel functions.
import { ArgumentError, fail, show } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, square, sub } from './arithmetic.js';
import { besselFamily } from './bessel.js';
import { arange } from './create.js';
import { inPlace, unary } from './define.js';
import { rewrite } from './derived.js';
import { type Kernel1, map1 } from './map.js';
import { exp } from './pointwise.js';
import { floatOf } from './promote.js';
import { sum } from './reduce.js';
import { unsqueeze } from './view.js';

/** log |gamma(x)|. */
export const lgamma = unary('lgamma', K.lgamma, { saves: 1, vjp: (dy, node) => mul(dy, digamma(node.x(0))) });
/** The derivative of log gamma. */
export const digamma = unary('digamma', K.digamma, { saves: 1, vjp: (dy, node) => mul(dy, polygamma(1, node.x(0))) });

const polygammaOp: Op<number> = defineOp<number>({
  name: 'polygamma',
  saves: 1,
  forward: ([x], n, out) => {
    const kernels = K.polygamma.map(
      (kernel): Kernel1 =>
        (a, y, nd, rows) =>
          kernel(a, y, n, nd, rows),
    );
    return map1('polygamma', kernels, x, floatOf(x.dt), out);
  },
  vjp: [(dy, node) => mul(dy, apply(polygammaOp, [node.x(0)], (node.args as number) + 1))],
});
/** The n-th derivative of digamma; as a function n comes first, as a method the tensor does. */
export function polygamma(n: number | Tensor, argument: Tensor | number): Tensor {
  const [order, input] = n instanceof Tensor ? [argument, n] : [n, argument];
  asTensor('polygamma', 'input', input);
  if (!Number.isInteger(order) || (order as number) < 0)
    fail(ArgumentError, 'polygamma', 'n to be a whole number', `${show(order)}: polygamma(n, x) does not support negative n.`);
  return apply(polygammaOp, [input as Tensor], order as number);
}

/** The logarithm of the multivariate gamma function of dimension p: the sum of lgamma(x - i / 2) for i < p, and a constant. */
export function mvlgamma(x: Tensor, ...args: ArgsOf<{ p?: number }, ['p']>): Tensor {
  asTensor('mvlgamma', 'input', x);
  const p = asNumber('mvlgamma', 'p', readArgs<{ p?: number }>('mvlgamma', args, ['p']).p);
  if (!Number.isInteger(p) || p < 1) fail(ArgumentError, 'mvlgamma', 'p of at least 1', `${p}: p has to be greater than or equal to 1`);
  const shifts = mul(arange(p, { dtype: floatOf(x.dt).name }), -0.5);
  return add(sum(lgamma(add(unsqueeze(x, -1), shifts)), -1), ((p * (p - 1)) / 4) * Math.log(Math.PI));
}

/** 1 - erf(x), precise where it is small. */
export const erfc = unary('erfc', K.erfc, { saves: 1, vjp: (dy, node) => mul(dy, mul(exp(neg(square(node.x(0)))), -2 / Math.sqrt(Math.PI))) });
/** The inverse of erf. */
export const erfinv = unary('erfinv', K.erfinv, { saves: OUT, vjp: (dy, node) => mul(dy, mul(exp(square(node.y)), Math.sqrt(Math.PI) / 2)) });

const bessel = (order: number): Kernel1[] => K.bessel_i.map((kernel) => (x, y, nd, rows) => kernel(x, y, order, nd, rows));
/** The modified Bessel function of the first kind of order 0. */
export const i0 = unary('i0', bessel(0), { saves: 1, vjp: (dy, node) => mul(dy, i1(node.x(0))) });
/** Iₙ(x) / xⁿ. */
const modifiedRatio = besselFamily('modifiedRatio', {
  sign: 1,
  shift: 0,
  near: 4,
  terms: 18,
  first: 0,
  start: (x) => [i0(x), div(i1(x), x)],
});
/** Of order 1. The derivative is i0(x) - i1(x) / x. */
export const i1 = unary('i1', bessel(1), {
  saves: 1,
  vjp: (dy, node) => mul(dy, sub(i0(node.x(0)), modifiedRatio(node.x(0), 1))),
});

export const lgamma_ = inPlace(lgamma.op);
export const digamma_ = inPlace(digamma.op);
export const erfc_ = inPlace(erfc.op);
export const erfinv_ = inPlace(erfinv.op);
export const i0_ = inPlace(i0.op);
export const mvlgamma_ = rewrite(mvlgamma);
export const polygamma_ = rewrite(polygamma);
