// Dropout of whole channels, and dropout that keeps the mean and variance of self-normalising nets.

import { Category } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import { empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, mul } from './arithmetic.js';
import { copy_ } from './copy.js';
import type { DropoutOptions } from './functional.js';
import { bernoulli_ } from './random.js';
import { select, unsqueeze } from './view.js';

type DropoutArgs = ArgsOf<DropoutOptions, ['p', 'training', 'inplace']>;

/** The negative limit of SELU: scale * alpha. */
const SATURATION = 1.7580993408473766;

function drop(op: string, x: Tensor, args: DropoutArgs, defaults: DropoutOptions, whole: boolean, alpha: boolean): Tensor {
  const { p = 0.5, training, inplace = false, generator } = { ...defaults, ...readArgs<DropoutOptions>(op, args, ['p', 'training', 'inplace'], ['generator']) };
  const chance = asNumber(op, 'p', p);
  if (!(chance >= 0 && chance <= 1)) fail(ArgumentError, op, 'p in [0, 1]', `${show(p)}: dropout probability has to be between 0 and 1`);
  if (!asBoolean(op, 'training', training) || chance === 0 || x.count === 0) return x;
  if (x.dt.category !== Category.Float) fail(DTypeError, op, 'a floating point tensor', x.dtype);
  const shape = whole ? shapeOf(x).map((size, d) => (d < 2 ? size : 1)) : shapeOf(x);
  const kept = noGrad(() => bernoulli_(empty(shape, x.dt), 1 - chance, { generator }));
  const scale = chance === 1 ? 0 : alpha ? 1 / Math.sqrt((SATURATION ** 2 * chance + 1) * (1 - chance)) : 1 / (1 - chance);
  const scaled = mul(x, mul(kept, scale));
  // What is dropped becomes the saturation, and all is shifted back to mean 0.
  const y = alpha && chance < 1 ? add(scaled, add(mul(add(kept, -1), SATURATION * scale), SATURATION * scale * chance)) : scaled;
  return asBoolean(op, 'inplace', inplace) ? copy_(x, y) : y;
}

/** Channels of (N, C, ...) with `dims` more dims, or without N. */
const channels =
  (dims: number) =>
  (x: Tensor, ...args: DropoutArgs): Tensor => {
    const op = `dropout${dims}d`;
    const { ndim } = asTensor(op, 'input', x);
    // As PyTorch 1.13 does, two dims mean that the first of three is the batch's.
    const batched = ndim === dims + 2 || (dims === 2 && ndim === 3);
    if (!batched && ndim !== dims + 1) fail(ShapeError, op, `an input of ${dims + 1} or ${dims + 2} dims`, showShape(shapeOf(x)));
    const y = drop(op, batched ? x : unsqueeze(x, 0), args, { training: true }, true, false);
    return batched ? y : select(y, 0, 0);
  };
/** Zeroes whole channels of (N, C, L) with probability p in training, and scales the others by 1 / (1 - p). */
export const dropout1d = channels(1);
/** Zeroes whole channels of (N, C, H, W). */
export const dropout2d = channels(2);
/** Zeroes whole channels of (N, C, D, H, W). */
export const dropout3d = channels(3);

/** In training, sets elements to SELU's saturation with probability p, scaled and shifted to keep mean and variance. Klambauer et al., 2017. */
export const alphaDropout = (x: Tensor, ...args: DropoutArgs): Tensor =>
  drop('alphaDropout', asTensor('alphaDropout', 'input', x), args, { training: false }, false, true);
/** The same for whole channels of (N, C, ...). */
export function featureAlphaDropout(x: Tensor, ...args: DropoutArgs): Tensor {
  const op = 'featureAlphaDropout';
  if (asTensor(op, 'input', x).ndim < 2)
    fail(ShapeError, op, 'an input of at least 2 dims', `${showShape(shapeOf(x))}: Feature dropout requires at least 2 dimensions in the input`);
  return drop(op, x, args, { training: false }, true, true);
}
