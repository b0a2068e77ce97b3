// Losses between an input and a target that is a number: squared, absolute, smooth and Huber, and the negative log-likelihoods of distributions.

import { Category } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asChoice, asNumber, asTensor, readArgs } from './args.js';
import { add, div, minus, mul, neg, sub } from './arithmetic.js';
import { le, lt, where } from './compare.js';
import { xlogy } from './exponential.js';
import { map2 } from './map.js';
import { abs, exp, log } from './pointwise.js';
import { resultType } from './promote.js';
import { anyTrue, sum } from './reduce.js';
import { type Reduction, type ReductionOption, reduced, reductionOf } from './reduced.js';
import { floored } from './similarity.js';
import { unsqueeze } from './view.js';

const difference = (op: string, input: Tensor, target: Tensor): Tensor => sub(asTensor(op, 'input', input), asTensor(op, 'target', target));

/** d^2 where it is used; elsewhere, where it may be infinite, its derivative would be NaN. */
function squareWhere(isUsed: Tensor, d: Tensor): Tensor {
  const used = where(isUsed, d, 0);
  return mul(used, used);
}

const mseLossOp = defineOp<Reduction>({
  name: 'mseLoss',
  saves: 3,
  forward: ([input, target], reduction) => {
    const d = map2('mseLoss', minus, input, target);
    return reduced('mseLoss', map2('mseLoss', K.mul, d, d, d), reduction);
  },
  // With the factor on the side of dy, which is a single number unless nothing was reduced.
  joint: ([dy], node, needs) => {
    const d = sub(node.x(0), node.x(1));
    const dx = mul(d, mul(dy!, node.args === 'mean' ? 2 / d.count : 2));
    return [needs(0) ? dx : null, needs(1) ? neg(dx) : null];
  },
});
/** (input - target)^2, averaged, summed or as it is. Gradient of the input: 2 (input - target) dy, over their number if averaged. */
export function mseLoss(input: Tensor, target: Tensor, ...args: ArgsOf<ReductionOption, []>): Tensor {
  const { reduction } = readArgs<ReductionOption>('mseLoss', args, [], ['reduction']);
  const how = reductionOf('mseLoss', reduction);
  const dt = resultType(asTensor('mseLoss', 'input', input), asTensor('mseLoss', 'target', target));
  if (dt.category !== Category.Float) fail(DTypeError, 'mseLoss', 'a floating point input or target', `${input.dtype} and ${target.dtype}`);
  return apply(mseLossOp, [input, target], how);
}

/** |input - target|. */
export function l1Loss(input: Tensor, target: Tensor, ...args: ArgsOf<ReductionOption, []>): Tensor {
  const { reduction } = readArgs<ReductionOption>('l1Loss', args, [], ['reduction']);
  return reduced('l1Loss', abs(difference('l1Loss', input, target)), reduction);
}

export interface SmoothL1Options extends ReductionOption {
  /** Where the square passes into the line. */
  beta?: number;
}
/** d^2 / (2 beta) for |d| < beta, else |d| - beta / 2, d = input - target. */
export function smoothL1Loss(input: Tensor, target: Tensor, ...args: ArgsOf<SmoothL1Options, []>): Tensor {
  const op = 'smoothL1Loss';
  const { reduction, beta = 1 } = readArgs<SmoothL1Options>(op, args, [], ['reduction', 'beta']);
  if (asNumber(op, 'beta', beta) < 0) fail(ArgumentError, op, 'beta >= 0', `${beta}: smooth_l1_loss does not support negative values for beta.`);
  if (beta === 0) return l1Loss(input, target, { reduction });
  const d = difference(op, input, target);
  const size = abs(d);
  const isNear = lt(size, beta);
  const square = squareWhere(isNear, d);
  return reduced(op, where(isNear, mul(square, 0.5 / beta), sub(size, beta / 2)), reduction);
}

export interface HuberOptions extends ReductionOption {
  delta?: number;
}
/** d^2 / 2 for |d| < delta, else delta (|d| - delta / 2), d = input - target. */
export function huberLoss(input: Tensor, target: Tensor, ...args: ArgsOf<HuberOptions, ['reduction', 'delta']>): Tensor {
  const op = 'huberLoss';
  const { reduction, delta = 1 } = readArgs<HuberOptions>(op, args, ['reduction', 'delta']);
  if (!(asNumber(op, 'delta', delta) > 0)) fail(ArgumentError, op, 'delta > 0', `${show(delta)}: huber_loss does not support non-positive values for delta.`);
  const d = difference(op, input, target);
  const size = abs(d);
  const isNear = lt(size, delta);
  const square = squareWhere(isNear, d);
  return reduced(op, where(isNear, mul(square, 0.5), mul(sub(size, delta / 2), delta)), reduction);
}

