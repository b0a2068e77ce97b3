// Convolutions as modules.

import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, show } from '../core/errors.js';
import { checkShape, checkSize } from '../core/shape.js';
import { type ArgsOf, asChoice, asTensor } from '../ops/args.js';
import { empty } from '../ops/create.js';
import { conv1d, conv2d, convTranspose1d, convTranspose2d, pad } from '../ops/images.js';
import { type PerDim, perDim } from '../ops/spatial.js';
import { conv3d, convTranspose3d } from '../ops/volume.js';
import type { Tensor } from '../tensor/tensor.js';
import { fans, kaimingUniform_, uniform_ } from './init.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { Parameter } from './parameter.js';
import { tuple } from './repr.js';

const paddingModes = ['zeros', 'reflect', 'replicate', 'circular'] as const;
/** Options of all convolutions. */
interface Common {
  /** Step of the kernel; 1 by default. */
  stride?: PerDim;
  /** Distance of the kernel's elements; 1 by default. */
  dilation?: PerDim;
  /** Into how many groups, that do not mix, the channels are split; 1 by default. */
  groups?: number;
  /** Whether a bias is added; true by default. */
  bias?: boolean;
  /** Dtype of the parameters. */
  dtype?: DType | null;
}
/** Options of `Conv1d`, `Conv2d` and `Conv3d`. */
export interface ConvModuleOptions extends Common {
  /** Elements around the input; 0 by default. 'same' keeps the size, with stride 1. */
  padding?: PerDim | 'same' | 'valid';
  /** What these elements are; 'zeros' by default. */
  paddingMode?: (typeof paddingModes)[number];
}
/** Options of `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`. */
export interface ConvTransposeModuleOptions extends Common {
  /** Elements cut off the result on each side; 0 by default. */
  padding?: PerDim;
  /** Elements added at the end; 0 by default. */
  outputPadding?: PerDim;
  /** Only 'zeros'. */
  paddingMode?: 'zeros';
}

/** Convolutions of both directions. */
abstract class Convolution extends Module {
  /** Sizes of the kernel. */
  readonly kernelSize: readonly number[];
  /** Step of the kernel. */
  readonly stride: readonly number[];
  /** Distance of the kernel's elements. */
  readonly dilation: readonly number[];
  /** Groups of channels. */
  readonly groups: number;
  /**
   * (outChannels, inChannels / groups, ...kernelSize); transposed (inChannels, outChannels /
   * groups, ...kernelSize).
   */
  declare weight: Parameter;
  /** (outChannels); null without. */
  declare bias: Parameter | null;

