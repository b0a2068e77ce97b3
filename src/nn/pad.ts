// Padding as modules.
import { ArgumentError, fail, show } from '../core/errors.js';
import { pad } from '../ops/images.js';
import type { PerDim } from '../ops/spatial.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { checked } from './options.js';
import { python, tuple } from './repr.js';

/** Padding of any kind. */
abstract class Padding extends Module {
  /** Widths in torch's order: [left, right, top, bottom, front, back]. */
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
/**
 * Pads with the input's own elements, mirrored at its edges. Takes one width for all sides, or one
 * for each: [left, right, top, bottom, front, back].
 *
 * @example
 * new gt.nn.ReflectionPad1d(1).forward(gt.ones([1, 3, 4])).shape; // [1, 3, 6]
 * @see PyTorch `torch.nn.ReflectionPad1d`
 */
export class ReflectionPad1d extends around(1, 'reflect') {}
/**
 * Pads with the input's own elements, mirrored at its edges. Takes one width for all sides, or one
 * for each: [left, right, top, bottom, front, back].
 *
 * @example
 * new gt.nn.ReflectionPad2d(1).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 * @see PyTorch `torch.nn.ReflectionPad2d`
 */
export class ReflectionPad2d extends around(2, 'reflect') {}
/**
 * Pads with the input's own elements, mirrored at its edges. Takes one width for all sides, or one
 * for each: [left, right, top, bottom, front, back].
 *
 * @example
 * new gt.nn.ReflectionPad3d(1).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 3, 6, 6, 6]
 * @see PyTorch `torch.nn.ReflectionPad3d`
 */
export class ReflectionPad3d extends around(3, 'reflect') {}
/**
 * Pads with the input's edge elements. Takes one width for all sides, or one for each: [left,
 * right, top, bottom, front, back].
 *
 * @example
 * new gt.nn.ReplicationPad1d(1).forward(gt.ones([1, 3, 4])).shape; // [1, 3, 6]
 * @see PyTorch `torch.nn.ReplicationPad1d`
 */
export class ReplicationPad1d extends around(1, 'replicate') {}
/**
 * Pads with the input's edge elements. Takes one width for all sides, or one for each: [left,
 * right, top, bottom, front, back].
 *
 * @example
 * new gt.nn.ReplicationPad2d(1).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 * @see PyTorch `torch.nn.ReplicationPad2d`
 */
export class ReplicationPad2d extends around(2, 'replicate') {}
/**
 * Pads with the input's edge elements. Takes one width for all sides, or one for each: [left,
 * right, top, bottom, front, back].
 *
 * @example
 * new gt.nn.ReplicationPad3d(1).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 3, 6, 6, 6]
 * @see PyTorch `torch.nn.ReplicationPad3d`
 */
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
/**
 * Pads with one value. Takes one width for all sides, or one for each: [left, right, top, bottom,
 * front, back]; then the value.
 *
 * @example
 * new gt.nn.ConstantPad1d(1, 5).forward(gt.ones([1, 3, 4])).shape; // [1, 3, 6]
 * @see PyTorch `torch.nn.ConstantPad1d`
 */
export class ConstantPad1d extends constants(1) {}
/**
 * Pads with one value. Takes one width for all sides, or one for each: [left, right, top, bottom,
 * front, back]; then the value.
 *
 * @example
 * new gt.nn.ConstantPad2d(1, 5).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 * @see PyTorch `torch.nn.ConstantPad2d`
 */
export class ConstantPad2d extends constants(2) {}
/**
 * Pads with one value. Takes one width for all sides, or one for each: [left, right, top, bottom,
 * front, back]; then the value.
 *
 * @example
 * new gt.nn.ConstantPad3d(1, 5).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 3, 6, 6, 6]
 * @see PyTorch `torch.nn.ConstantPad3d`
 */
export class ConstantPad3d extends constants(3) {}
/**
 * Pads the last two dims with 0.
 *
 * @example
 * new gt.nn.ZeroPad2d(1).forward(gt.ones([3, 4, 4])).shape; // [3, 6, 6]
 * @see PyTorch `torch.nn.ZeroPad2d`
 */
export class ZeroPad2d extends Padding {
  /**
   * @param padding - One width for all sides, or [left, right, top, bottom].
   */
  constructor(padding: PerDim) {
    super(2, padding);
  }
  override forward(x: Tensor): Tensor {
    return pad(x, this.padding);
  }
}
