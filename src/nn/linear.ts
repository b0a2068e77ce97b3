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

/** y = x W^T + b on the last dim: (..., in) -> (..., out). */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  declare weight: Parameter;
  declare bias: Parameter | null;

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

/** y_o = x1^T W_o x2 + b_o: (..., in1), (..., in2) -> (..., out). */
export class Bilinear extends Module {
  declare weight: Parameter;
  declare bias: Parameter | null;
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

/** Passes its input; takes any arguments, so that it can stand in for another layer. */
export class Identity extends Module {
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

/** Joins the dims from startDim to endDim into one; by default all but the batch's. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;
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

/** Splits one dim into several; one of the sizes may be -1. */
export class Unflatten extends Module {
  readonly unflattenedSize: readonly number[];
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
