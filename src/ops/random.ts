// Random tensors, drawn as PyTorch's CPU generator draws them: the same seed gives the same numbers.

import { Category, type DType, type DTypeInfo, int64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import type { FloatArray } from '../core/fills.js';
import { multinomial as draw } from '../core/multinomial.js';
import { Generator } from '../core/random.js';
import { checkShape, checkSize, type Shape, showShape } from '../core/shape.js';
import { backend } from '../kernels/load.js';
import { newArray } from '../tensor/array.js';
import { defaultFloat, dtypeOf } from '../tensor/defaults.js';
import { full } from '../tensor/fill.js';
import { shapeOf, storageOf, stridesOf } from '../tensor/inner.js';
import { checkWritable } from '../tensor/inplace.js';
import { apply, defineOp } from '../tensor/op.js';
import { addressOf, alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { lt } from './compare.js';
import { toDtype } from './copy.js';
import { type CreateOptions, fromArray, readCreation, readSizes, type SizeArgs } from './create.js';
import { bernoulli as bernoulliFill, fillFrom, normal, normalOneByOne, uniform } from './draw.js';

/** The generator that is used where none is given. */
export const defaultGenerator = new Generator();

/** Seeds the default generator. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
/** Seeds the default generator from the system's randomness and returns the seed. */
export const seed = (): number => defaultGenerator.seed();
export const initialSeed = (): number | bigint => defaultGenerator.initialSeed();
export const getRngState = (): Uint8Array => defaultGenerator.getState();
export const setRngState = (state: Uint8Array): void => void defaultGenerator.setState(state);

export interface RandomOptions extends CreateOptions {
  generator?: Generator | null;
}
const keywords = ['generator'] as const;

export function generatorOf(op: string, value: unknown): Generator {
  if (value === undefined || value === null) return defaultGenerator;
  return value instanceof Generator ? value : fail(ArgumentError, op, 'generator to be a Generator', show(value));
}

function floatType(op: string, dtype: DType | null | undefined): DTypeInfo {
  const dt = dtype === undefined || dtype === null ? defaultFloat() : dtypeOf(op, dtype);
  return dt.category === Category.Float ? dt : fail(DTypeError, op, 'a floating point dtype', dt.name);
}

type Fill = (generator: Generator, y: Tensor) => void;

function drawn(op: string, shape: Shape, dt: DTypeInfo, options: RandomOptions, fill: Fill): Tensor {
  const generator = generatorOf(op, options.generator);
  const t = empty(shape, dt);
  fill(generator, t);
  return options.requiresGrad === undefined ? t : t.requiresGrad_(options.requiresGrad);
}

const sampler =
  (op: string, fill: Fill) =>
  (...args: readonly (SizeArgs[number] | RandomOptions)[]): Tensor => {
    const { shape, options } = readSizes(op, args, keywords);
    return drawn(op, shape, floatType(op, options.dtype), options as RandomOptions, fill);
  };
/** Uniform on [0, 1). */
export const rand = sampler('rand', (generator, y) => uniform(generator, y));
/** Normal with mean 0 and deviation 1. */
export const randn = sampler('randn', (generator, y) => normal(generator, y, 0, 1));

const liker =
  (op: string, make: typeof rand) =>
  (x: Tensor, options: RandomOptions = {}): Tensor =>
    make([...shapeOf(asTensor(op, 'input', x))], { dtype: x.dtype, ...options });
export const randLike = liker('randLike', rand);
export const randnLike = liker('randnLike', randn);

/** randint(high, size) or randint(low, high, size): whole numbers from [low, high), int64 unless dtype says otherwise. */
export function randint(...args: readonly (number | readonly number[] | RandomOptions)[]): Tensor {
  const at = args.findIndex((arg) => Array.isArray(arg));
  if (at < 1 || at > 2) fail(ArgumentError, 'randint', '(high, size) or (low, high, size)', show(args.map((arg) => (Array.isArray(arg) ? 'size' : arg))));
  const [low, high] = at === 1 ? [0, args[0]] : [args[0], args[1]];
  const options = readCreation<RandomOptions>('randint', args.slice(at + 1), [], keywords);
  const dt = options.dtype ? dtypeOf('randint', options.dtype) : int64;
  const [from, to] = [asNumber('randint', 'low', low), asNumber('randint', 'high', high)];
  return drawn('randint', checkShape('randint', args[at]), dt, options, (generator, y) => fillFrom(y, (array) => generator.randint(array, from, to)));
}

/** A random order of 0 .. n - 1, int64 unless dtype says otherwise. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const read = readCreation<RandomOptions>('randperm', [options], [], keywords);
  const dt = read.dtype ? dtypeOf('randperm', read.dtype) : int64;
  return drawn('randperm', [checkSize('randperm', 'n', n)], dt, read, (generator, y) => {
    const order = generator.randperm(newArray('randperm', dt, n));
    if (n > 0) backend.copyIn(addressOf(y), order);
  });
}

/** 1 with the probability that each element of x says, else 0. */
export function bernoulli(x: Tensor, options: RandomOptions = {}): Tensor {
  asTensor('bernoulli', 'input', x);
  const { generator } = readArgs<RandomOptions>('bernoulli', [options], [], ['generator']);
  if (x.dt.category !== Category.Float) fail(DTypeError, 'bernoulli', 'a floating point tensor', x.dtype);
  const p = x.toTypedArray() as FloatArray;
  const bad = p.findIndex((v) => !(v >= 0 && v <= 1));
  if (bad !== -1) fail(ArgumentError, 'bernoulli', 'every p from 0 to 1', `${show(p[bad])} at ${bad}`);
  // A draw of p's own precision.
  return apply(bernoulliOp, [x, drawn('bernoulli', shapeOf(x), x.dt, { generator }, uniform)], undefined);
}
/** 1 where the draw is below p, else 0: a step, whose derivative is 0. */
const bernoulliOp = defineOp({
  name: 'bernoulli',
  forward: ([p, draw]) => toDtype(lt(draw, p), p.dt),
  vjp: [(dy) => full(shapeOf(dy), 0, dy.dt), null],
});

export interface MultinomialOptions extends RandomOptions {
  /** Whether a category may be drawn more than once. */
  replacement?: boolean;
}
/**
 * Numbers of categories drawn in proportion to weights, which need not sum to 1: input (C) or (N, C), result (numSamples) or (N, numSamples), int64 as in PyTorch. Weights that are
 * negative or not finite, rows that sum to 0 and more samples than categories without replacement are errors.
 */
export function multinomial(input: Tensor, numSamples: number, ...args: ArgsOf<MultinomialOptions, ['replacement']>): Tensor {
  const op = 'multinomial';
  asTensor(op, 'input', input);
  const { replacement = false, generator } = readArgs<MultinomialOptions>(op, args, ['replacement'], ['generator']);
  if (input.dt.category !== Category.Float) fail(DTypeError, op, 'a floating point tensor', input.dtype);
  if (input.ndim !== 1 && input.ndim !== 2) fail(ShapeError, op, 'weights of 1 or 2 dims', `${showShape(shapeOf(input))}: prob_dist must be 1 or 2 dim`);
  const samples = checkSize(op, 'numSamples', numSamples);
  const [rows, categories] = input.ndim === 1 ? [1, shapeOf(input)[0]] : shapeOf(input);
  const drawn = draw(generatorOf(op, generator), input.toTypedArray() as FloatArray, rows, categories, samples, asBoolean(op, 'replacement', replacement));
  return fromArray(op, BigInt64Array.from(drawn, BigInt), input.ndim === 1 ? [samples] : [rows, samples], int64);
}

// In place -----------------------------------------------------------------------------------------------------------------------------------------------------

/** Overwrites a tensor with drawn values, in the order of its memory; not differentiable. */
function drawInto(op: string, x: Tensor, options: RandomOptions, fill: Fill): Tensor {
  checkWritable(op, asTensor(op, 'input', x));
  const generator = generatorOf(op, options.generator);
  if (x.packed) fill(generator, x);
  else {
    const order = [...shapeOf(x).keys()].sort((i, j) => stridesOf(x)[j] - stridesOf(x)[i] || i - j);
    const sizes = order.map((d) => shapeOf(x)[d]);
    const values = empty(sizes, x.dt);
    fill(generator, values);
    const strides = order.map((d) => stridesOf(x)[d]);
    copyInto(alias(x, sizes, strides, x.offset), values);
  }
  storageOf(x).version++;
  return x;
}

const floatOnly = (op: string, x: Tensor): void => {
  if (asTensor(op, 'input', x).dt.category !== Category.Float) fail(DTypeError, op, 'a floating point tensor', x.dtype);
};

/** Uniform on [from, to). */
export function uniform_(x: Tensor, from = 0, to = 1, options: RandomOptions = {}): Tensor {
  floatOnly('uniform_', x);
  return drawInto('uniform_', x, options, (generator, y) => uniform(generator, y, from, to));
}
/** Normal. */
export function normal_(x: Tensor, mean = 0, std = 1, options: RandomOptions = {}): Tensor {
  floatOnly('normal_', x);
  return drawInto('normal_', x, options, (generator, y) => (x.packed ? normal : normalOneByOne)(generator, y, mean, std));
}
/** 1 with probability p, else 0. */
export function bernoulli_(x: Tensor, p = 0.5, options: RandomOptions = {}): Tensor {
  return drawInto('bernoulli_', x, options, (generator, y) => bernoulliFill(generator, y, p));
}

export { Generator };
