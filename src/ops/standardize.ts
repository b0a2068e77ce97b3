// Normalisation to mean 0 and variance 1, over different groups of elements: batch, layer, group and instance norm; and by the root mean square.

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkShape, numel, type Shape, sameShape, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, add_, mul, mul_, sub } from './arithmetic.js';
import { clone, toDtype } from './copy.js';
import { rsqrt } from './pointwise.js';
import { needFloat } from './promote.js';
import { mean } from './reduce.js';
import { type Groups, standardize } from './standard.js';
import { reshape } from './view.js';

/** With parameters of another dtype, as the product and sum that they then are. */
function standardized(x: Tensor, weight: Tensor | null, bias: Tensor | null, shape: () => Shape, groups: Groups): ReturnType<typeof standardize> {
  if ((weight ?? x).dt === x.dt && (bias ?? x).dt === x.dt) return standardize(x, weight, bias, groups);
  const { y, ...moments } = standardize(x, null, null, groups);
  return { y: affine(y, weight, bias, shape()), ...moments };
}

function affine(y: Tensor, weight: Tensor | null, bias: Tensor | null, shape: Shape): Tensor {
  const scaled = weight === null ? y : mul(y, reshape(weight, shape));
  return bias === null ? scaled : add(scaled, reshape(bias, shape));
}

/** One value a channel, as a shape that broadcasts to the input's. */
const perChannel = (x: Tensor): number[] => shapeOf(x).map((size, d) => (d === 1 ? size : 1));

function checkVectors(op: string, size: number, vectors: Readonly<Record<string, Tensor | null>>): void {
  for (const [role, v] of Object.entries(vectors)) {
    if (v !== null && !(asTensor(op, role, v).ndim === 1 && shapeOf(v)[0] === size)) fail(ShapeError, op, `${role} of shape [${size}]`, showShape(shapeOf(v)));
  }
}

// Batch --------------------------------------------------------------------------------------------------------------------------------------------------------

export interface BatchNormOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Normalises by the batch's own moments, and moves the running ones towards them. */
  training?: boolean;
  momentum?: number;
  eps?: number;
}

/** running += momentum * (value - running), in place. */
function follow(running: Tensor | null, value: Tensor, momentum: number): void {
  if (running === null) return;
  noGrad(() => add_(mul_(running, 1 - momentum), toDtype(reshape(value, shapeOf(running)), running.dt), { alpha: momentum }));
}

/** Moves the running moments; the running variance is the unbiased one of `n` values each. */
function track(runningMean: Tensor | null, runningVar: Tensor | null, middle: Tensor, variance: Tensor, n: number, momentum: number): void {
  noGrad(() => {
    follow(runningMean, middle, momentum);
    if (runningVar !== null) follow(runningVar, mul(variance, n / (n - 1)), momentum);
  });
}

/** By known moments. */
function byRunning(op: string, x: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, eps: number): Tensor {
  if (runningMean === null || runningVar === null)
    fail(ArgumentError, op, 'running moments in evaluation', 'none: expected running_mean and running_var to be defined');
  const shape = perChannel(x);
  return mul(sub(x, reshape(runningMean, shape)), rsqrt(add(reshape(runningVar, shape), eps)));
}

/** Every channel (dim 1) to mean 0 and variance 1, over the batch in training, else by the running moments; then scaled and shifted. */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  ...args: ArgsOf<BatchNormOptions, ['weight', 'bias', 'training', 'momentum', 'eps']>
): Tensor {
  const op = 'batchNorm';
  const given = readArgs<BatchNormOptions>(op, args, ['weight', 'bias', 'training', 'momentum', 'eps']);
  const { weight = null, bias = null, training = false } = given;
  const [momentum, eps] = [asNumber(op, 'momentum', given.momentum ?? 0.1), asNumber(op, 'eps', given.eps ?? 1e-5)];
  needFloat(op, asTensor(op, 'input', x));
  const own = asBoolean(op, 'training', training);
  if (x.ndim < 2) {
    if (x.count === 0) return clone(x);
    fail(ShapeError, op, 'an input of at least 2 dims', showShape(shapeOf(x)));
  }
  checkVectors(op, shapeOf(x)[1], { runningMean, runningVar, weight, bias });
  const n = x.count / shapeOf(x)[1];
  if (own && n === 1) fail(ArgumentError, op, 'more than 1 value per channel when training', showShape(shapeOf(x)));
  if (!own || x.count === 0) {
    const y = own ? clone(x) : byRunning(op, x, runningMean, runningVar, eps);
    return affine(y, weight, bias, perChannel(x));
  }
  const [outer, channels, ...sizes] = shapeOf(x);
  const inner = numel(sizes);
  const groups = { outer, groups: channels, inner, channels, span: inner, eps, centred: true };
  const { y, mean: middle, variance } = standardized(x, weight, bias, () => perChannel(x), groups);
  track(runningMean, runningVar, middle, variance, n, momentum);
  return y;
}

// Instance ------------------------------------------------------------------------------------------------------------------------------------------------------

export interface InstanceNormOptions {
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Normalises by the input's own moments; else by the running ones. */
  useInputStats?: boolean;
  momentum?: number;
  eps?: number;
}

