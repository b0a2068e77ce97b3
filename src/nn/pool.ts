// Pooling as modules: they keep the options of their functions.

import type { ArgsOf } from '../ops/args.js';
import { checkFraction, type FractionalPoolOptions, fractionalMaxPool2d, fractionalMaxPool3d } from '../ops/fractional.js';
import * as F from '../ops/images.js';
import { type AvgPool2dOptions, type AvgPoolOptions, adaptiveAvgPool3d, avgPool3d, type MaxPoolOptions, type OutputSize } from '../ops/pool.js';
import { type PerDim, perDim } from '../ops/spatial.js';
import { type LpPoolOptions, lpPool1d, lpPool2d, maxUnpool1d, maxUnpool2d, maxUnpool3d, type UnpoolOptions } from '../ops/unpool.js';
import { adaptiveMaxPool3d, maxPool3d } from '../ops/volume.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { checked, readOptions } from './options.js';
import { python, tuple } from './repr.js';

// Maxima and averages -----------------------------------------------------------------------------------------------------------------------------------------

const maxOrder = ['stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'] as const;
type MaxArgs = ArgsOf<MaxPoolOptions, typeof maxOrder>;
abstract class MaxPool extends Module {
  protected readonly options: MaxPoolOptions;
  constructor(kernelSize: PerDim, args: MaxArgs) {
    super();
    this.options = { kernelSize: checked(new.target.name, 'kernelSize', kernelSize), ...readOptions<MaxPoolOptions>(new.target.name, args, maxOrder) };
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
/** Maxima over windows of volumes; with returnIndices, [maxima, indices]. */
export class MaxPool3d extends MaxPool {
  constructor(kernelSize: PerDim, ...args: MaxArgs) {
    super(kernelSize, args);
  }
  override forward(x: Tensor): ReturnType<typeof maxPool3d> {
    return maxPool3d(x, this.options);
  }
}

/** Means over windows of a signal. */
export class AvgPool1d extends Module {
  readonly #options: AvgPoolOptions;
  constructor(kernelSize: PerDim, ...args: ArgsOf<AvgPoolOptions, ['stride', 'padding', 'ceilMode', 'countIncludePad']>) {
    super();
    this.#options = {
      kernelSize: checked('AvgPool1d', 'kernelSize', kernelSize),
      ...readOptions<AvgPoolOptions>('AvgPool1d', args, ['stride', 'padding', 'ceilMode', 'countIncludePad']),
    };
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
    this.#options = { kernelSize: checked('AvgPool2d', 'kernelSize', kernelSize), ...readOptions<AvgPool2dOptions>('AvgPool2d', args, order) };
  }
  override forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.#options);
  }
  override extraRepr(): string {
    const { kernelSize, stride, padding = 0 } = this.#options;
    return `kernel_size=${python(kernelSize)}, stride=${python(stride ?? kernelSize)}, padding=${python(padding)}`;
  }
}

/** Means over windows of volumes. */
export class AvgPool3d extends Module {
  readonly #options: AvgPool2dOptions;
  constructor(kernelSize: PerDim, ...args: ArgsOf<AvgPool2dOptions, ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride']>) {
    super();
    const order = ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'] as const;
    this.#options = { kernelSize: checked('AvgPool3d', 'kernelSize', kernelSize), ...readOptions<AvgPool2dOptions>('AvgPool3d', args, order) };
  }
  override forward(x: Tensor): Tensor {
    return avgPool3d(x, this.#options);
  }
  override extraRepr(): string {
    const { kernelSize, stride, padding = 0 } = this.#options;
    return `kernel_size=${python(kernelSize)}, stride=${python(stride ?? kernelSize)}, padding=${python(padding)}`;
  }
}

abstract class LPPool extends Module {
  protected readonly options: LpPoolOptions;
  constructor(normType: number, kernelSize: PerDim, ...args: ArgsOf<LpPoolOptions, ['stride', 'ceilMode']>) {
    super();
    checked(new.target.name, 'normType', normType);
    checked(new.target.name, 'kernelSize', kernelSize);
    this.options = { normType, kernelSize, ...readOptions<LpPoolOptions>(new.target.name, args, ['stride', 'ceilMode']) };
  }
  override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode = false } = this.options;
    return `norm_type=${python(normType)}, kernel_size=${python(kernelSize)}, stride=${python(stride)}, ceil_mode=${python(ceilMode)}`;
  }
}
/** p-norms of windows of a signal. */
export class LPPool1d extends LPPool {
  override forward(x: Tensor): Tensor {
    return lpPool1d(x, this.options);
  }
}
/** p-norms of windows of images. */
export class LPPool2d extends LPPool {
  override forward(x: Tensor): Tensor {
    return lpPool2d(x, this.options);
  }
}

