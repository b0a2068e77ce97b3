// Padding as modules.
import { ArgumentError, fail, show } from '../core/errors.js';
import { pad } from '../ops/images.js';
import type { PerDim } from '../ops/spatial.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { checked } from './options.js';
import { python, tuple } from './repr.js';

/** [before, after] of the last dim, then of the one before it; one number is all of them. */
abstract class Padding extends Module {
  readonly padding: readonly number[];
  constructor(dims: number, padding: PerDim) {
    super();
    checked(new.target.name, 'margins', padding);
    if (Array.isArray(padding) && padding.length !== 2 * dims) fail(ArgumentError, new.target.name, `${2 * dims} margins`, show(padding));
    this.padding = typeof padding === 'number' ? new Array<number>(2 * dims).fill(padding) : [...padding];
  }
  override extraRepr(): string {
    return tuple(this.padding);
  }
}
const around = (dims: number, mode: 'reflect' | 'replicate') =>
  class extends Padding {
    constructor(padding: PerDim) {
      super(dims, padding);
    }
    override forward(x: Tensor): Tensor {
      return pad(x, this.padding, { mode });
    }
  };
export class ReflectionPad1d extends around(1, 'reflect') {}
export class ReflectionPad2d extends around(2, 'reflect') {}
export class ReflectionPad3d extends around(3, 'reflect') {}
export class ReplicationPad1d extends around(1, 'replicate') {}
export class ReplicationPad2d extends around(2, 'replicate') {}
export class ReplicationPad3d extends around(3, 'replicate') {}

const constants = (dims: number) =>
  class extends Padding {
    constructor(
      padding: PerDim,
      readonly value: number,
    ) {
      super(dims, padding);
      checked(new.target.name, 'value', value);
    }
    override forward(x: Tensor): Tensor {
      return pad(x, this.padding, { value: this.value });
    }
    override extraRepr(): string {
      return `padding=${tuple(this.padding)}, value=${python(this.value)}`;
    }
  };
export class ConstantPad1d extends constants(1) {}
export class ConstantPad2d extends constants(2) {}
export class ConstantPad3d extends constants(3) {}
export class ZeroPad2d extends Padding {
  constructor(padding: PerDim) {
    super(2, padding);
  }
  override forward(x: Tensor): Tensor {
    return pad(x, this.padding);
  }
}