export interface KlDivOptions {
  /** 'batchmean' divides the sum by the first size, as the divergence is defined. */
  reduction?: Reduction | 'batchmean';
  /** The target holds logarithms too. */
  logTarget?: boolean;
}
/** target (log target - input): the input holds log-probabilities. */
export function klDiv(input: Tensor, target: Tensor, ...args: ArgsOf<KlDivOptions, []>): Tensor {
  const { reduction = 'mean', logTarget = false } = readArgs<KlDivOptions>('klDiv', args, [], ['reduction', 'logTarget']);
  asTensor('klDiv', 'input', input);
  asTensor('klDiv', 'target', target);
  const how = asChoice('klDiv', 'reduction', reduction, ['none', 'mean', 'sum', 'batchmean']);
  const loss = asBoolean('klDiv', 'logTarget', logTarget) ? mul(exp(target), sub(target, input)) : sub(xlogy(target, target), mul(target, input));
  if (how !== 'batchmean') return reduced('klDiv', loss, how);
  return input.ndim === 0 ? sum(loss) : div(sum(loss), shapeOf(input)[0]);
}

export interface PoissonNllOptions extends ReductionOption {
  /** The input is the logarithm of the rate. */
  logInput?: boolean;
  /** Adds Stirling's approximation of log(target!) for targets above 1. */
  full?: boolean;
  /** Against log(0) where the input is the rate itself. */
  eps?: number;
}
/** rate - target log(rate), up to what does not depend on the rate. */
export function poissonNllLoss(input: Tensor, target: Tensor, ...args: ArgsOf<PoissonNllOptions, ['logInput', 'full']>): Tensor {
  const op = 'poissonNllLoss';
  const { logInput = true, full = false, eps = 1e-8, reduction } = readArgs<PoissonNllOptions>(op, args, ['logInput', 'full'], ['eps', 'reduction']);
  asTensor(op, 'input', input);
  asTensor(op, 'target', target);
  const loss = asBoolean(op, 'logInput', logInput) ? sub(exp(input), mul(target, input)) : sub(input, mul(target, log(add(input, asNumber(op, 'eps', eps)))));
  if (!asBoolean(op, 'full', full)) return reduced(op, loss, reduction);
  const stirling = add(sub(mul(target, log(target)), target), mul(log(mul(target, 2 * Math.PI)), 0.5));
  return reduced(op, add(loss, where(le(target, 1), 0, stirling)), reduction);
}

export interface GaussianNllOptions extends ReductionOption {
  /** Adds the constant log(2 pi) / 2. */
  full?: boolean;
  /** Variances are taken as at least this. */
  eps?: number;
}
/** (log var + (input - target)^2 / var) / 2; var has the input's shape, or one variance a row. */
export function gaussianNllLoss(input: Tensor, target: Tensor, variance: Tensor, ...args: ArgsOf<GaussianNllOptions, ['full', 'eps', 'reduction']>): Tensor {
  const op = 'gaussianNllLoss';
  const { full = false, eps = 1e-6, reduction } = readArgs<GaussianNllOptions>(op, args, ['full', 'eps', 'reduction']);
  const d = difference(op, input, target);
  const [rows, lead] = [shapeOf(input).slice(0, -1), shapeOf(asTensor(op, 'var', variance))];
  let spread = variance;
  if (!sameShape(lead, shapeOf(input))) {
    if (sameShape(lead, rows) && input.ndim > 0) spread = unsqueeze(variance, -1);
    else if (!(lead.at(-1) === 1 && sameShape(lead.slice(0, -1), rows)))
      fail(ShapeError, op, `var of shape ${showShape(shapeOf(input))} or one a row`, `${showShape(lead)}: var is of incorrect size`);
  }
  if (anyTrue(lt(variance, 0))) fail(ArgumentError, op, 'variances >= 0', 'var has negative entry/entries');
  const safe = floored(spread, asNumber(op, 'eps', eps));
  const loss = add(mul(log(safe), 0.5), mul(d, div(mul(d, 0.5), safe)));
  return reduced(op, asBoolean(op, 'full', full) ? add(loss, Math.log(2 * Math.PI) / 2) : loss, reduction);
}
