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
/**
 * The largest element of each window: (N?, C, ...). Each size becomes ⌊(size + 2 padding - dilation
 * (kernel - 1) - 1) / stride⌋ + 1. The gradient goes to the first of equal elements.
 *
 * @example
 * const y = new gt.nn.MaxPool1d(2).forward(gt.ones([1, 3, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2]
 * @see PyTorch `torch.nn.MaxPool1d`
 */
export class MaxPool1d extends MaxPool {
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0), `dilation` (1), `returnIndices`
   * (false), `ceilMode` (false); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: MaxArgs) {
    super(kernelSize, args);
  }
  override forward(x: Tensor): ReturnType<typeof F.maxPool1d> {
    return F.maxPool1d(x, this.options);
  }
}
/**
 * The largest element of each window: (N?, C, ...). Each size becomes ⌊(size + 2 padding - dilation
 * (kernel - 1) - 1) / stride⌋ + 1. The gradient goes to the first of equal elements.
 *
 * @example
 * const y = new gt.nn.MaxPool2d(2).forward(gt.ones([1, 3, 4, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2, 2]
 * @see PyTorch `torch.nn.MaxPool2d`
 */
export class MaxPool2d extends MaxPool {
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0), `dilation` (1), `returnIndices`
   * (false), `ceilMode` (false); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: MaxArgs) {
    super(kernelSize, args);
  }
  override forward(x: Tensor): ReturnType<typeof F.maxPool2d> {
    return F.maxPool2d(x, this.options);
  }
}
/**
 * The largest element of each window: (N?, C, ...). Each size becomes ⌊(size + 2 padding - dilation
 * (kernel - 1) - 1) / stride⌋ + 1. The gradient goes to the first of equal elements.
 *
 * @example
 * const y = new gt.nn.MaxPool3d(2).forward(gt.ones([1, 3, 4, 4, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2, 2, 2]
 * @see PyTorch `torch.nn.MaxPool3d`
 */
export class MaxPool3d extends MaxPool {
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0), `dilation` (1), `returnIndices`
   * (false), `ceilMode` (false); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: MaxArgs) {
    super(kernelSize, args);
  }
  override forward(x: Tensor): ReturnType<typeof maxPool3d> {
    return maxPool3d(x, this.options);
  }
}

/**
 * The mean of each window: (N?, C, ...). Each size becomes ⌊(size + 2 padding - kernel) / stride⌋ +
 * 1.
 *
 * @example
 * new gt.nn.AvgPool1d(2).forward(gt.ones([1, 3, 4])).shape; // [1, 3, 2]
 * @see PyTorch `torch.nn.AvgPool1d`
 */
export class AvgPool1d extends Module {
  readonly #options: AvgPoolOptions;
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0), `ceilMode` (false),
   * `countIncludePad` (true: padding counts in the mean), and in 2d and 3d `divisorOverride`;
   * positional or by name.
   */
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
/**
 * The mean of each window: (N?, C, ...). Each size becomes ⌊(size + 2 padding - kernel) / stride⌋ +
 * 1.
 *
 * @example
 * new gt.nn.AvgPool2d(2).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 3, 2, 2]
 * @see PyTorch `torch.nn.AvgPool2d`
 */
export class AvgPool2d extends Module {
  readonly #options: AvgPool2dOptions;
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0), `ceilMode` (false),
   * `countIncludePad` (true: padding counts in the mean), and in 2d and 3d `divisorOverride`;
   * positional or by name.
   */
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

/**
 * The mean of each window: (N?, C, ...). Each size becomes ⌊(size + 2 padding - kernel) / stride⌋ +
 * 1.
 *
 * @example
 * new gt.nn.AvgPool3d(2).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 3, 2, 2, 2]
 * @see PyTorch `torch.nn.AvgPool3d`
 */
export class AvgPool3d extends Module {
  readonly #options: AvgPool2dOptions;
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0), `ceilMode` (false),
   * `countIncludePad` (true: padding counts in the mean), and in 2d and 3d `divisorOverride`;
   * positional or by name.
   */
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