/** Every channel of every sample to mean 0 and variance 1. */
export function instanceNorm(
  x: Tensor,
  ...args: ArgsOf<InstanceNormOptions, ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps']>
): Tensor {
  const op = 'instanceNorm';
  const given = readArgs<InstanceNormOptions>(op, args, ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps']);
  const { runningMean = null, runningVar = null, weight = null, bias = null, useInputStats = true } = given;
  const [momentum, eps] = [asNumber(op, 'momentum', given.momentum ?? 0.1), asNumber(op, 'eps', given.eps ?? 1e-5)];
  needFloat(op, asTensor(op, 'input', x));
  if (x.ndim < 2) fail(ShapeError, op, 'an input of at least 2 dims', showShape(shapeOf(x)));
  checkVectors(op, shapeOf(x)[1], { runningMean, runningVar, weight, bias });
  if (!asBoolean(op, 'useInputStats', useInputStats)) return affine(byRunning(op, x, runningMean, runningVar, eps), weight, bias, perChannel(x));
  const n = numel(shapeOf(x).slice(2));
  if (n === 1) fail(ArgumentError, op, 'more than 1 spatial element', showShape(shapeOf(x)));
  const [samples, channels] = shapeOf(x);
  const groups = { outer: 1, groups: samples * channels, inner: n, channels, span: n, eps, centred: true };
  const { y, mean: middle, variance } = standardized(x, weight, bias, () => perChannel(x), groups);
  if (runningMean !== null || runningVar !== null) {
    const average = (t: Tensor): Tensor => mean(reshape(t, [samples, channels]), 0);
    noGrad(() => track(runningMean, runningVar, average(middle), average(variance), n, momentum));
  }
  return y;
}

// Group, layer, root mean square ----------------------------------------------------------------------------------------------------------------------------------

export interface AffineOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
}

/** Every group of neighbouring channels of every sample to mean 0 and variance 1. */
export function groupNorm(x: Tensor, numGroups: number, ...args: ArgsOf<AffineOptions, ['weight', 'bias', 'eps']>): Tensor {
  const op = 'groupNorm';
  const { weight = null, bias = null, eps = 1e-5 } = readArgs<AffineOptions>(op, args, ['weight', 'bias', 'eps']);
  needFloat(op, asTensor(op, 'input', x));
  if (x.ndim < 2) fail(ShapeError, op, 'an input of at least 2 dims', showShape(shapeOf(x)));
  const [n, channels] = shapeOf(x);
  if (!(Number.isInteger(numGroups) && numGroups > 0 && channels % numGroups === 0))
    fail(ArgumentError, op, `numGroups that divides ${channels} channels`, String(numGroups));
  checkVectors(op, channels, { weight, bias });
  const span = numel(shapeOf(x).slice(2));
  const groups = { outer: 1, groups: n * numGroups, inner: (channels / numGroups) * span, channels, span, eps: asNumber(op, 'eps', eps), centred: true };
  return standardized(x, weight, bias, () => perChannel(x), groups).y;
}

/** The groups that a normalized shape makes of the last dims, which must have just these sizes: an element has a channel of its own. */
function lastDims(op: string, x: Tensor, givenShape: readonly number[], parameters: Readonly<Record<string, Tensor | null>>): Omit<Groups, 'eps' | 'centred'> {
  needFloat(op, asTensor(op, 'input', x));
  const normalizedShape = checkShape(op, givenShape);
  const from = x.ndim - normalizedShape.length;
  if (normalizedShape.length === 0 || from < 0 || !sameShape(shapeOf(x).slice(from), normalizedShape))
    fail(ShapeError, op, `an input whose last sizes are ${showShape(normalizedShape)}`, showShape(shapeOf(x)));
  for (const [role, p] of Object.entries(parameters)) {
    if (p !== null && !sameShape(shapeOf(asTensor(op, role, p)), normalizedShape))
      fail(ShapeError, op, `${role} of shape ${showShape(normalizedShape)}`, showShape(shapeOf(p)));
  }
  const inner = numel(normalizedShape);
  return { outer: 1, groups: numel(shapeOf(x).slice(0, from)), inner, channels: inner, span: 1 };
}

/** The elements of the last dims to mean 0 and variance 1. */
export function layerNorm(x: Tensor, normalizedShape: readonly number[], ...args: ArgsOf<AffineOptions, ['weight', 'bias', 'eps']>): Tensor {
  const op = 'layerNorm';
  const { weight = null, bias = null, eps = 1e-5 } = readArgs<AffineOptions>(op, args, ['weight', 'bias', 'eps']);
  const groups = lastDims(op, x, normalizedShape, { weight, bias });
  return standardized(x, weight, bias, () => normalizedShape, { ...groups, eps: asNumber(op, 'eps', eps), centred: true }).y;
}

/** x / sqrt(mean(x^2) + eps) over the last dims, scaled. */
export function rmsNorm(x: Tensor, normalizedShape: readonly number[], ...args: ArgsOf<Omit<AffineOptions, 'bias'>, ['weight', 'eps']>): Tensor {
  const op = 'rmsNorm';
  const { weight = null, eps } = readArgs<Omit<AffineOptions, 'bias'>>(op, args, ['weight', 'eps']);
  const groups = lastDims(op, x, normalizedShape, { weight });
  const small = eps ?? (x.dtype === 'float32' ? 2 ** -23 : Number.EPSILON);
  return standardized(x, weight, null, () => normalizedShape, { ...groups, eps: asNumber(op, 'eps', small), centred: false }).y;
}
