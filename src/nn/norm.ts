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

/** Options of layers that normalize. */
interface Learnt {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether the result is scaled and shifted by learned values. */
  affine?: boolean;
  /** Dtype of parameters and buffers. */
  dtype?: DType | null;
}
/** Options of batch and instance norm. */
export interface TrackingOptions extends Learnt {
  /** Share of the newest batch in the running statistics; 0.1 by default, null for a plain mean. */
  momentum?: number | null;
  /** Whether running statistics are kept, and used in evaluation. */
  trackRunningStats?: boolean;
}
const positional = ['eps', 'momentum', 'affine', 'trackRunningStats'] as const;
type TrackingArgs = ArgsOf<TrackingOptions, typeof positional>;

/** Batch and instance norm. */
abstract class Tracking extends Module {
  /** Added to the variance. */
  readonly eps: number;
  /** Share of the newest batch in the running statistics; null for a plain mean. */
  readonly momentum: number | null;
  /** Whether the result is scaled and shifted by learned values. */
  readonly affine: boolean;
  /** Whether running statistics are kept. */
  readonly trackRunningStats: boolean;
  /** The scale of each channel; null without. */
  declare weight: Parameter | null;
  /** The shift of each channel; null without. */
  declare bias: Parameter | null;
  /** The running mean of each channel, a buffer; null without. */
  declare running_mean: Tensor | null;
  /** The running variance of each channel, a buffer; null without. */
  declare running_var: Tensor | null;
  /** Batches seen, a buffer; null without. */
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
  /** `running_mean` by its name in JavaScript. */
  get runningMean(): Tensor | null {
    return this.running_mean;
  }
  /** `running_var` by its name in JavaScript. */
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
/**
 * (x - mean) / √(var + eps) · weight + bias, for each channel. In training mean and variance are
 * those of the batch, in evaluation the running ones, whose variance is unbiased. (N, C) or (N, C,
 * L), the same shape.
 *
 * @example
 * const layer = new gt.nn.BatchNorm1d(2);
 * layer.forward(gt.ones([4, 2, 3])).shape; // [4, 2, 3]
 * @see Ioffe and Szegedy, 2015; PyTorch `torch.nn.BatchNorm1d`
 */
export class BatchNorm1d extends BatchNorm {
  /**
   * @param numFeatures - The channels C.
   * @param args - `eps` (1e-5), `momentum` (0.1), `affine` (true), `trackRunningStats` (true),
   * positional or by name; `dtype`.
   * @throws ShapeError in forward if the input's rank differs.
   */
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [2, 3], readOptions<TrackingOptions>('BatchNorm1d', args, positional, ['dtype']), true);
  }
}
/**
 * (x - mean) / √(var + eps) · weight + bias, for each channel. In training mean and variance are
 * those of the batch, in evaluation the running ones, whose variance is unbiased. (N, C, H, W), the
 * same shape.
 *
 * @example
 * const layer = new gt.nn.BatchNorm2d(2);
 * layer.forward(gt.ones([4, 2, 3, 3])).shape; // [4, 2, 3, 3]
 * @see Ioffe and Szegedy, 2015; PyTorch `torch.nn.BatchNorm2d`
 */
export class BatchNorm2d extends BatchNorm {
  /**
   * @param numFeatures - The channels C.
   * @param args - `eps` (1e-5), `momentum` (0.1), `affine` (true), `trackRunningStats` (true),
   * positional or by name; `dtype`.
   * @throws ShapeError in forward if the input's rank differs.
   */
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [4], readOptions<TrackingOptions>('BatchNorm2d', args, positional, ['dtype']), true);
  }
}
/**
 * (x - mean) / √(var + eps) · weight + bias, for each channel. In training mean and variance are
 * those of the batch, in evaluation the running ones, whose variance is unbiased. (N, C, D, H, W),
 * the same shape.
 *
 * @example
 * const layer = new gt.nn.BatchNorm3d(2);
 * layer.forward(gt.ones([4, 2, 3, 3, 3])).shape; // [4, 2, 3, 3, 3]
 * @see Ioffe and Szegedy, 2015; PyTorch `torch.nn.BatchNorm3d`
 */
