// Regularisation that is only there in training.
import { ArgumentError, fail, show } from '../core/errors.js';
import type { ArgsOf } from '../ops/args.js';
import { alphaDropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from '../ops/dropout.js';
import { dropout } from '../ops/functional.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { python } from './repr.js';

export interface DropoutOptions {
  /** Probability of an element to be zeroed. */
  p?: number;
  inplace?: boolean;
}

abstract class Dropping extends Module {
  p: number;
  inplace: boolean;
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

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p). */
export class Dropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.inplace);
  }
}
/** The same with whole channels of signals (N, C, L). */
export class Dropout1d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.training, this.inplace);
  }
}
/** The same with whole channels of images (N, C, H, W). */
export class Dropout2d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.training, this.inplace);
  }
}
/** The same with whole channels of volumes (N, C, D, H, W). */
export class Dropout3d extends Dropping {
  override forward(x: Tensor): Tensor {
    return dropout3d(x, this.p, this.training, this.inplace);
  }
}
/** Dropout that keeps the mean and variance of what SELU gives. */
export class AlphaDropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.training);
  }
}
/** The same with whole channels. */
export class FeatureAlphaDropout extends Dropping {
  override forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, this.training);
  }
}
