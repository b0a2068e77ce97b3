// A tensor that a module learns. It is a Tensor in every way; its class is how a module tells it from other tensors among its properties.

import { readArgs } from '../ops/args.js';
import { storageOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';

/** Options of `Parameter`. */
export interface ParameterOptions {
  /** Whether it gets gradients; true by default. */
  requiresGrad?: boolean;
}

/**
 * A tensor that a module learns. A module finds its parameters by this class.
 *
 * @example
 * const p = new gt.nn.Parameter(gt.ones([2]));
 * p.requiresGrad; // true
 * @see PyTorch `torch.nn.Parameter`
 */
export class Parameter extends Tensor {
  /**
   * A leaf that shares the memory of `data`.
   *
   * @param data - The values; the memory is shared.
   * @param args - `requiresGrad` (true); positional or by name.
   */
  constructor(data: Tensor, ...args: [requiresGrad?: boolean | ParameterOptions]) {
    super(storageOf(data), data.dt, data.shape, data.strides, data.offset, data.packed);
    const { requiresGrad = true } = readArgs<ParameterOptions>('Parameter', args, ['requiresGrad']);
    this.requiresGrad_(requiresGrad);
  }
  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}
