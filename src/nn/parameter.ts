// A tensor that a module learns. It is a Tensor in every way; its class is how a module tells it from other tensors among its properties.

import { readArgs } from '../ops/args.js';
import { storageOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';

export interface ParameterOptions {
  requiresGrad?: boolean;
}

export class Parameter extends Tensor {
  /** A leaf that shares the memory of `data`. */
  constructor(data: Tensor, ...args: [requiresGrad?: boolean | ParameterOptions]) {
    super(storageOf(data), data.dt, data.shape, data.strides, data.offset, data.packed);
    const { requiresGrad = true } = readArgs<ParameterOptions>('Parameter', args, ['requiresGrad']);
    this.requiresGrad_(requiresGrad);
  }
  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}
