// Piecewise activations: straight lines with kinks, and the exponential ones. Where PyTorch's formula asks x > 0 or x <= 0, so does this one, which settles NaN and kinks.

import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { checkHolds } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { ge, gt, le, logicalAnd, logicalOr, lt, where } from './compare.js';
import { backward2, unary } from './define.js';
import { activation } from './derived.js';
import { type Kernel1, type Kernel2, map1, map2 } from './map.js';
import { needFloat } from './promote.js';
import { reshape } from './view.js';

const X = 1;
const BOTH = 3;

// leakyRelu -----------------------------------------------------------------------------------------------------------------------------------------------

const leakyReluOp = defineOp<number>({
  name: 'leakyRelu',
  saves: X,
  forward: ([x], slope) => {
    const kernels = K.leaky_relu.map(
      (kernel): Kernel1 =>
        (a, y, nd, rows) =>
          kernel(a, y, slope, nd, rows),
    );
    return map1('leakyRelu', kernels, x, needFloat('leakyRelu', x).dt);
  },
  vjp: [(dy, node) => apply(leakyReluBackwardOp, [dy, node.x(0)], node.args as number)],
});
const leakyReluBackwardOp: Op<number> = defineOp<number>({
  name: 'leakyReluBackward',
  saves: 2,
  forward: ([dy, x], slope) => {
    const kernels = K.leaky_relu_bwd.map(
      (kernel): Kernel2 =>
        (a, b, y, nd, rows) =>
          kernel(a, b, y, slope, nd, rows),
    );
    return map2('leakyReluBackward', kernels, dy, x);
  },
  vjp: [(g, node) => apply(leakyReluBackwardOp, [g, node.x(1)], node.args as number), () => null],
});
/** x where positive, else negativeSlope * x. */
export const leakyRelu = activation('leakyRelu', { negativeSlope: 0.01 }, (x, { negativeSlope }) => apply(leakyReluOp, [x], negativeSlope));

/** x where positive, else weight * x; one weight, or one for each channel (dim 1). */
export function prelu(x: Tensor, ...args: ArgsOf<{ weight?: Tensor }, ['weight']>): Tensor {
  asTensor('prelu', 'input', x);
  const weight = asTensor('prelu', 'weight', readArgs<{ weight?: Tensor }>('prelu', args, ['weight']).weight);
  if (weight.count === 1) return where(gt(x, 0), x, mul(x, reshape(weight, [])));
  const channels = x.ndim < 2 ? 1 : shapeOf(x)[1];
  if (x.ndim === 0) fail(ShapeError, 'prelu', 'an input of at least 1 dim for several weights', 'a 0-d tensor: Not allow zero-dim input tensor.');
  if (weight.count !== channels || weight.ndim > 1) {
    fail(
      ShapeError,
      'prelu',
      `1 or ${channels} weights for input ${showShape(shapeOf(x))}`,
      `${showShape(shapeOf(weight))}: Mismatch of parameter numbers and input channel size.`,
    );
  }
  return where(gt(x, 0), x, mul(x, reshape(weight, [channels, ...new Array<number>(Math.max(x.ndim - 2, 0)).fill(1)])));
}

// elu and its family ----------------------------------------------------------------------------------------------------------------------------------------

interface EluArgs {
  readonly alpha: number;
  readonly rate: number;
}
const eluOp = defineOp<EluArgs>({
  name: 'elu',
  saves: X,
  forward: ([x], { alpha, rate }) => {
    const kernels = K.elu.map(
      (kernel): Kernel1 =>
        (a, y, nd, rows) =>
          kernel(a, y, alpha, rate, nd, rows),
    );
    return map1('elu', kernels, x, needFloat('elu', x).dt);
  },
  vjp: [(dy, node) => apply(eluBackwardOp, [dy, node.x(0)], node.args as EluArgs)],
});
const eluBackwardOp: Op<EluArgs> = defineOp<EluArgs>({
  name: 'eluBackward',
  saves: BOTH,
  forward: ([dy, x], { alpha, rate }) => {
    const kernels = K.elu_bwd.map(
      (kernel): Kernel2 =>
        (a, b, y, nd, rows) =>
          kernel(a, b, y, alpha, rate, nd, rows),
    );
    return map2('eluBackward', kernels, dy, x);
  },
  vjp: [
    (g, node) => apply(eluBackwardOp, [g, node.x(1)], node.args as EluArgs),
    // The slope alpha rate exp(rate x) is its own derivative, times rate; 0 at the kink itself, as in PyTorch.
    (g, node) => {
      const args = node.args as EluArgs;
      return where(lt(node.x(1), 0), mul(apply(eluBackwardOp, [mul(g, node.x(0)), node.x(1)], args), args.rate), 0);
    },
  ],
});
/** x where positive, else alpha * (exp(x) - 1). */
export const elu = activation('elu', { alpha: 1 }, (x, { alpha }) => apply(eluOp, [x], { alpha, rate: 1 }));