/** Power-mean pooling. */
abstract class LPPool extends Module {
  protected readonly options: LpPoolOptions;
  /**
   * | @param normType - The exponent p.
   *
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `ceilMode` (false); positional or by name.
   */
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
/**
 * (Σ xᵖ)^(1/p) of each window: (N?, C, ...). The gradient where the sum is 0 is 0.
 *
 * @example
 * new gt.nn.LPPool1d(2, 2).forward(gt.ones([1, 3, 4])).shape; // [1, 3, 2]
 * @see PyTorch `torch.nn.LPPool1d`
 */
export class LPPool1d extends LPPool {
  override forward(x: Tensor): Tensor {
    return lpPool1d(x, this.options);
  }
}
/**
 * (Σ xᵖ)^(1/p) of each window: (N?, C, ...). The gradient where the sum is 0 is 0.
 *
 * @example
 * new gt.nn.LPPool2d(2, 2).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 3, 2, 2]
 * @see PyTorch `torch.nn.LPPool2d`
 */
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
/**
 * The partial inverse of max pooling: puts each element at its index, and 0 elsewhere. `forward`
 * takes the pooled values, their indices and, optionally, the output's size.
 *
 * @example
 * const pool = new gt.nn.MaxPool1d(2, { returnIndices: true });
 * const [y, indices] = pool.forward(gt.ones([1, 3, 4])) as unknown as [gt.Tensor, gt.Tensor];
 * new gt.nn.MaxUnpool1d(2).forward(y, indices).shape; // [1, 3, 4]
 * @see PyTorch `torch.nn.MaxUnpool1d`
 */
export class MaxUnpool1d extends MaxUnpool {
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super(1, kernelSize, args);
  }
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return maxUnpool1d(x, indices, { ...this.options, outputSize });
  }
}
/**
 * The partial inverse of max pooling: puts each element at its index, and 0 elsewhere. `forward`
 * takes the pooled values, their indices and, optionally, the output's size.
 *
 * @example
 * const pool = new gt.nn.MaxPool2d(2, { returnIndices: true });
 * const [y, indices] = pool.forward(gt.ones([1, 3, 4, 4])) as unknown as [gt.Tensor, gt.Tensor];
 * new gt.nn.MaxUnpool2d(2).forward(y, indices).shape; // [1, 3, 4, 4]
 * @see PyTorch `torch.nn.MaxUnpool2d`
 */
export class MaxUnpool2d extends MaxUnpool {
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super(2, kernelSize, args);
  }
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return maxUnpool2d(x, indices, { ...this.options, outputSize });
  }
}

/**
 * The partial inverse of max pooling: puts each element at its index, and 0 elsewhere. `forward`
 * takes the pooled values, their indices and, optionally, the output's size.
 *
 * @example
 * const pool = new gt.nn.MaxPool3d(2, { returnIndices: true });
 * const [y, indices] = pool.forward(gt.ones([1, 3, 4, 4, 4])) as unknown as [gt.Tensor, gt.Tensor];
 * new gt.nn.MaxUnpool3d(2).forward(y, indices).shape; // [1, 3, 4, 4, 4]
 * @see PyTorch `torch.nn.MaxUnpool3d`
 */
export class MaxUnpool3d extends MaxUnpool {
  /**
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (the kernel's size), `padding` (0); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: ArgsOf<UnpoolOptions, ['stride', 'padding']>) {
    super(3, kernelSize, args);
  }
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return maxUnpool3d(x, indices, { ...this.options, outputSize });
  }
}

/** Pooling to a given size. */
abstract class Adaptive extends Module {
  /** Whether the indices of the maxima are returned too. */
  readonly returnIndices: boolean;
  /**
   * | @param outputSize - One size for all dims, or one for each; null keeps a size.
   *
   * @param args - `returnIndices` (false; max pooling only); positional or by name.
   */
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
/**
 * Means of windows that are chosen so that the result has the given size: (N?, C, ...outputSize).
 *
 * @example
 * new gt.nn.AdaptiveAvgPool1d(2).forward(gt.ones([1, 3, 4])).shape; // [1, 3, 2]
 * @see PyTorch `torch.nn.AdaptiveAvgPool1d`
 */
export class AdaptiveAvgPool1d extends Adaptive {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool1d(x, this.outputSize);
  }
}
/**
 * Means of windows that are chosen so that the result has the given size: (N?, C, ...outputSize).
 *
 * @example
 * new gt.nn.AdaptiveAvgPool2d(2).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 3, 2, 2]
 * @see PyTorch `torch.nn.AdaptiveAvgPool2d`
 */
export class AdaptiveAvgPool2d extends Adaptive {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }
}
/**
 * Means of windows that are chosen so that the result has the given size: (N?, C, ...outputSize).
 *
 * @example
 * new gt.nn.AdaptiveAvgPool3d(2).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 3, 2, 2, 2]
 * @see PyTorch `torch.nn.AdaptiveAvgPool3d`
 */
