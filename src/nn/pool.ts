// Pooling, padding, resizing and pixel shuffling as modules: they keep the options of their functions.

import { type ArgsOf, readArgs } from '../ops/args.js';
import * as F from '../ops/images.js';
import type { InterpolateOptions } from '../ops/interpolate.js';
import type { AvgPool2dOptions, AvgPoolOptions, MaxPoolOptions, OutputSize } from '../ops/pool.js';
import type { PerDim } from '../ops/spatial.js';
import type { Tensor } from '../tensor/tensor.js';
import { tuple } from './conv.js';
import { Module } from './module.js';

/** An option as Python prints it. */
const python = (value: unknown): string => {
  if (Array.isArray(value)) return tuple(value.map(python) as never);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null || value === undefined ? 'None' : String(value);
};

// Maxima and averages -----------------------------------------------------------------------------------------------------------------------------------------

const maxOrder = ['stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'] as const;
type MaxArgs = ArgsOf<MaxPoolOptions, typeof maxOrder>;
abstract class MaxPool extends Module {
  protected readonly options: MaxPoolOptions;
  constructor(kernelSize: PerDim, args: MaxArgs) {
    super();
    this.options = { kernelSize, ...readArgs<MaxPoolOptions>(new.target.name, args, maxOrder) };
  }
  override extraRepr(): string {
    const { kernelSize, stride, padding = 0, dilation = 1, ceilMode = false } = this.options;
    return `kernel_size=${python(kernelSize)}, stride=${python(stride ?? kernelSize)}, padding=${python(padding)}, dilation=${python(dilation)}, ceil_mode=${python(ceilMode)}`;
  }
}
/** Maxima over windows of a signal; with returnIndices, [maxima, indices]. */
export class MaxPool1d extends MaxPool {
  constructor(kernelSize: PerDim, ...args: MaxArgs) {
    super(kernelSize, args);
  }
  override forward(x: Tensor): ReturnType<typeof F.maxPool1d> {
    return F.maxPool1d(x, this.options);
  }
}
/** Maxima over windows of images; with returnIndices, [maxima, indices]. */
export class MaxPool2d extends MaxPool {
  constructor(kernelSize: PerDim, ...args: MaxArgs) {
    super(kernelSize, args);
  }
  override forward(x: Tensor): ReturnType<typeof F.maxPool2d> {
    return F.maxPool2d(x, this.options);
  }
}

/** Means over windows of a signal. */
export class AvgPool1d extends Module {
  readonly #options: AvgPoolOptions;
  constructor(kernelSize: PerDim, ...args: ArgsOf<AvgPoolOptions, ['stride', 'padding', 'ceilMode', 'countIncludePad']>) {
    super();
    this.#options = { kernelSize, ...readArgs<AvgPoolOptions>('AvgPool1d', args, ['stride', 'padding', 'ceilMode', 'countIncludePad']) };
  }
  override forward(x: Tensor): Tensor {
    return F.avgPool1d(x, this.#options);
  }
  override extraRepr(): string {
    const { kernelSize, stride, padding = 0 } = this.#options;
    const single = (v: unknown): string => python([v].flat());
    return `kernel_size=${single(kernelSize)}, stride=${single(stride ?? kernelSize)}, padding=${single(padding)}`;
  }
}
/** Means over windows of images. */
export class AvgPool2d extends Module {
  readonly #options: AvgPool2dOptions;
  constructor(kernelSize: PerDim, ...args: ArgsOf<AvgPool2dOptions, ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride']>) {
    super();
    const order = ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'] as const;
    this.#options = { kernelSize, ...readArgs<AvgPool2dOptions>('AvgPool2d', args, order) };
  }
  override forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.#options);
  }
  override extraRepr(): string {
    const { kernelSize, stride, padding = 0 } = this.#options;
    return `kernel_size=${python(kernelSize)}, stride=${python(stride ?? kernelSize)}, padding=${python(padding)}`;
  }
}

