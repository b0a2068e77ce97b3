// Regularisation that is only there in training.
import { ArgumentError, fail, show } from '../core/errors.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { dropout } from '../ops/functional.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

export interface DropoutOptions {
  /** Probability of an element to be zeroed. */
  p?: number;
  inplace?: boolean;
}

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p). */
export class Dropout extends Module {
  p: number;
  inplace: boolean;
  constructor(...args: ArgsOf<DropoutOptions, ['p', 'inplace']>) {
    super();
    const { p = 0.5, inplace = false } = readArgs<DropoutOptions>('Dropout', args, ['p', 'inplace']);
    if (!(p >= 0 && p <= 1)) fail(ArgumentError, 'Dropout', 'p in [0, 1]', `${show(p)}: dropout probability has to be between 0 and 1`);
    this.p = p;
    this.inplace = inplace;
  }
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.inplace);
  }
  override extraRepr(): string {
    return `p=${this.p}, inplace=${this.inplace ? 'True' : 'False'}`;
  }
}
