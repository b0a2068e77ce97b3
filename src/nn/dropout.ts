// Regularisation that is only there in training.
import { ArgumentError, fail, show } from '../core/errors.js';
import type { ArgsOf } from '../ops/args.js';
import { alphaDropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from '../ops/dropout.js';
import { dropout } from '../ops/functional.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { python } from './repr.js';

/** Options of dropout layers. */
export interface DropoutOptions {
  /** Probability of an element, or channel, to become 0; 0.5 by default. */
  p?: number;
  /** Whether the result overwrites the input; false by default. */
  inplace?: boolean;
}

/** Dropout of any kind. */
abstract class Dropping extends Module {
  /** Probability of an element, or channel, to become 0. */
  p: number;
  /** Whether the result overwrites the input. */
  inplace: boolean;
  /**
   * | @param args - `p` (0.5), `inplace` (false); positional or by name.
   *
   * @throws ArgumentError if `p` is outside [0, 1].
   */
  constructor(...args: ArgsOf<DropoutOptions, ['p', 'inplace']>) {
    super();
    const name = new.target.name;
    const { p = 0.5, inplace = false } = readOptions<DropoutOptions>(name, args, ['p', 'inplace']);
    if (!(p >= 0 && p <= 1)) fail(ArgumentError, name, 'p in [0, 1]', `${show(p)}: dropout probability has to be between 0 and 1`);
    this.p = p;
    this.inplace = inplace;
  }
  override extraRepr(): string {
    return `p=${python(this.p)}, inplace=${python(this.inplace)}`;
  }
}

/**
 * In training sets each element to 0 with probability p, and scales the others by 1 / (1 - p). In
 * evaluation the input passes. Any shape.
 *
 * @example
 * const layer = new gt.nn.Dropout(0.5);
 * layer.eval().forward(gt.ones([2])); // [1, 1]
 * @see Hinton et al., 2012; PyTorch `torch.nn.Dropout`
 */
export class Dropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.inplace);
  }
}
/**
 * In training sets whole channels of (N?, C, ...) to 0 with probability p, and scales the others by
 * 1 / (1 - p). In evaluation the input passes.
 *
 * @example
 * const layer = new gt.nn.Dropout1d(0.5);
 * layer.training; // true
 * @see Tompson et al., 2014; PyTorch `torch.nn.Dropout1d`
 */
export class Dropout1d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.training, this.inplace);
  }
}
/**
 * In training sets whole channels of (N?, C, ...) to 0 with probability p, and scales the others by
 * 1 / (1 - p). In evaluation the input passes.
 *
 * @example
 * const layer = new gt.nn.Dropout2d(0.5);
 * layer.training; // true
 * @see Tompson et al., 2014; PyTorch `torch.nn.Dropout2d`
 */
export class Dropout2d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.training, this.inplace);
  }
}
/**
 * In training sets whole channels of (N?, C, ...) to 0 with probability p, and scales the others by
 * 1 / (1 - p). In evaluation the input passes.
 *
 * @example
 * const layer = new gt.nn.Dropout3d(0.5);
 * layer.training; // true
 * @see Tompson et al., 2014; PyTorch `torch.nn.Dropout3d`
 */
export class Dropout3d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout3d(x, this.p, this.training, this.inplace);
  }
}
/**
 * Dropout that keeps mean and variance of SELU's output: dropped elements become SELU's lower
 * limit, and the result is scaled and shifted. In evaluation the input passes.
 *
 * @example
 * new gt.nn.AlphaDropout(0.5).eval().forward(gt.ones([1, 2])); // [[1, 1]]
 * @see Klambauer et al., 2017; PyTorch `torch.nn.AlphaDropout`
 */
export class AlphaDropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.training);
  }
}
/**
 * Dropout that keeps mean and variance of SELU's output: dropped elements become SELU's lower
 * limit, and the result is scaled and shifted. In evaluation the input passes.
 *
 * @example
 * new gt.nn.FeatureAlphaDropout(0.5).eval().forward(gt.ones([1, 2])); // [[1, 1]]
 * @see Klambauer et al., 2017; PyTorch `torch.nn.FeatureAlphaDropout`
 */
export class FeatureAlphaDropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, this.training);
  }
}
