// Normalisation as modules.
import { type DType, int64 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkSize, showShape } from '../core/shape.js';
import { type ArgsOf, asTensor, readArgs } from '../ops/args.js';
import { ones, zeros } from '../ops/create.js';
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from '../ops/families.js';
import { localResponseNorm } from '../ops/images.js';
import { add_, select, unsqueeze } from '../ops/index.js';
import { crossMapLrn2d } from '../ops/vision.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { checked, readOptions } from './options.js';
import { Parameter } from './parameter.js';
import { python, pythonFloat, tuple } from './repr.js';

interface Learnt {
  eps?: number;
  /** Scales and shifts by parameters. */
  affine?: boolean;
  dtype?: DType | null;
}
export interface TrackingOptions extends Learnt {
  /** null averages over all batches. */
  momentum?: number | null;
  /** Keeps running moments for evaluation. */
  trackRunningStats?: boolean;
}
const positional = ['eps', 'momentum', 'affine', 'trackRunningStats'] as const;
type TrackingArgs = ArgsOf<TrackingOptions, typeof positional>;

/** Normalisation by channel that can keep running moments. Buffers have PyTorch's names, so that state dicts do. */
abstract class Tracking extends Module {
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  declare weight: Parameter | null;
  declare bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;

  constructor(
    readonly numFeatures: number,
    protected readonly ranks: readonly number[],
    { eps = 1e-5, momentum = 0.1, affine, trackRunningStats, dtype }: TrackingOptions,
    byDefault: boolean,
  ) {
    super();
    checkSize(new.target.name, 'numFeatures', numFeatures);
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine ?? byDefault;
    this.trackRunningStats = trackRunningStats ?? byDefault;
    this.weight = this.affine ? new Parameter(ones([numFeatures], { dtype })) : null;
    this.bias = this.affine ? new Parameter(zeros([numFeatures], { dtype })) : null;
    const tracks = this.trackRunningStats;
    this.registerBuffer('running_mean', tracks ? zeros([numFeatures], { dtype }) : null);
    this.registerBuffer('running_var', tracks ? ones([numFeatures], { dtype }) : null);
    this.registerBuffer('num_batches_tracked', tracks ? zeros([], { dtype: int64.name }) : null);
  }
  get runningMean(): Tensor | null {
    return this.running_mean;
  }
  get runningVar(): Tensor | null {
    return this.running_var;
  }
  protected checkRank(x: Tensor): void {
    const { name } = this.constructor;
    if (!this.ranks.includes(asTensor(name, 'input', x).ndim)) fail(ShapeError, name, `an input of ${this.ranks.join(' or ')} dims`, showShape(x.shape));
  }
  /** Counts the batch; the share of it in the running moments. */
  protected countBatch(): number {
    const count = this.num_batches_tracked;
    if (!this.training || count === null) return this.momentum ?? 0;
    noGrad(() => add_(count, 1));
    return this.momentum ?? 1 / Number(count.item());
  }
  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${python(eps)}, momentum=${python(momentum)}, affine=${python(affine)}, track_running_stats=${python(trackRunningStats)}`;
  }
}

abstract class BatchNorm extends Tracking {
  override forward(x: Tensor): Tensor {
    this.checkRank(x);
    const momentum = this.countBatch();
    const { running_mean, running_var, weight, bias, eps } = this;
    return batchNorm(x, running_mean, running_var, { weight, bias, training: this.training || running_mean === null, momentum, eps });
  }
}
/** Over the batch, and the positions of a signal: (N, C) or (N, C, L). */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [2, 3], readOptions<TrackingOptions>('BatchNorm1d', args, positional, ['dtype']), true);
  }
}
/** Over the batch and the pixels: (N, C, H, W). */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [4], readOptions<TrackingOptions>('BatchNorm2d', args, positional, ['dtype']), true);
  }
}
/** Over the batch and the voxels: (N, C, D, H, W). */
export class BatchNorm3d extends BatchNorm {
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [5], readOptions<TrackingOptions>('BatchNorm3d', args, positional, ['dtype']), true);
  }
}

abstract class InstanceNorm extends Tracking {
  override forward(x: Tensor): Tensor {
    const { running_mean, running_var, weight, bias, eps } = this;
    const single = asTensor(this.constructor.name, 'input', x).ndim === this.ranks[0] - 1;
    if (!single) this.checkRank(x);
    const useInputStats = this.training || running_mean === null;
    const y = instanceNorm(single ? unsqueeze(x, 0) : x, {
      runningMean: running_mean,
      runningVar: running_var,
      weight,
      bias,
      useInputStats,
      momentum: this.momentum ?? 0,
      eps,
    });
    return single ? select(y, 0, 0) : y;
  }
}
/** Over the positions of a signal: (N, C, L). */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [3], readOptions<TrackingOptions>('InstanceNorm1d', args, positional, ['dtype']), false);
  }
}
/** Over the pixels: (N, C, H, W). */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [4], readOptions<TrackingOptions>('InstanceNorm2d', args, positional, ['dtype']), false);
  }
}
/** Over the voxels: (N, C, D, H, W). */
export class InstanceNorm3d extends InstanceNorm {
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [5], readOptions<TrackingOptions>('InstanceNorm3d', args, positional, ['dtype']), false);
  }
}

/** Over groups of channels of one sample. */
export class GroupNorm extends Module {
  readonly eps: number;
  readonly affine: boolean;
  declare weight: Parameter | null;
  declare bias: Parameter | null;
  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    ...args: ArgsOf<Learnt, ['eps', 'affine']>
  ) {
    super();
    const { eps = 1e-5, affine = true, dtype } = readOptions<Learnt>('GroupNorm', args, ['eps', 'affine'], ['dtype']);
    checked('GroupNorm', 'numGroups', numGroups);
    if (checkSize('GroupNorm', 'numChannels', numChannels) % numGroups !== 0)
      fail(ArgumentError, 'GroupNorm', `numChannels divisible by numGroups ${numGroups}`, `${numChannels}: num_channels must be divisible by num_groups`);
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([numChannels], { dtype })) : null;
    this.bias = affine ? new Parameter(zeros([numChannels], { dtype })) : null;
  }
  override forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.weight, this.bias, this.eps);
  }
  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${python(this.eps)}, affine=${python(this.affine)}`;
  }
}