/** Pooling to a size. */
abstract class Adaptive extends Module {
  constructor(readonly outputSize: OutputSize) {
    super();
  }
  override extraRepr(): string {
    return `output_size=${python(this.outputSize)}`;
  }
}
export class AdaptiveAvgPool1d extends Adaptive {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool1d(x, this.outputSize);
  }
}
export class AdaptiveAvgPool2d extends Adaptive {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }
}
export class AdaptiveMaxPool1d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof F.adaptiveMaxPool1d> {
    return F.adaptiveMaxPool1d(x, this.outputSize);
  }
}
export class AdaptiveMaxPool2d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof F.adaptiveMaxPool2d> {
    return F.adaptiveMaxPool2d(x, this.outputSize);
  }
}

// Padding -----------------------------------------------------------------------------------------------------------------------------------------------------

/** [before, after] of the last dim, then of the one before it; one number is all of them. */
abstract class Padding extends Module {
  readonly padding: readonly number[];
  constructor(dims: number, padding: PerDim) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * dims).fill(padding) : padding;
  }
  override extraRepr(): string {
    return python(this.padding);
  }
}
const around = (dims: number, mode: 'reflect' | 'replicate') =>
  class extends Padding {
    constructor(padding: PerDim) {
      super(dims, padding);
    }
    override forward(x: Tensor): Tensor {
      return F.pad(x, this.padding, { mode });
    }
  };
export class ReflectionPad1d extends around(1, 'reflect') {}
export class ReflectionPad2d extends around(2, 'reflect') {}
export class ReplicationPad1d extends around(1, 'replicate') {}
export class ReplicationPad2d extends around(2, 'replicate') {}

const constants = (dims: number) =>
  class extends Padding {
    constructor(
      padding: PerDim,
      readonly value: number,
    ) {
      super(dims, padding);
    }
    override forward(x: Tensor): Tensor {
      return F.pad(x, this.padding, { value: this.value });
    }
    override extraRepr(): string {
      return `padding=${python(this.padding)}, value=${this.value}`;
    }
  };
export class ConstantPad1d extends constants(1) {}
export class ConstantPad2d extends constants(2) {}
export class ZeroPad2d extends Padding {
  constructor(padding: PerDim) {
    super(2, padding);
  }
  override forward(x: Tensor): Tensor {
    return F.pad(x, this.padding);
  }
}

// Resizing ----------------------------------------------------------------------------------------------------------------------------------------------------

const upsampleOrder = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor'] as const;
/** Resizes to a size or by a factor. */
export class Upsample extends Module {
  readonly #options: InterpolateOptions;
  constructor(...args: ArgsOf<InterpolateOptions, typeof upsampleOrder>) {
    super();
    this.#options = readArgs<InterpolateOptions>('Upsample', args, upsampleOrder);
  }
  override forward(x: Tensor): Tensor {
    return F.interpolate(x, this.#options);
  }
  override extraRepr(): string {
    const { size, scaleFactor, mode = 'nearest' } = this.#options;
    // PyTorch keeps factors as floats.
    const float = (v: number): string => (Number.isInteger(v) ? `${v}.0` : String(v));
    const factor = Array.isArray(scaleFactor) ? `(${scaleFactor.map(float).join(', ')})` : typeof scaleFactor === 'number' ? float(scaleFactor) : null;
    return `${factor === null ? `size=${python(size)}` : `scale_factor=${factor}`}, mode=${mode}`;
  }
}

/** (..., c r^2, h, w) -> (..., c, h r, w r). */
export class PixelShuffle extends Module {
  constructor(readonly upscaleFactor: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.pixelShuffle(x, this.upscaleFactor);
  }
  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}
/** (..., c, h r, w r) -> (..., c r^2, h, w). */
export class PixelUnshuffle extends Module {
  constructor(readonly downscaleFactor: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.pixelUnshuffle(x, this.downscaleFactor);
  }
  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}