export class BatchNorm3d extends BatchNorm {
  /**
   * @param numFeatures - The channels C.
   * @param args - `eps` (1e-5), `momentum` (0.1), `affine` (true), `trackRunningStats` (true),
   * positional or by name; `dtype`.
   * @throws ShapeError in forward if the input's rank differs.
   */
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
/**
 * (x - mean) / √(var + eps), for each sample and channel: (N, C, ...), the same shape.
 *
 * @example
 * new gt.nn.InstanceNorm1d(2).forward(gt.ones([4, 2, 3])).shape; // [4, 2, 3]
 * @see Ulyanov et al., 2016; PyTorch `torch.nn.InstanceNorm1d`
 */
export class InstanceNorm1d extends InstanceNorm {
  /**
   * @param numFeatures - The channels C.
   * @param args - `eps` (1e-5), `momentum` (0.1), `affine` (false), `trackRunningStats` (false),
   * positional or by name; `dtype`.
   * @throws ShapeError in forward if the input's rank differs.
   */
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [3], readOptions<TrackingOptions>('InstanceNorm1d', args, positional, ['dtype']), false);
  }
}
/**
 * (x - mean) / √(var + eps), for each sample and channel: (N, C, ...), the same shape.
 *
 * @example
 * new gt.nn.InstanceNorm2d(2).forward(gt.ones([4, 2, 3, 3])).shape; // [4, 2, 3, 3]
 * @see Ulyanov et al., 2016; PyTorch `torch.nn.InstanceNorm2d`
 */
export class InstanceNorm2d extends InstanceNorm {
  /**
   * @param numFeatures - The channels C.
   * @param args - `eps` (1e-5), `momentum` (0.1), `affine` (false), `trackRunningStats` (false),
   * positional or by name; `dtype`.
   * @throws ShapeError in forward if the input's rank differs.
   */
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [4], readOptions<TrackingOptions>('InstanceNorm2d', args, positional, ['dtype']), false);
  }
}
/**
 * (x - mean) / √(var + eps), for each sample and channel: (N, C, ...), the same shape.
 *
 * @example
 * new gt.nn.InstanceNorm3d(2).forward(gt.ones([4, 2, 3, 3, 3])).shape; // [4, 2, 3, 3, 3]
 * @see Ulyanov et al., 2016; PyTorch `torch.nn.InstanceNorm3d`
 */
export class InstanceNorm3d extends InstanceNorm {
  /**
   * @param numFeatures - The channels C.
   * @param args - `eps` (1e-5), `momentum` (0.1), `affine` (false), `trackRunningStats` (false),
   * positional or by name; `dtype`.
   * @throws ShapeError in forward if the input's rank differs.
   */
  constructor(numFeatures: number, ...args: TrackingArgs) {
    super(numFeatures, [5], readOptions<TrackingOptions>('InstanceNorm3d', args, positional, ['dtype']), false);
  }
}

/**
 * (x - mean) / √(var + eps) · weight + bias, for each sample and group of channels: (N, C, ...).
 *
 * @example
 * new gt.nn.GroupNorm(2, 4).forward(gt.ones([3, 4, 5])).shape; // [3, 4, 5]
 * @see Wu and He, 2018; PyTorch `torch.nn.GroupNorm`
 */
export class GroupNorm extends Module {
  /** Added to the variance. */
  readonly eps: number;
  /** Whether the result is scaled and shifted by learned values. */
  readonly affine: boolean;
  /** The scale of each channel; null without. */
  declare weight: Parameter | null;
  /** The shift of each channel; null without. */
  declare bias: Parameter | null;
  /**
   * @param numGroups - Into how many groups the channels are split.
   * @param numChannels - The channels C.
   * @param args - `eps` (1e-5), `affine` (true), positional or by name; `dtype`.
   * @throws ArgumentError if `numGroups` does not divide `numChannels`.
   */
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

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether the result is scaled and shifted by learned values; true by default. */
  elementwiseAffine?: boolean;
  /** Dtype of the parameters. */
  dtype?: DType | null;
}
/**
 * (x - mean) / √(var + eps) · weight + bias over the last dims: (..., normalizedShape).
 *
 * @example
 * new gt.nn.LayerNorm(2).forward(gt.tensor([[1, 3]])); // [[-1, 1]]
 * @see Ba et al., 2016; PyTorch `torch.nn.LayerNorm`
 */
