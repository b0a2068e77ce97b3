// Activations, with fused backward kernels. The backward functions are ops too, so that second derivatives follow.
import { ArgumentError, fail } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asChoice, asNumber, asTensor, readArgs } from './args.js';
import { add, mul, sub } from './arithmetic.js';
import { ge, where } from './compare.js';
import { backward2, inPlace, rectifier, unary } from './define.js';
import { bounded } from './guard.js';
import { type Kernel1, type Kernel2, map1, map2 } from './map.js';
import { exp } from './pointwise.js';
import { needFloat } from './promote.js';

const BOTH = 3;

/** max(x, 0); the derivative at 0 is 0. With `inplace` x is overwritten. */
export const relu = rectifier('relu', K.relu, { integers: 'keep', saves: OUT, vjp: (dy, node) => reluBackward(dy, node.y) });
const reluBackward = backward2('reluBackward', K.relu_bwd, 2, [(g, node) => reluBackward(g, node.x(1)), () => null]);

/** 1 / (1 + exp(-x)). */
export const sigmoid = unary('sigmoid', K.sigmoid, { saves: OUT, vjp: (dy, node) => sigmoidBackward(dy, node.y) });
const sigmoidBackward = backward2('sigmoidBackward', K.sigmoid_bwd, BOTH, [
  (g, node) => sigmoidBackward(g, node.x(1)),
  (g, node) => mul(mul(g, node.x(0)), sub(1, mul(node.x(1), 2))),
]);

/** Hyperbolic tangent. */
export const tanh = unary('tanh', K.tanh, { saves: OUT, vjp: (dy, node) => tanhBackward(dy, node.y) });
const tanhBackward = backward2('tanhBackward', K.tanh_bwd, BOTH, [
  (g, node) => tanhBackward(g, node.x(1)),
  (g, node) => mul(mul(g, node.x(0)), mul(node.x(1), -2)),
]);

/** x * sigmoid(x), also called swish. With `inplace` x is overwritten. */
export const silu = rectifier('silu', K.silu, { integers: 'refuse', saves: 1, vjp: (dy, node) => siluBackward(dy, node.x(0)) });
const siluBackward = backward2('siluBackward', K.silu_bwd, BOTH, [
  (g, node) => siluBackward(g, node.x(1)),
  // silu'' = s (1 - s) (2 + x (1 - 2 s)).
  (g, node) => {
    const x = bounded(node.x(1));
    const s = sigmoid(x);
    return mul(mul(g, node.x(0)), mul(mul(s, sub(1, s)), add(mul(x, sub(1, mul(s, 2))), 2)));
  },
]);

// gelu ---------------------------------------------------------------------------------------------------------------------------------------------------

const geluExact = unary('gelu', K.gelu, { integers: 'refuse', saves: 1, vjp: (dy, node) => geluBackward(dy, node.x(0)) });
const geluBackward = backward2('geluBackward', K.gelu_bwd, BOTH, [
  (g, node) => geluBackward(g, node.x(1)),
  // gelu'' = phi(x) (2 - x^2), phi the normal density.
  (g, node) => {
    const x = bounded(node.x(1));
    const x2 = mul(x, x);
    return mul(mul(g, node.x(0)), mul(mul(exp(mul(x2, -0.5)), 1 / Math.sqrt(2 * Math.PI)), sub(2, x2)));
  },
]);

const geluTanh = unary('geluTanh', K.gelu_tanh, { integers: 'refuse', saves: 1, vjp: (dy, node) => geluTanhBackward(dy, node.x(0)) });
const geluTanhBackward = backward2('geluTanhBackward', K.gelu_tanh_bwd, BOTH, [
  (g, node) => geluTanhBackward(g, node.x(1)),
  // With u = c (x + a x^3), t = tanh u: d/dx [(1 + t) / 2 + x (1 - t^2) u' / 2] = (1 - t^2) (u' + x u'' / 2 - x t u'^2).
  (g, node) => {
    const x = bounded(node.x(1));
    const [c, a] = [Math.sqrt(2 / Math.PI), 0.044715];
    const x2 = mul(x, x);
    const t = tanh(mul(mul(x, add(mul(x2, a), 1)), c));
    const du = mul(add(mul(x2, 3 * a), 1), c);
    const inner = add(sub(du, mul(mul(x, t), mul(du, du))), mul(x2, 3 * a * c));
    return mul(mul(g, node.x(0)), mul(sub(1, mul(t, t)), inner));
  },
]);

export interface GeluOptions {
  /** 'none' uses erf, 'tanh' the tanh approximation. */
  approximate?: 'none' | 'tanh';
}

/** x * Phi(x), Phi the normal distribution function. */
export function gelu(x: Tensor, ...args: ArgsOf<GeluOptions, ['approximate']>): Tensor {
  const { approximate = 'none' } = readArgs<GeluOptions>('gelu', args, ['approximate']);
  return asChoice('gelu', 'approximate', approximate, ['none', 'tanh']) === 'tanh' ? geluTanh(x) : geluExact(x);
}

// softplus -----------------------------------------------------------------------------------------------------------------------------------------------

export interface SoftplusOptions {
  beta?: number;
  /** Above it the function is taken as x. */
  threshold?: number;
}
type Soft = Required<SoftplusOptions>;

const softplusOp = defineOp<Soft>({
  name: 'softplus',
  saves: 1,
  forward: ([x], { beta, threshold }) => {
    const kernels: Kernel1[] = K.softplus.map((kernel) => (a, y, nd, rows) => kernel(a, y, beta, threshold, nd, rows));
    return map1('softplus', kernels, x, needFloat('softplus', x).dt);
  },
  vjp: [(dy, node) => apply(softplusBackwardOp, [dy, node.x(0)], node.args as Soft)],
});
const softplusBackwardOp: Op<Soft> = defineOp<Soft>({
  name: 'softplusBackward',
  saves: BOTH,
  forward: ([dy, x], { beta, threshold }) => {
    const kernels: Kernel2[] = K.softplus_bwd.map((kernel) => (g, a, dx, nd, rows) => kernel(g, a, dx, beta, threshold, nd, rows));
    return map2('softplusBackward', kernels, dy, x);
  },
  vjp: [
    (g, node) => apply(softplusBackwardOp, [g, node.x(1)], node.args as Soft),
    (g, node) => {
      // At the threshold itself the second derivative is 0, as in PyTorch.
      const { beta, threshold } = node.args as Soft;
      const scaled = mul(node.x(1), beta);
      const s = sigmoid(scaled);
      return where(ge(scaled, threshold), 0, mul(mul(g, node.x(0)), mul(mul(s, sub(1, s)), beta)));
    },
  ],
});

/** log(1 + exp(beta x)) / beta. */
export function softplus(x: Tensor, ...args: ArgsOf<SoftplusOptions, ['beta', 'threshold']>): Tensor {
  const { beta = 1, threshold = 20 } = readArgs<SoftplusOptions>('softplus', args, ['beta', 'threshold']);
  asTensor('softplus', 'input', x);
  if (asNumber('softplus', 'beta', beta) === 0) fail(ArgumentError, 'softplus', 'beta other than 0', '0');
  return apply(softplusOp, [x], { beta, threshold: asNumber('softplus', 'threshold', threshold) });
}

export const relu_ = inPlace(relu.op);
export const sigmoid_ = inPlace(sigmoid.op);
export const tanh_ = inPlace(tanh.op);
export const silu_ = inPlace(silu.op);
