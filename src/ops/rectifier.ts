// Piecewise activations: straight lines with kinks, and the exponential ones. Where PyTorch's formula asks x > 0 or x <= 0, so does this one, which settles NaN and kinks.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { ge, gt, le, logicalAnd, lt, where } from './compare.js';
import { backward2, unary } from './define.js';
import { type Kernel1, type Kernel2, map1, map2 } from './map.js';
import { needFloat } from './promote.js';
import { reshape } from './view.js';

const X = 1;
const BOTH = 3;

/** Options of an activation; `inplace` is accepted everywhere and makes no difference to the result. */
type Options<K extends string> = { [P in K]?: number } & { inplace?: boolean };
/** Arguments of an activation that has no others. */
export type InplaceArgs = (boolean | { inplace?: boolean } | undefined)[];
type Args<K extends string> = (number | boolean | Options<K> | undefined)[];

function numbers<K extends string>(op: string, x: Tensor, args: readonly unknown[], defaults: Readonly<Record<K, number>>): Record<K, number> {
  asTensor(op, 'input', x);
  const names = Object.keys(defaults) as K[];
  const given = readArgs<Record<string, unknown>>(op, args, names, ['inplace']);
  return Object.fromEntries(names.map((name) => [name, asNumber(op, name, given[name] ?? defaults[name])])) as Record<K, number>;
}

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
export function leakyRelu(x: Tensor, ...args: Args<'negativeSlope'>): Tensor {
  const { negativeSlope } = numbers('leakyRelu', x, args, { negativeSlope: 0.01 });
  return apply(leakyReluOp, [x], negativeSlope);
}

/** x where positive, else weight * x; one weight, or one for each channel (dim 1). */
export function prelu(x: Tensor, ...args: ArgsOf<{ weight?: Tensor }, ['weight']>): Tensor {
  asTensor('prelu', 'input', x);
  const weight = asTensor('prelu', 'weight', readArgs<{ weight?: Tensor }>('prelu', args, ['weight']).weight);
  if (weight.count === 1) return where(gt(x, 0), x, mul(x, reshape(weight, [])));
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (x.ndim === 0) fail(ShapeError, 'prelu', 'an input of at least 1 dim for several weights', 'a 0-d tensor: Not allow zero-dim input tensor.');
  if (weight.count !== channels || weight.ndim > 1) {
    fail(
      ShapeError,
      'prelu',
      `1 or ${channels} weights for input ${showShape(x.shape)}`,
      `${showShape(weight.shape)}: Mismatch of parameter numbers and input channel size.`,
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
    // The slope alpha rate exp(rate x) is its own derivative, times rate.
    (g, node) => {
      const args = node.args as EluArgs;
      return where(le(node.x(1), 0), mul(apply(eluBackwardOp, [mul(g, node.x(0)), node.x(1)], args), args.rate), 0);
    },
  ],
});
/** x where positive, else alpha * (exp(x) - 1). */
export function elu(x: Tensor, ...args: Args<'alpha'>): Tensor {
  const { alpha } = numbers('elu', x, args, { alpha: 1 });
  return apply(eluOp, [x], { alpha, rate: 1 });
}
/** x where positive, else alpha * (exp(x / alpha) - 1). */
export function celu(x: Tensor, ...args: Args<'alpha'>): Tensor {
  const { alpha } = numbers('celu', x, args, { alpha: 1 });
  if (alpha === 0) fail(ArgumentError, 'celu', 'alpha other than 0', '0: ZeroDivisionError: alpha cannot be 0 for CELU');
  return apply(eluOp, [x], { alpha, rate: 1 / alpha });
}
/** elu with the scale and alpha that keep mean 0 and variance 1. */
export function selu(x: Tensor, ...args: InplaceArgs): Tensor {
  readArgs('selu', args, ['inplace'] as never[]);
  return mul(elu(x, 1.6732632423543772), 1.0507009873554805);
}

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
      return where(logicalAnd(gt(node.x(0), minVal), lt(node.x(0), maxVal)), dy, 0);
    },
  ],
});
/** x between minVal and maxVal, else the nearer one. */
export function hardtanh(x: Tensor, ...args: Args<'minVal' | 'maxVal'>): Tensor {
  const range = numbers('hardtanh', x, args, { minVal: -1, maxVal: 1 });
  return apply(hardtanhOp, [x], range);
}
/** min(max(x, 0), 6). */
export const relu6 = (x: Tensor, ..._args: InplaceArgs): Tensor => hardtanh(x, 0, 6);
/** min(max(x + 3, 0), 6) / 6. */
export const hardsigmoid = (x: Tensor, ..._args: InplaceArgs): Tensor =>
  div(hardtanh(add(needFloat('hardsigmoid', asTensor('hardsigmoid', 'input', x)), 3), 0, 6), 6);

const hardswishOp = unary('hardswish', K.hardswish, { integers: 'refuse', saves: X, vjp: (dy, node) => hardswishBackward(dy, node.x(0)) });
const hardswishBackward = backward2('hardswishBackward', K.hardswish_bwd, BOTH, [
  (g, node) => hardswishBackward(g, node.x(1)),
  (g, node) => where(logicalAnd(gt(node.x(1), -3), lt(node.x(1), 3)), div(mul(g, node.x(0)), 3), 0),
]);
/** x * hardsigmoid(x). */
export const hardswish = (x: Tensor, ..._args: InplaceArgs): Tensor => hardswishOp(x);

/** x, but 0 from -lambd to lambd. */
export function hardshrink(x: Tensor, ...args: Args<'lambd'>): Tensor {
  const { lambd } = numbers('hardshrink', x, args, { lambd: 0.5 });
  return where(logicalAnd(ge(needFloat('hardshrink', x), -lambd), le(x, lambd)), 0, x);
}
/** x moved towards 0 by lambd, 0 from -lambd to lambd. */
export function softshrink(x: Tensor, ...args: Args<'lambd'>): Tensor {
  const { lambd } = numbers('softshrink', x, args, { lambd: 0.5 });
  if (!(lambd >= 0)) fail(ArgumentError, 'softshrink', 'lambd of at least 0', `${show(lambd)}: lambda must be greater or equal to 0`);
  return where(gt(needFloat('softshrink', x), lambd), sub(x, lambd), where(lt(x, -lambd), add(x, lambd), 0));
}
/** x above the threshold, else value. */
export function threshold(x: Tensor, ...args: Args<'threshold' | 'value'>): Tensor {
  const { threshold: limit, value } = numbers('threshold', x, args, { threshold: Number.NaN, value: Number.NaN });
  return where(le(x, limit), value, x);
}