/** x where positive, else alpha * (exp(x / alpha) - 1). */
export const celu = activation('celu', { alpha: 1 }, (x, { alpha }) => {
  if (alpha === 0) fail(ArgumentError, 'celu', 'alpha other than 0', '0: ZeroDivisionError: alpha cannot be 0 for CELU');
  return apply(eluOp, [x], { alpha, rate: 1 / alpha });
});

/** elu with the scale and alpha that keep mean 0 and variance 1. */
export const selu = activation('selu', {}, (x) => mul(apply(eluOp, [x], { alpha: 1.6732632423543772, rate: 1 }), 1.0507009873554805));

// Hard ones --------------------------------------------------------------------------------------------------------------------------------------------------

interface Range {
  readonly minVal: number;
  readonly maxVal: number;
}
/** As clamp, but at the bounds themselves the derivative is 0. */
const hardtanhOp = defineOp<Range>({
  name: 'hardtanh',
  saves: X,
  forward: ([x], { minVal, maxVal }) => {
    const kernels = K.clamp.map(
      (kernel): Kernel1 =>
        (a, y, nd, rows) =>
          kernel(a, y, minVal, maxVal, nd, rows),
    );
    return map1('hardtanh', kernels, x, x.dt);
  },
  vjp: [
    (dy, node) => {
      const { minVal, maxVal } = node.args as Range;
      // Asked in this way, as in PyTorch, NaN lets the gradient through.
      return where(logicalOr(le(node.x(0), minVal), ge(node.x(0), maxVal)), 0, dy);
    },
  ],
});
/** x between minVal and maxVal, else the nearer one. */
export const hardtanh = activation('hardtanh', { minVal: -1, maxVal: 1 }, (x, range) => {
  for (const bound of [range.minVal, range.maxVal]) checkHolds('hardtanh', bound, x.dt);
  return apply(hardtanhOp, [x], range);
});

/** min(max(x, 0), 6). */
export const relu6 = activation('relu6', {}, (x) => hardtanh(x, 0, 6));

/** min(max(x + 3, 0), 6) / 6. */
export const hardsigmoid = activation('hardsigmoid', {}, (x) => div(hardtanh(add(needFloat('hardsigmoid', x), 3), 0, 6), 6));

const hardswishOp = unary('hardswish', K.hardswish, { integers: 'refuse', saves: X, vjp: (dy, node) => hardswishBackward(dy, node.x(0)) });
const hardswishBackward = backward2('hardswishBackward', K.hardswish_bwd, BOTH, [
  (g, node) => hardswishBackward(g, node.x(1)),
  (g, node) => where(logicalAnd(gt(node.x(1), -3), lt(node.x(1), 3)), div(mul(g, node.x(0)), 3), 0),
]);
/** x * hardsigmoid(x). */
export const hardswish = activation('hardswish', {}, (x) => hardswishOp(x));

/** x, but 0 from -lambd to lambd. */
export const hardshrink = activation('hardshrink', { lambd: 0.5 }, (x, { lambd }) =>
  where(logicalAnd(ge(needFloat('hardshrink', x), -lambd), le(x, lambd)), 0, x),
);

/** x moved towards 0 by lambd, 0 from -lambd to lambd. */
export const softshrink = activation('softshrink', { lambd: 0.5 }, (x, { lambd }) => {
  if (!(lambd >= 0)) fail(ArgumentError, 'softshrink', 'lambd of at least 0', `${show(lambd)}: lambda must be greater or equal to 0`);
  return where(gt(needFloat('softshrink', x), lambd), sub(x, lambd), where(lt(x, -lambd), add(x, lambd), 0));
});

/** x above the threshold, else value. */
export const threshold = activation('threshold', { threshold: Number.NaN, value: Number.NaN }, (x, { threshold: limit, value }) =>
  where(le(x, limit), value, x),
);
