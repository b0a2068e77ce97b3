// nn.functional: one-hot labels and dropout, composed of other ops.

import { Category, int64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, IndexError, show } from '../core/errors.js';
import { checkInt } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { mul } from './arithmetic.js';
import { eq } from './compare.js';
import { toDtype } from './copy.js';
import { arange } from './create.js';
import { rewrite } from './derived.js';
import { dropoutMask } from './draw.js';
import { amax, amin } from './extrema.js';
import { asIndex } from './gather.js';
import { generatorOf, type RandomOptions } from './random.js';
import { unsqueeze } from './view.js';

/** Labels as rows of 0 with a 1 at the label, int64. numClasses -1 takes one more than the largest label. */
export function oneHot(labels: Tensor, ...args: ArgsOf<{ numClasses?: number }, ['numClasses']>): Tensor {
  const { numClasses = -1 } = readArgs<{ numClasses?: number }>('oneHot', args, ['numClasses']);
  const wide = toDtype(asIndex('oneHot', 'labels', labels), int64);
  if (wide.count === 0 && numClasses <= 0)
    fail(ArgumentError, 'oneHot', 'numClasses for no labels', 'Can not infer total number of classes from empty tensor.');
  const [low, high] = wide.count === 0 ? [0, -1] : [amin(wide).item() as number, amax(wide).item() as number];
  if (low < 0) fail(IndexError, 'oneHot', 'labels >= 0', `${low}: Class values must be non-negative.`);
  const classes = numClasses === -1 ? high + 1 : checkInt('oneHot', 'numClasses', asNumber('oneHot', 'numClasses', numClasses));
  if (classes <= 0) fail(ArgumentError, 'oneHot', 'numClasses > 0', String(classes));
  if (high >= classes) fail(IndexError, 'oneHot', `labels below numClasses = ${classes}`, `${high}: Class values must be smaller than num_classes.`);
  return toDtype(eq(unsqueeze(wide, wide.ndim), arange(classes)), int64);
}

// Dropout ----------------------------------------------------------------------------------------------------------------------------------------------------------

export interface DropoutOptions {
  /** Probability of an element to be zeroed. */
  p?: number;
  training?: boolean;
  inplace?: boolean;
  generator?: RandomOptions['generator'];
}

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p); otherwise the input. */
export function dropout(x: Tensor, ...args: ArgsOf<DropoutOptions, ['p', 'training', 'inplace']>): Tensor {
  asTensor('dropout', 'input', x);
  const { p = 0.5, training = true, inplace = false, generator } = readArgs<DropoutOptions>('dropout', args, ['p', 'training', 'inplace'], ['generator']);
  const chance = asNumber('dropout', 'p', p);
  if (!(chance >= 0 && chance <= 1)) fail(ArgumentError, 'dropout', 'p in [0, 1]', `${show(p)}: dropout probability has to be between 0 and 1`);
  if (!asBoolean('dropout', 'training', training) || chance === 0 || x.count === 0) return x;
  if (x.dt.category !== Category.Float) fail(DTypeError, 'dropout', 'a floating point tensor', x.dtype);
  const mask = empty(shapeOf(x), x.dt);
  dropoutMask(generatorOf('dropout', generator), mask, chance);
  return asBoolean('dropout', 'inplace', inplace) ? rewrite(mul)(x, mask) : mul(x, mask);
}