export interface LayerNormOptions {
  eps?: number;
  elementwiseAffine?: boolean;
  dtype?: DType | null;
}
/** Over the last dims, of the given sizes. */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  declare weight: Parameter | null;
  declare bias: Parameter | null;
  constructor(normalizedShape: number | readonly number[], ...args: ArgsOf<LayerNormOptions, ['eps', 'elementwiseAffine']>) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, dtype } = readOptions<LayerNormOptions>('LayerNorm', args, ['eps', 'elementwiseAffine'], ['dtype']);
    checked(new.target.name, 'normalizedShape', normalizedShape);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
    this.bias = elementwiseAffine ? new Parameter(zeros(this.normalizedShape, { dtype })) : null;
  }
  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }
  override extraRepr(): string {
    return `${tuple(this.normalizedShape)}, eps=${python(this.eps)}, elementwise_affine=${python(this.elementwiseAffine)}`;
  }
}

/** LocalResponseNorm over as many channels on either side, as the first networks that used it had it. */
export class CrossMapLRN2d extends Module {
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
  constructor(
    readonly size: number,
    ...args: ArgsOf<CrossMapOptions, ['alpha', 'beta', 'k']>
  ) {
    super();
    const { alpha = 1e-4, beta = 0.75, k = 1 } = readOptions<CrossMapOptions>('CrossMapLRN2d', args, ['alpha', 'beta', 'k']);
    if (checkSize('CrossMapLRN2d', 'size', size) === 0) fail(ArgumentError, 'CrossMapLRN2d', 'size >= 1', '0');
    [this.alpha, this.beta, this.k] = [alpha, beta, k];
  }
  override forward(x: Tensor): Tensor {
    return crossMapLrn2d(x, this.size, this.alpha, this.beta, this.k);
  }
  override extraRepr(): string {
    return `${this.size}, alpha=${python(this.alpha)}, beta=${python(this.beta)}, k=${python(this.k)}`;
  }
}
export interface CrossMapOptions {
  alpha?: number;
  beta?: number;
  k?: number;
}

/** x / sqrt(mean(x^2) + eps) over the last dims, scaled; as later versions of PyTorch have it. Without eps, the dtype's machine epsilon. */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  declare weight: Parameter | null;
  constructor(normalizedShape: number | readonly number[], ...args: ArgsOf<RmsNormOptions, ['eps', 'elementwiseAffine']>) {
    super();
    const { eps = null, ...options } = readArgs<RmsNormOptions>('RMSNorm', args, ['eps', 'elementwiseAffine'], ['dtype']);
    if (eps !== null) checked('RMSNorm', 'eps', eps);
    const { elementwiseAffine = true, dtype } = readOptions<RmsNormOptions>('RMSNorm', [options], ['eps', 'elementwiseAffine'], ['dtype']);
    checked(new.target.name, 'normalizedShape', normalizedShape);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
  }
  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, ...(this.eps === null ? [] : [this.eps]));
  }
  override extraRepr(): string {
    return `${tuple(this.normalizedShape)}, eps=${python(this.eps)}, elementwise_affine=${python(this.elementwiseAffine)}`;
  }
}
export interface RmsNormOptions {
  eps?: number | null;
  elementwiseAffine?: boolean;
  dtype?: DType | null;
}

/** Each channel by its neighbours: x / (k + alpha mean(x^2))^beta. */
export class LocalResponseNorm extends Module {
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
  constructor(
    readonly windowSize: number,
    ...args: ArgsOf<{ alpha?: number; beta?: number; k?: number }, ['alpha', 'beta', 'k']>
  ) {
    super();
    checked('LocalResponseNorm', 'windowSize', windowSize);
    const { alpha = 1e-4, beta = 0.75, k = 1 } = readOptions<{ alpha: number; beta: number; k: number }>('LocalResponseNorm', args, ['alpha', 'beta', 'k']);
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }
  override forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.windowSize, this.alpha, this.beta, this.k);
  }
  override extraRepr(): string {
    return `${this.windowSize}, alpha=${python(this.alpha)}, beta=${python(this.beta)}, k=${pythonFloat(this.k)}`;
  }
}
