// Linear layers, and the layers that only change shape.

import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkDim, checkShape, checkSize, numel, showShape } from '../core/shape.js';
import { type ArgsOf, asTensor } from '../ops/args.js';
import { empty } from '../ops/create.js';
import { bilinear } from '../ops/images.js';
import { flatten, reshape } from '../ops/index.js';
import { linear } from '../ops/linear.js';
import type { Tensor } from '../tensor/tensor.js';
import { fans, kaimingUniform_, uniform_ } from './init.js';
import { Module } from './module.js';
import { checked, readOptions } from './options.js';
import { Parameter } from './parameter.js';
import { python, tuple } from './repr.js';

export interface LinearOptions {
  bias?: boolean;
  dtype?: DType | null;
}

/**
 * y = x Wᵀ + b: (..., inFeatures) to (..., outFeatures). W and b are uniform in ±1 / √inFeatures at
 * first.
 *
 * @example
 * const layer = new gt.nn.Linear(3, 2);
 * layer.forward(gt.ones([4, 3])).shape; // [4, 2]
 * @see PyTorch `torch.nn.Linear`
 */
export class Linear extends Module {
  /** Size of the last dim of the input. */
  readonly inFeatures: number;
  /** Size of the last dim of the output. */
  readonly outFeatures: number;
  /** W, (outFeatures, inFeatures). */
  declare weight: Parameter;
  /** b, (outFeatures); null without. */
  declare bias: Parameter | null;

  /**
   * @param inFeatures - Size of the last dim of the input.
   * @param outFeatures - Size of the last dim of the output.
   * @param args - `bias` (true), positional or by name; `dtype`.
   * @throws ArgumentError if a size is no whole number.
   */
  constructor(inFeatures: number, outFeatures: number, ...args: ArgsOf<LinearOptions, ['bias']>) {
    super();
    const { bias = true, dtype } = readOptions<LinearOptions>('Linear', args, ['bias'], ['dtype']);
    this.inFeatures = checkSize('Linear', 'inFeatures', inFeatures);
    this.outFeatures = checkSize('Linear', 'outFeatures', outFeatures);
    this.weight = new Parameter(empty([outFeatures, inFeatures], { dtype }));
    this.bias = bias ? new Parameter(empty([outFeatures], { dtype })) : null;
    this.resetParameters();
  }
  /** Draws both uniformly within 1 / sqrt(inFeatures). */
  resetParameters(): void {
    kaimingUniform_(this.weight, Math.sqrt(5));
    if (this.bias === null) return;
    const { fanIn } = fans('Linear', this.weight);
    const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
    uniform_(this.bias, -bound, bound);
  }
  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${python(this.bias !== null)}`;
  }
}

/**
 * y = x₁ᵀ A x₂ + b for each output: (..., in1Features), (..., in2Features) to (..., outFeatures).
 *
 * @example
 * new gt.nn.Bilinear(3, 4, 2).forward(gt.ones([5, 3]), gt.ones([5, 4])).shape; // [5, 2]
 * @see PyTorch `torch.nn.Bilinear`
 */
export class Bilinear extends Module {
  /** A, (outFeatures, in1Features, in2Features). */
  declare weight: Parameter;
  /** b, (outFeatures); null without. */
  declare bias: Parameter | null;
  /**
   * @param in1Features - Size of the last dim of the first input.
   * @param in2Features - Size of the last dim of the second input.
   * @param outFeatures - Size of the last dim of the output.
   * @param args - `bias` (true), positional or by name; `dtype`.
   * @throws ArgumentError if in1Features is 0.
   */
  constructor(
    readonly in1Features: number,
    readonly in2Features: number,
    readonly outFeatures: number,
    ...args: ArgsOf<LinearOptions, ['bias']>
  ) {
    super();
    const { bias = true, dtype } = readOptions<LinearOptions>('Bilinear', args, ['bias'], ['dtype']);
    checkSize('Bilinear', 'in2Features', in2Features);
    checkSize('Bilinear', 'outFeatures', outFeatures);
    if (checkSize('Bilinear', 'in1Features', in1Features) === 0) fail(ArgumentError, 'Bilinear', 'in1Features > 0', '0');
    this.weight = new Parameter(empty([outFeatures, in1Features, in2Features], { dtype }));
    this.bias = bias ? new Parameter(empty([outFeatures], { dtype })) : null;
    this.resetParameters();
  }
  /** Draws both uniformly within 1 / sqrt(in1Features). */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }
  override extraRepr(): string {
    return `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, bias=${python(this.bias !== null)}`;
  }
}

/**
 * Returns its input. It can replace another layer, whose arguments it takes and ignores.
 *
 * @example
 * new gt.nn.Identity(3, 2).forward(gt.tensor([1])); // [1]
 * @see PyTorch `torch.nn.Identity`
 */
export class Identity extends Module {
  /**
   * @param _args - Ignored.
   */
  constructor(..._args: unknown[]) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x;
  }
}

export interface FlattenOptions {
  startDim?: number;
  endDim?: number;
}

/**
 * Joins the dims from startDim to endDim into one.
 *
 * @example
 * new gt.nn.Flatten().forward(gt.ones([2, 3, 4])).shape; // [2, 12]
 * @see PyTorch `torch.nn.Flatten`
 */
export class Flatten extends Module {
  /** The first dim. */
  readonly startDim: number;
  /** The last dim. */
  readonly endDim: number;
  /**
   * @param args - `startDim` (1), `endDim` (-1); positional or by name.
   */
  constructor(...args: ArgsOf<FlattenOptions, ['startDim', 'endDim']>) {
    super();
    const { startDim = 1, endDim = -1 } = readOptions<FlattenOptions>('Flatten', args, ['startDim', 'endDim']);
    this.startDim = startDim;
    this.endDim = endDim;
  }
  override forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }
  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/**
 * Splits one dim into several.
 *
 * @example
 * new gt.nn.Unflatten(1, [2, -1]).forward(gt.ones([5, 6])).shape; // [5, 2, 3]
 * @see PyTorch `torch.nn.Unflatten`
 */
export class Unflatten extends Module {
  /** The sizes. */
  readonly unflattenedSize: readonly number[];
  /**
   * @param dim - The dim.
   * @param unflattenedSize - Their sizes; one may be -1.
   * @throws ShapeError in forward if the product differs from the dim's size.
   */
  constructor(
    readonly dim: number,
    unflattenedSize: readonly number[],
  ) {
    super();
    checked('Unflatten', 'dim', dim);
    if (!Array.isArray(unflattenedSize)) fail(ArgumentError, 'Unflatten', 'unflattenedSize to be a list of sizes', show(unflattenedSize));
    const inferred = unflattenedSize.indexOf(-1);
    this.unflattenedSize =
      inferred < 0 ? checkShape('Unflatten', unflattenedSize) : checkShape('Unflatten', unflattenedSize.with(inferred, 0)).with(inferred, -1);
  }
  override forward(x: Tensor): Tensor {
    const d = checkDim('Unflatten', this.dim, asTensor('Unflatten', 'input', x).ndim);
    const known = numel(this.unflattenedSize.filter((size) => size !== -1));
    const inferred = x.shape[d] / known;
    const sizes = this.unflattenedSize.map((size) => (size === -1 ? inferred : size));
    if (numel(sizes) !== x.shape[d] || !Number.isInteger(inferred))
      fail(ShapeError, 'Unflatten', `sizes whose product is ${x.shape[d]}, the size of dim ${d}`, showShape(this.unflattenedSize));
    return reshape(x, x.shape.toSpliced(d, 1, ...sizes));
  }
  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${tuple(this.unflattenedSize)}`;
  }
}