export class AdaptiveAvgPool3d extends Adaptive {
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}
/**
 * Maxima of windows that are chosen so that the result has the given size: (N?, C, ...outputSize).
 *
 * @example
 * const y = new gt.nn.AdaptiveMaxPool1d(2).forward(gt.ones([1, 3, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2]
 * @see PyTorch `torch.nn.AdaptiveMaxPool1d`
 */
export class AdaptiveMaxPool1d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof F.adaptiveMaxPool1d> {
    return F.adaptiveMaxPool1d(x, this.outputSize, this.returnIndices);
  }
}
/**
 * Maxima of windows that are chosen so that the result has the given size: (N?, C, ...outputSize).
 *
 * @example
 * const y = new gt.nn.AdaptiveMaxPool2d(2).forward(gt.ones([1, 3, 4, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2, 2]
 * @see PyTorch `torch.nn.AdaptiveMaxPool2d`
 */
export class AdaptiveMaxPool2d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof F.adaptiveMaxPool2d> {
    return F.adaptiveMaxPool2d(x, this.outputSize, this.returnIndices);
  }
}
/**
 * Maxima of windows that are chosen so that the result has the given size: (N?, C, ...outputSize).
 *
 * @example
 * const y = new gt.nn.AdaptiveMaxPool3d(2).forward(gt.ones([1, 3, 4, 4, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2, 2, 2]
 * @see PyTorch `torch.nn.AdaptiveMaxPool3d`
 */
export class AdaptiveMaxPool3d extends Adaptive {
  override forward(x: Tensor): ReturnType<typeof adaptiveMaxPool3d> {
    return adaptiveMaxPool3d(x, this.outputSize, this.returnIndices);
  }
}

/** Max pooling by a fraction. */
abstract class FractionalMaxPool extends Module {
  protected readonly options: FractionalPoolOptions;
  /**
   * | @param kernelSize - One size for all dims, or one for each.
   *
   * @param args - `outputSize` or `outputRatio`, `returnIndices` (false), `randomSamples`;
   * positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: ArgsOf<FractionalPoolOptions, ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples']>) {
    super();
    const order = ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples'] as const;
    this.options = { kernelSize: checked(new.target.name, 'kernelSize', kernelSize), ...readOptions<FractionalPoolOptions>(new.target.name, args, order) };
    checkFraction(new.target.name, this.options);
  }
}
/**
 * Maxima of windows at random places, so that the result has the given size, or share of the size.
 *
 * @example
 * const y = new gt.nn.FractionalMaxPool2d(2, { outputSize: 2 }).forward(gt.ones([1, 3, 4, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2, 2]
 * @see Graham, 2014; PyTorch `torch.nn.FractionalMaxPool2d`
 */
export class FractionalMaxPool2d extends FractionalMaxPool {
  override forward(x: Tensor): ReturnType<typeof fractionalMaxPool2d> {
    return fractionalMaxPool2d(x, this.options);
  }
}
/**
 * Maxima of windows at random places, so that the result has the given size, or share of the size.
 *
 * @example
 * const y = new gt.nn.FractionalMaxPool3d(2, { outputSize: 2 }).forward(gt.ones([1, 3, 4, 4, 4])) as gt.Tensor;
 * y.shape; // [1, 3, 2, 2, 2]
 * @see Graham, 2014; PyTorch `torch.nn.FractionalMaxPool3d`
 */
export class FractionalMaxPool3d extends FractionalMaxPool {
  override forward(x: Tensor): ReturnType<typeof fractionalMaxPool3d> {
    return fractionalMaxPool3d(x, this.options);
  }
}