abstract class MaxUnpool extends Module {
  protected readonly options: UnpoolOptions;
  readonly #dims: number;
  constructor(dims: number, kernelSize: PerDim, args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super();
    const { stride, padding = 0 } = readOptions<UnpoolOptions>(new.target.name, args, ['stride', 'padding']);
    checked(new.target.name, 'kernelSize', kernelSize);
    this.#dims = dims;
    this.options = { kernelSize, stride: stride ?? kernelSize, padding };
  }
  override extraRepr(): string {
    const sizes = (name: string, value: unknown): string => `${name}=${tuple(perDim(this.constructor.name, name, value, this.#dims, 0))}`;
    const { kernelSize, stride, padding } = this.options;
    return [sizes('kernel_size', kernelSize), sizes('stride', stride), sizes('padding', padding)].join(', ');
  }
}
/** Zeros, and maxima at the places that MaxPool1d gave. */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernelSize: PerDim, ...args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super(1, kernelSize, args);
  }
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return maxUnpool1d(x, indices, { ...this.options, outputSize });
  }
}
/** Zeros, and maxima at the places that MaxPool2d gave. */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernelSize: PerDim, ...args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super(2, kernelSize, args);
  }
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return maxUnpool2d(x, indices, { ...this.options, outputSize });
  }
}

/** Zeros, and maxima at the places that MaxPool3d gave. */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernelSize: PerDim, ...args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super(3, kernelSize, args);
  }
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return maxUnpool3d(x, indices, { ...this.options, outputSize });
  }
}

/** Pooling to a size. */
abstract class Adaptive extends Module {
  readonly returnIndices: boolean;
  constructor(
    readonly outputSize: OutputSize,
    ...args: ArgsOf<{ returnIndices?: boolean }, ['returnIndices']>
  ) {
    super();
    checked(new.target.name, 'outputSize', outputSize);
    this.returnIndices = readOptions<{ returnIndices: boolean }>(new.target.name, args, ['returnIndices']).returnIndices ?? false;
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
export class AdaptiveAvgPool3d extends Adaptive {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}
export class AdaptiveMaxPool1d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof F.adaptiveMaxPool1d> {
    return F.adaptiveMaxPool1d(x, this.outputSize, this.returnIndices);
  }
}
export class AdaptiveMaxPool2d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof F.adaptiveMaxPool2d> {
    return F.adaptiveMaxPool2d(x, this.outputSize, this.returnIndices);
  }
}
export class AdaptiveMaxPool3d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof adaptiveMaxPool3d> {
    return adaptiveMaxPool3d(x, this.outputSize, this.returnIndices);
  }
}

/** Maxima over windows whose places are drawn. */
abstract class FractionalMaxPool extends Module {
  protected readonly options: FractionalPoolOptions;
  constructor(kernelSize: PerDim, ...args: ArgsOf<FractionalPoolOptions, ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples']>) {
    super();
    const order = ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples'] as const;
    this.options = { kernelSize: checked(new.target.name, 'kernelSize', kernelSize), ...readOptions<FractionalPoolOptions>(new.target.name, args, order) };
    checkFraction(new.target.name, this.options);
  }
}
export class FractionalMaxPool2d extends FractionalMaxPool {
  override forward(x: Tensor): ReturnType<typeof fractionalMaxPool2d> {
    return fractionalMaxPool2d(x, this.options);
  }
}
export class FractionalMaxPool3d extends FractionalMaxPool {
  override forward(x: Tensor): ReturnType<typeof fractionalMaxPool3d> {
    return fractionalMaxPool3d(x, this.options);
  }
}
