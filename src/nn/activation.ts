// Activations as modules.

import { type ArgsOf, readArgs } from '../ops/args.js';
import { type GeluOptions, gelu, logSoftmax, relu, relu_, type SoftplusOptions, sigmoid, silu, silu_, softmax, softplus, tanh } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

export interface InplaceOptions {
  /** Overwrite the input. */
  inplace?: boolean;
}
type InplaceArgs = ArgsOf<InplaceOptions, ['inplace']>;

/** An activation that can overwrite its input. */
abstract class Inplace extends Module {
  inplace: boolean;
  constructor(...args: InplaceArgs) {
    super();
    this.inplace = readArgs<InplaceOptions>(new.target.name, args, ['inplace']).inplace ?? false;
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** max(x, 0). */
export class ReLU extends Inplace {
  override forward(x: Tensor): Tensor {
    return this.inplace ? relu_(x) : relu(x);
  }
}
/** x * sigmoid(x). */
export class SiLU extends Inplace {
  override forward(x: Tensor): Tensor {
    return this.inplace ? silu_(x) : silu(x);
  }
}
/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** x * Phi(x), Phi the normal distribution function. */
export class GELU extends Module {
  approximate: 'none' | 'tanh';
  constructor(...args: ArgsOf<GeluOptions, ['approximate']>) {
    super();
    this.approximate = readArgs<GeluOptions>('GELU', args, ['approximate']).approximate ?? 'none';
  }
  override forward(x: Tensor): Tensor {
    return gelu(x, this.approximate);
  }
  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** log(1 + exp(beta x)) / beta. */
export class Softplus extends Module {
  beta: number;
  threshold: number;
  constructor(...args: ArgsOf<SoftplusOptions, ['beta', 'threshold']>) {
    super();
    const { beta = 1, threshold = 20 } = readArgs<SoftplusOptions>('Softplus', args, ['beta', 'threshold']);
    this.beta = beta;
    this.threshold = threshold;
  }
  override forward(x: Tensor): Tensor {
    return softplus(x, this.beta, this.threshold);
  }
  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

export interface DimOptions {
  dim?: number | null;
}

/** A normalisation along a dim; without one, PyTorch's choice by rank: the first for 0, 1 and 3 dims, else the second. */
abstract class AlongDim extends Module {
  dim: number | null;
  constructor(...args: ArgsOf<DimOptions, ['dim']>) {
    super();
    this.dim = readArgs<DimOptions>(new.target.name, args, ['dim']).dim ?? null;
  }
  protected dimOf({ ndim }: Tensor): number {
    return this.dim ?? (ndim === 0 || ndim === 1 || ndim === 3 ? 0 : 1);
  }
  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}
/** exp(x) / sum(exp(x)) along a dim. */
export class Softmax extends AlongDim {
  override forward(x: Tensor): Tensor {
    return softmax(x, this.dimOf(x));
  }
}
/** log(softmax(x)) along a dim. */
export class LogSoftmax extends AlongDim {
  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dimOf(x));
  }
}