  constructor(
    dims: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: PerDim,
    { stride = 1, dilation = 1, groups = 1, bias = true, dtype }: Common,
    transposed: boolean,
  ) {
    super();
    const name = new.target.name;
    checkSize(name, 'inChannels', inChannels);
    checkSize(name, 'outChannels', outChannels);
    this.kernelSize = perDim(name, 'kernel size', kernelSize, dims, 1);
    this.stride = perDim(name, 'stride', stride, dims, 1);
    this.dilation = perDim(name, 'dilation', dilation, dims, 1);
    if (!Number.isInteger(groups) || groups <= 0) fail(ArgumentError, name, 'groups to be a positive integer', show(groups));
    if (inChannels % groups !== 0)
      fail(ArgumentError, name, `inChannels divisible by groups ${groups}`, `${inChannels}: in_channels must be divisible by groups`);
    if (outChannels % groups !== 0)
      fail(ArgumentError, name, `outChannels divisible by groups ${groups}`, `${outChannels}: out_channels must be divisible by groups`);
    this.groups = groups;
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.weight = new Parameter(empty([first, second / groups, ...this.kernelSize], { dtype }));
    this.bias = bias ? new Parameter(empty([outChannels], { dtype })) : null;
    this.resetParameters();
  }
  /** Draws weight and bias uniformly in ±1 / √(fan in). */
  resetParameters(): void {
    kaimingUniform_(this.weight, Math.sqrt(5));
    const { fanIn } = fans('Conv', this.weight);
    if (this.bias !== null && fanIn !== 0) uniform_(this.bias, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
  }
  protected describe(padding: readonly number[] | string, outputPadding: readonly number[] = [0], paddingMode = 'zeros'): string {
    const some = (name: string, values: readonly number[], usual: number): string => (values.every((v) => v === usual) ? '' : `, ${name}=${tuple(values)}`);
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}`,
      typeof padding === 'string' ? `, padding=${padding}` : some('padding', padding, 0),
      some('dilation', this.dilation, 1),
      some('output_padding', outputPadding, 0),
      this.groups === 1 ? '' : `, groups=${this.groups}`,
      this.bias === null ? ', bias=False' : '',
      paddingMode === 'zeros' ? '' : `, padding_mode=${paddingMode}`,
    ].join('');
  }
}

const convOrder = ['stride', 'padding', 'dilation', 'groups', 'bias', 'paddingMode'] as const;
type ConvModuleArgs = ArgsOf<ConvModuleOptions, typeof convOrder>;

/** Convolutions. */
abstract class Forward extends Convolution {
  /** Elements around the input, or how many by rule. */
  readonly padding: readonly number[] | 'same' | 'valid';
  /** What these elements are. */
  readonly paddingMode: (typeof paddingModes)[number];
  constructor(dims: number, inChannels: number, outChannels: number, kernelSize: PerDim, args: ConvModuleArgs) {
    const name = new.target.name;
    const options = readOptions<ConvModuleOptions>(name, args, convOrder, ['dtype']);
    super(dims, inChannels, outChannels, kernelSize, options, false);
    const { padding = 0, paddingMode = 'zeros' } = options;
    this.padding = typeof padding === 'string' ? asChoice(name, 'padding', padding, ['same', 'valid']) : perDim(name, 'padding', padding, dims, 0);
    if (padding === 'same' && this.stride.some((s) => s !== 1))
      fail(ArgumentError, name, "stride 1 with padding 'same'", `${tuple(this.stride)}: padding='same' is not supported for strided convolutions`);
    this.paddingMode = asChoice(name, 'paddingMode', paddingMode, paddingModes);
  }
  protected run(conv: typeof conv2d, x: Tensor): Tensor {
    const { weight, bias, stride, dilation, groups, paddingMode: mode } = this;
    if (mode === 'zeros') return conv(x, weight, { bias, stride, padding: this.padding, dilation, groups });
    // The input's own elements around it, the last dim first.
    const sides = this.kernelSize.map((k, d) => {
      const total = dilation[d] * (k - 1);
      if (this.padding === 'same') return [total >> 1, total - (total >> 1)];
      return this.padding === 'valid' ? [0, 0] : [this.padding[d], this.padding[d]];
    });
    return conv(pad(x, sides.reverse().flat(), { mode }), weight, { bias, stride, dilation, groups });
  }
  override extraRepr(): string {
    return this.describe(this.padding, [0], this.paddingMode);
  }
}
/**
 * Cross-correlation of the input with learned kernels: (N?, inChannels, ...) to (N?, outChannels,
 * ...). Each size becomes ⌊(size + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1.
 *
 * @example
 * new gt.nn.Conv1d(3, 8, 3, { padding: 1 }).forward(gt.ones([1, 3, 4])).shape; // [1, 8, 4]
 * @see PyTorch `torch.nn.Conv1d`
 */
export class Conv1d extends Forward {
  /**
   * @param inChannels - Channels of the input.
   * @param outChannels - Channels of the output.
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (1), `padding` (0), `dilation` (1), `groups` (1), `bias` (true),
   * `paddingMode` ('zeros'), positional or by name; `dtype`.
   * @throws ArgumentError if `groups` does not divide the channels, or padding is 'same' with a
   * stride.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, ...args: ConvModuleArgs) {
    super(1, inChannels, outChannels, kernelSize, args);
  }
  override forward(x: Tensor): Tensor {
    return this.run(conv1d, x);
  }
}
/**
 * Cross-correlation of the input with learned kernels: (N?, inChannels, ...) to (N?, outChannels,
 * ...). Each size becomes ⌊(size + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1.
 *
 * @example
 * new gt.nn.Conv2d(3, 8, 3, { padding: 1 }).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 8, 4, 4]
 * @see PyTorch `torch.nn.Conv2d`
 */
export class Conv2d extends Forward {
  /**
   * @param inChannels - Channels of the input.
   * @param outChannels - Channels of the output.
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (1), `padding` (0), `dilation` (1), `groups` (1), `bias` (true),
   * `paddingMode` ('zeros'), positional or by name; `dtype`.
   * @throws ArgumentError if `groups` does not divide the channels, or padding is 'same' with a
   * stride.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, ...args: ConvModuleArgs) {
    super(2, inChannels, outChannels, kernelSize, args);
  }
  override forward(x: Tensor): Tensor {
    return this.run(conv2d, x);
  }
}

/**
 * Cross-correlation of the input with learned kernels: (N?, inChannels, ...) to (N?, outChannels,
 * ...). Each size becomes ⌊(size + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1.
 *
 * @example
 * new gt.nn.Conv3d(3, 8, 3, { padding: 1 }).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 8, 4, 4, 4]
 * @see PyTorch `torch.nn.Conv3d`
 */
export class Conv3d extends Forward {
  /**
   * @param inChannels - Channels of the input.
   * @param outChannels - Channels of the output.
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (1), `padding` (0), `dilation` (1), `groups` (1), `bias` (true),
   * `paddingMode` ('zeros'), positional or by name; `dtype`.
   * @throws ArgumentError if `groups` does not divide the channels, or padding is 'same' with a
   * stride.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, ...args: ConvModuleArgs) {
    super(3, inChannels, outChannels, kernelSize, args);
  }
  override forward(x: Tensor): Tensor {
    return this.run(conv3d, x);
  }
}

const transposedOrder = ['stride', 'padding', 'outputPadding', 'groups', 'bias', 'dilation', 'paddingMode'] as const;
type ConvTransposeModuleArgs = ArgsOf<ConvTransposeModuleOptions, typeof transposedOrder>;

/** Transposed convolutions. */
abstract class Transposed extends Convolution {
  /** Elements cut off the result on each side. */
  readonly padding: readonly number[];
  /** Elements added at the end. */
  readonly outputPadding: readonly number[];
  constructor(dims: number, inChannels: number, outChannels: number, kernelSize: PerDim, args: ConvTransposeModuleArgs) {
    const name = new.target.name;
    const options = readOptions<ConvTransposeModuleOptions>(name, args, transposedOrder, ['dtype']);
    const { paddingMode = 'zeros' } = options;
    if (paddingMode !== 'zeros') fail(ArgumentError, name, "paddingMode 'zeros'", `${show(paddingMode)}: Only "zeros" padding mode is supported for ${name}`);
    super(dims, inChannels, outChannels, kernelSize, options, true);
    this.padding = perDim(name, 'padding', options.padding ?? 0, dims, 0);
    this.outputPadding = perDim(name, 'outputPadding', options.outputPadding ?? 0, dims, 0);
  }
  /** What brings the smallest output to the size that is asked for. */
  #extra(x: Tensor, outputSize: readonly number[] | null): readonly number[] {
    if (outputSize === null) return this.outputPadding;
    const dims = this.kernelSize.length;
    const wanted = checkShape(this.constructor.name, outputSize).slice(-dims);
    if (wanted.length !== dims) fail(ArgumentError, this.constructor.name, `an output size of ${dims} dims`, show(outputSize));
    asTensor(this.constructor.name, 'input', x);
    const least = this.kernelSize.map((k, d) => (x.shape[x.ndim - dims + d] - 1) * this.stride[d] - 2 * this.padding[d] + this.dilation[d] * (k - 1) + 1);
    if (wanted.some((size, d) => size < least[d] || size > least[d] + this.stride[d] - 1)) {
      const most = least.map((size, d) => size + this.stride[d] - 1);
      fail(ArgumentError, this.constructor.name, `an output size from ${show(least)} to ${show(most)}`, `requested an output size of ${show(outputSize)}`);
    }
    return wanted.map((size, d) => size - least[d]);
  }
  protected run(conv: typeof convTranspose2d, x: Tensor, outputSize: readonly number[] | null): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    return conv(x, weight, { bias, stride, padding, outputPadding: this.#extra(x, outputSize), groups, dilation });
  }
  override extraRepr(): string {
    return this.describe(this.padding, this.outputPadding);
  }
}
/**
 * The transpose of a convolution: (N?, inChannels, ...) to (N?, outChannels, ...). Each size
 * becomes (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1. `forward`
 * takes the output's size as a second argument.
 *
 * @example
 * new gt.nn.ConvTranspose1d(3, 8, 2, { stride: 2 }).forward(gt.ones([1, 3, 4])).shape; // [1, 8, 8]
 * @see PyTorch `torch.nn.ConvTranspose1d`
 */
export class ConvTranspose1d extends Transposed {
  /**
   * @param inChannels - Channels of the input.
   * @param outChannels - Channels of the output.
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (1), `padding` (0), `outputPadding` (0), `groups` (1), `bias` (true),
   * `dilation` (1), `paddingMode`, positional or by name; `dtype`.
   * @throws ArgumentError if `groups` does not divide the channels.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, ...args: ConvTransposeModuleArgs) {
    super(1, inChannels, outChannels, kernelSize, args);
  }
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return this.run(convTranspose1d, x, outputSize);
  }
}
/**
 * The transpose of a convolution: (N?, inChannels, ...) to (N?, outChannels, ...). Each size
 * becomes (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1. `forward`
 * takes the output's size as a second argument.
 *
 * @example
 * new gt.nn.ConvTranspose2d(3, 8, 2, { stride: 2 }).forward(gt.ones([1, 3, 4, 4])).shape; // [1, 8, 8, 8]
 * @see PyTorch `torch.nn.ConvTranspose2d`
 */
export class ConvTranspose2d extends Transposed {
  /**
   * @param inChannels - Channels of the input.
   * @param outChannels - Channels of the output.
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (1), `padding` (0), `outputPadding` (0), `groups` (1), `bias` (true),
   * `dilation` (1), `paddingMode`, positional or by name; `dtype`.
   * @throws ArgumentError if `groups` does not divide the channels.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, ...args: ConvTransposeModuleArgs) {
    super(2, inChannels, outChannels, kernelSize, args);
  }
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return this.run(convTranspose2d, x, outputSize);
  }
}
/**
 * The transpose of a convolution: (N?, inChannels, ...) to (N?, outChannels, ...). Each size
 * becomes (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1. `forward`
 * takes the output's size as a second argument.
 *
 * @example
 * new gt.nn.ConvTranspose3d(3, 8, 2, { stride: 2 }).forward(gt.ones([1, 3, 4, 4, 4])).shape; // [1, 8, 8, 8, 8]
 * @see PyTorch `torch.nn.ConvTranspose3d`
 */
export class ConvTranspose3d extends Transposed {
  /**
   * @param inChannels - Channels of the input.
   * @param outChannels - Channels of the output.
   * @param kernelSize - One size for all dims, or one for each.
   * @param args - `stride` (1), `padding` (0), `outputPadding` (0), `groups` (1), `bias` (true),
   * `dilation` (1), `paddingMode`, positional or by name; `dtype`.
   * @throws ArgumentError if `groups` does not divide the channels.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, ...args: ConvTransposeModuleArgs) {
    super(3, inChannels, outChannels, kernelSize, args);
  }
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return this.run(convTranspose3d, x, outputSize);
  }
}