export class LayerNorm extends Module {
  /** The sizes of the last dims. */
  readonly normalizedShape: readonly number[];
  /** Added to the variance. */
  readonly eps: number;
  /** Whether the result is scaled and shifted by learned values. */
  readonly elementwiseAffine: boolean;
  /** The scale of each element; null without. */
  declare weight: Parameter | null;
  /** The shift of each element; null without. */
  declare bias: Parameter | null;
  /**
   * @param normalizedShape - The size of the last dim, or the sizes of the last dims.
   * @param args - `eps` (1e-5), `elementwiseAffine` (true), positional or by name; `dtype`.
   * @throws ShapeError in forward if the input does not end in this shape.
   */
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

/**
 * x / (k + alpha · mean of squares)^beta, the mean over `size` neighbouring channels: (N, C, H, W).
 *
 * @example
 * new gt.nn.CrossMapLRN2d(3).forward(gt.ones([1, 4, 2, 2])).shape; // [1, 4, 2, 2]
 * @see Krizhevsky et al., 2012; PyTorch `torch.nn.CrossMapLRN2d`
 */
export class CrossMapLRN2d extends Module {
  /** Factor of the mean of squares. */
  readonly alpha: number;
  /** The exponent. */
  readonly beta: number;
  /** Added to the mean of squares. */
  readonly k: number;
  /**
   * @param size - Channels of a window.
   * @param args - `alpha` (1e-4), `beta` (0.75), `k` (1); positional or by name.
   */
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
/** Options of `CrossMapLRN2d`. */
export interface CrossMapOptions {
  /** Factor of the mean of squares; 1e-4 by default. */
  alpha?: number;
  /** The exponent; 0.75 by default. */
  beta?: number;
  /** Added to the mean of squares; 1 by default. */
  k?: number;
}

/**
 * x / √(mean of squares + eps) · weight over the last dims: (..., normalizedShape).
 *
 * @example
 * new gt.nn.RMSNorm(2).forward(gt.tensor([[3, 3]])); // [[1, 1]]
 * @see Zhang and Sennrich, 2019; PyTorch `torch.nn.RMSNorm`
 */
export class RMSNorm extends Module {
  /** The sizes of the last dims. */
  readonly normalizedShape: readonly number[];
  /** Added to the mean of squares. */
  readonly eps: number | null;
  /** Whether the result is scaled by learned values. */
  readonly elementwiseAffine: boolean;
  /** The scale of each element; null without. */
  declare weight: Parameter | null;
  /**
   * @param normalizedShape - The size of the last dim, or the sizes of the last dims.
   * @param args - `eps` (null: the dtype's epsilon), `elementwiseAffine` (true), positional or by
   * name; `dtype`.
   * @throws ShapeError in forward if the input does not end in this shape.
   */
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
/** Options of `RMSNorm`. */
export interface RmsNormOptions {
  /** Added to the mean of squares; null for the dtype's epsilon. */
  eps?: number | null;
  /** Whether the result is scaled by learned values; true by default. */
  elementwiseAffine?: boolean;
  /** Dtype of the weight. */
  dtype?: DType | null;
}

/**
 * x / (k + alpha · mean of squares)^beta, the mean over `windowSize` neighbouring channels: (N, C,
 * ...).
 *
 * @example
 * new gt.nn.LocalResponseNorm(3).forward(gt.ones([1, 4, 2])).shape; // [1, 4, 2]
 * @see Krizhevsky et al., 2012; PyTorch `torch.nn.LocalResponseNorm`
 */
export class LocalResponseNorm extends Module {
  /** Factor of the mean of squares. */
  readonly alpha: number;
  /** The exponent. */
  readonly beta: number;
  /** Added to the mean of squares. */
  readonly k: number;
  /**
   * @param windowSize - Channels of a window.
   * @param args - `alpha` (1e-4), `beta` (0.75), `k` (1); positional or by name.
   */
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
