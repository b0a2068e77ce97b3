// Losses as modules that keep their functions' options, as they are given.

import type { ArgsOf, Options } from '../ops/args.js';
import type { CtcOptions } from '../ops/ctc.js';
import type { BceOptions, BceWithLogitsOptions } from '../ops/entropy.js';
import * as F from '../ops/families.js';
import type { MarginOptions, MultiMarginOptions, TripletDistanceOptions, TripletOptions } from '../ops/margin.js';
import type { Reduction, ReductionOption } from '../ops/reduced.js';
import { reductionOf } from '../ops/reduced.js';
import type { GaussianNllOptions, HuberOptions, KlDivOptions, PoissonNllOptions, SmoothL1Options } from '../ops/regression.js';
import type { CosineSimilarityOptions, PairwiseDistanceOptions } from '../ops/similarity.js';
import { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { readOptions } from './options.js';

/** A function of tensors with options kept: tensors among them are buffers, so that they follow the module's dtype. */
abstract class Kept<O extends object> extends Module {
  readonly #names: readonly string[];
  constructor(args: readonly unknown[], positional: readonly (keyof O & string)[], keywords: readonly (keyof O & string)[] = [], defaults: Options = {}) {
    super();
    const given: Options = { ...defaults, ...readOptions<O>(new.target.name, args, positional, keywords) };
    this.#names = Object.keys(given).filter((name) => given[name] !== null);
    for (const name of this.#names) {
      const value = given[name];
      if (value instanceof Tensor) this.registerBuffer(bufferNames[name] ?? name, value);
      else (this as unknown as Options)[name] = value;
    }
  }
  protected get options(): O {
    const own = this as unknown as Options;
    return Object.fromEntries(this.#names.map((name) => [name, own[bufferNames[name] ?? name]])) as O;
  }
}
/** Buffers have PyTorch's names, so that state dicts do. */
const bufferNames: Readonly<Record<string, string>> = { posWeight: 'pos_weight' };

/** Losses that are reduced. */
abstract class Loss<O extends { reduction?: Reduction | 'batchmean' }> extends Kept<O> {
  /** How the elements become one number. */
  declare reduction: NonNullable<O['reduction']>;
  constructor(args: readonly unknown[], positional: readonly (keyof O & string)[], keywords: readonly (keyof O & string)[] = ['reduction']) {
    super(args, positional, keywords, { reduction: 'mean' });
    if (this.reduction !== 'batchmean') reductionOf(new.target.name, this.reduction);
  }
}

type None = ArgsOf<ReductionOption, []>;

/**
 * |input - target|, reduced. The gradient where they are equal is 0.
 *
 * @example
 * new gt.nn.L1Loss().forward(gt.tensor([1, 3]), gt.tensor([0, 0])); // 2
 * @see PyTorch `torch.nn.L1Loss`
 */
export class L1Loss extends Loss<ReductionOption> {
  /**
   * @param args - `reduction`: 'mean' (the default), 'sum' or 'none'.
   */
  constructor(...args: None) {
    super(args, []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, this.options);
  }
}
/**
 * d² / (2 beta) where |d| < beta, else |d| - beta / 2, with d = input - target; reduced.
 *
 * @example
 * new gt.nn.SmoothL1Loss().forward(gt.tensor([0.5, 3]), gt.tensor([0, 0])); // 1.3125
 * @see PyTorch `torch.nn.SmoothL1Loss`
 */
export class SmoothL1Loss extends Loss<SmoothL1Options> {
  /**
   * @param args - `reduction` ('mean'), `beta` (1).
   */
  constructor(...args: ArgsOf<SmoothL1Options, []>) {
    super(args, [], ['reduction', 'beta']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, this.options);
  }
}
/**
 * d² / 2 where |d| < delta, else delta (|d| - delta / 2), with d = input - target; reduced.
 *
 * @example
 * new gt.nn.HuberLoss().forward(gt.tensor([0.5, 3]), gt.tensor([0, 0])); // 1.3125
 * @see Huber, 1964; PyTorch `torch.nn.HuberLoss`
 */
export class HuberLoss extends Loss<HuberOptions> {
  /**
   * @param args - `reduction` ('mean'), `delta` (1); positional or by name.
   */
  constructor(...args: ArgsOf<HuberOptions, ['reduction', 'delta']>) {
    super(args, ['reduction', 'delta'], []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, this.options);
  }
}
/**
 * target (log target - input), reduced; the input has log-probabilities.
 *
 * @example
 * const loss = new gt.nn.KLDivLoss({ reduction: 'batchmean' });
 * loss.forward(gt.tensor([[0.5, 0.5]]).log(), gt.tensor([[1, 0]])); // 0.6931
 * @see PyTorch `torch.nn.KLDivLoss`
 */
export class KLDivLoss extends Loss<KlDivOptions> {
  /**
   * @param args - `reduction` ('mean'; 'batchmean' divides by the batch's size), `logTarget`
   * (false).
   */
  constructor(...args: ArgsOf<KlDivOptions, []>) {
    super(args, [], ['reduction', 'logTarget']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, this.options);
  }
}
/**
 * The negative log-likelihood of Poisson distributions: e^input - target · input, reduced.
 *
 * @example
 * new gt.nn.PoissonNLLLoss().forward(gt.tensor([0]), gt.tensor([2])); // 1
 * @see PyTorch `torch.nn.PoissonNLLLoss`
 */
export class PoissonNLLLoss extends Loss<PoissonNllOptions> {
  /**
   * @param args - `logInput` (true; false: input - target log(input + eps)), `full` (false: without
   * the Stirling term), positional or by name; `eps` (1e-8), `reduction` ('mean').
   */
  constructor(...args: ArgsOf<PoissonNllOptions, ['logInput', 'full']>) {
    super(args, ['logInput', 'full'], ['eps', 'reduction']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.poissonNllLoss(input, target, this.options);
  }
}
/**
 * The negative log-likelihood of normal distributions: (log v + (input - target)² / v) / 2,
 * reduced.
 *
 * @example
 * const one = gt.ones([1]);
 * new gt.nn.GaussianNLLLoss().forward(one, one.mul(3), one); // 2
 * @see Nix and Weigend, 1994; PyTorch `torch.nn.GaussianNLLLoss`
 */
export class GaussianNLLLoss extends Loss<GaussianNllOptions> {
  /**
   * @param args - `full` (false: without log(2π) / 2), `eps` (1e-6, the smallest v), `reduction`
   * ('mean').
   */
  constructor(...args: ArgsOf<GaussianNllOptions, []>) {
    super(args, [], ['full', 'eps', 'reduction']);
  }
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return F.gaussianNllLoss(input, target, variance, this.options);
  }
}
/**
 * -(t log p + (1 - t) log(1 - p)), reduced, for probabilities p and targets t in [0, 1].
 *
 * @example
 * new gt.nn.BCELoss().forward(gt.tensor([0.5]), gt.tensor([1])); // 0.6931
 * @see PyTorch `torch.nn.BCELoss`
 */
export class BCELoss extends Loss<BceOptions> {
  /**
   * @param args - `weight` (a factor of each element), positional or by name; `reduction` ('mean').
   */
  constructor(...args: ArgsOf<BceOptions, ['weight']>) {
    super(args, ['weight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, this.options);
  }
}
/**
 * `BCELoss` of σ(input), without overflow.
 *
 * @example
 * new gt.nn.BCEWithLogitsLoss().forward(gt.tensor([0]), gt.tensor([1])); // 0.6931
 * @see PyTorch `torch.nn.BCEWithLogitsLoss`
 */
export class BCEWithLogitsLoss extends Loss<BceWithLogitsOptions> {
  /**
   * @param args - `weight` (a factor of each element), positional or by name; `reduction` ('mean'),
   * `posWeight` (a factor of positive targets).
   */
  constructor(...args: ArgsOf<BceWithLogitsOptions, ['weight']>) {
    super(args, ['weight'], ['reduction', 'posWeight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropyWithLogits(input, target, this.options);
  }
}
/**
 * log(1 + e^(-target · input)), reduced; targets are 1 or -1.
 *
 * @example
 * new gt.nn.SoftMarginLoss().forward(gt.tensor([0]), gt.tensor([1])); // 0.6931
 * @see PyTorch `torch.nn.SoftMarginLoss`
 */
export class SoftMarginLoss extends Loss<ReductionOption> {
  /**
   * @param args - `reduction`: 'mean' (the default), 'sum' or 'none'.
   */
  constructor(...args: None) {
    super(args, []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, this.options);
  }
}
/**
 * The binary cross entropy of each class's logit, averaged over the classes: (N, C), targets 0 or
 * 1.
 *
 * @example
 * new gt.nn.MultiLabelSoftMarginLoss().forward(gt.zeros([1, 2]), gt.ones([1, 2])); // 0.6931
 * @see PyTorch `torch.nn.MultiLabelSoftMarginLoss`
 */
export class MultiLabelSoftMarginLoss extends Loss<BceOptions> {
  /**
   * @param args - `weight` (one for each class), positional or by name; `reduction` ('mean').
   */
  constructor(...args: ArgsOf<BceOptions, ['weight']>) {
    super(args, ['weight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, this.options);
  }
}
/**
 * Σ max(0, 1 - (x[label] - x[other])) / C over all labels and other classes. Targets (N, C) list
 * the labels of each sample; -1 ends the list.
 *
 * @example
 * const target = gt.tensor([[0, -1]], { dtype: 'int64' });
 * new gt.nn.MultiLabelMarginLoss().forward(gt.tensor([[1, 1]]), target); // 0.5
 * @see PyTorch `torch.nn.MultiLabelMarginLoss`
 */
export class MultiLabelMarginLoss extends Loss<ReductionOption> {
  /**
   * @param args - `reduction`: 'mean' (the default), 'sum' or 'none'.
   */
  constructor(...args: None) {
    super(args, []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, this.options);
  }
}
/**
 * Σ max(0, margin - x[target] + x[other])^p / C over all other classes: (N, C), classes (N).
 *
 * @example
 * new gt.nn.MultiMarginLoss().forward(gt.tensor([[1, 1]]), gt.tensor([0], { dtype: 'int64' })); // 0.5
 * @see PyTorch `torch.nn.MultiMarginLoss`
 */
export class MultiMarginLoss extends Loss<MultiMarginOptions> {
  /**
   * @param args - `p` (1), `margin` (1), `weight` (one for each class), positional or by name;
   * `reduction`.
   */
  constructor(...args: ArgsOf<MultiMarginOptions, ['p', 'margin', 'weight']>) {
    super(args, ['p', 'margin', 'weight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multiMarginLoss(input, target, this.options);
  }
}
/**
 * x where the target is 1, max(0, margin - x) where it is -1; reduced. x is a distance.
 *
 * @example
 * new gt.nn.HingeEmbeddingLoss().forward(gt.tensor([0.5, 0.25]), gt.tensor([1, -1])); // 0.625
 * @see PyTorch `torch.nn.HingeEmbeddingLoss`
 */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  /**
   * @param args - `margin` (1), positional or by name; `reduction` ('mean').
   */
  constructor(...args: ArgsOf<MarginOptions, ['margin']>) {
    super(args, ['margin']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, this.options);
  }
}
/**
 * max(0, -target (input1 - input2) + margin), reduced. Target 1 ranks input1 higher, -1 input2.
 *
 * @example
 * new gt.nn.MarginRankingLoss().forward(gt.tensor([1]), gt.tensor([3]), gt.tensor([1])); // 2
 * @see PyTorch `torch.nn.MarginRankingLoss`
 */
export class MarginRankingLoss extends Loss<MarginOptions> {
  /**
   * @param args - `margin` (0), positional or by name; `reduction` ('mean').
   */
  constructor(...args: ArgsOf<MarginOptions, ['margin']>) {
    super(args, ['margin']);
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}
/**
 * 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where it is -1; vectors (N, D).
 *
 * @example
 * const [a, b] = [gt.tensor([[1, 0]]), gt.tensor([[0, 1]])];
 * new gt.nn.CosineEmbeddingLoss().forward(a, b, gt.tensor([1])); // 1
 * @see PyTorch `torch.nn.CosineEmbeddingLoss`
 */
export class CosineEmbeddingLoss extends Loss<MarginOptions> {
  /**
   * @param args - `margin` (0), positional or by name; `reduction` ('mean').
   */
  constructor(...args: ArgsOf<MarginOptions, ['margin']>) {
    super(args, ['margin']);
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}
/**
 * max(0, |anchor - positive| - |anchor - negative| + margin), reduced; vectors (N, D).
 *
 * @example
 * const [a, p, n] = [gt.tensor([[0, 0]]), gt.tensor([[0, 1]]), gt.tensor([[0, 1.5]])];
 * new gt.nn.TripletMarginLoss().forward(a, p, n); // 0.5
 * @see Balntas et al., 2016; PyTorch `torch.nn.TripletMarginLoss`
 */
export class TripletMarginLoss extends Loss<TripletOptions> {
  /**
   * @param args - `margin` (1), `p` (2), `eps` (1e-6), `swap` (false), positional or by name;
   * `reduction`.
   */
  constructor(...args: ArgsOf<TripletOptions, ['margin', 'p', 'eps', 'swap']>) {
    super(args, ['margin', 'p', 'eps', 'swap']);
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}
/**
 * `TripletMarginLoss` with any distance: max(0, d(anchor, positive) - d(anchor, negative) +
 * margin).
 *
 * @example
 * const distanceFunction = (a: gt.Tensor, b: gt.Tensor) => a.sub(b).abs().sum(1);
 * const loss = new gt.nn.TripletMarginWithDistanceLoss({ distanceFunction });
 * loss.forward(gt.zeros([1, 2]), gt.ones([1, 2]), gt.ones([1, 2])); // 1
 * @see PyTorch `torch.nn.TripletMarginWithDistanceLoss`
 */
export class TripletMarginWithDistanceLoss extends Loss<TripletDistanceOptions> {
  /** The distance: a function, or a module. */
  distance_function: Module | NonNullable<TripletDistanceOptions['distanceFunction']>;
  /**
   * @param args - `distanceFunction` (`PairwiseDistance`), `margin` (1), `swap` (false),
   * `reduction`.
   */
  constructor(...args: ArgsOf<TripletDistanceOptions, []>) {
    super(args, [], ['distanceFunction', 'margin', 'swap', 'reduction']);
    this.distance_function = this.options.distanceFunction ?? new PairwiseDistance();
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function: distance } = this;
    const distanceFunction = distance instanceof Module ? (a: Tensor, b: Tensor) => distance.forward(a, b) as Tensor : distance;
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, { ...this.options, distanceFunction });
  }
}
/**
 * Connectionist temporal classification: -log of the probability of all alignments of the target
 * with log-probabilities (T, N, C).
 *
 * @example
 * const logProbs = gt.zeros([2, 1, 2]).logSoftmax(2);
 * const target = gt.tensor([[1]], { dtype: 'int64' });
 * new gt.nn.CTCLoss().forward(logProbs, target, [2], [1]); // 0.2877
 * @see Graves et al., 2006; PyTorch `torch.nn.CTCLoss`
 */
export class CTCLoss extends Loss<CtcOptions> {
  /**
   * @param args - `blank` (0), `reduction` ('mean'), `zeroInfinity` (false); positional or by name.
   */
  constructor(...args: ArgsOf<CtcOptions, ['blank', 'reduction', 'zeroInfinity']>) {
    super(args, ['blank', 'reduction', 'zeroInfinity'], []);
  }
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | readonly number[], targetLengths: Tensor | readonly number[]): Tensor {
    return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}

/**
 * a · b / max(|a| |b|, eps) along a dim.
 *
 * @example
 * new gt.nn.CosineSimilarity().forward(gt.tensor([[1, 1]]), gt.tensor([[1, 0]])); // [0.7071]
 * @see PyTorch `torch.nn.CosineSimilarity`
 */
export class CosineSimilarity extends Kept<CosineSimilarityOptions> {
  /**
   * @param args - `dim` (1), `eps` (1e-8); positional or by name.
   */
  constructor(...args: ArgsOf<CosineSimilarityOptions, ['dim', 'eps']>) {
    super(args, ['dim', 'eps']);
  }
  override forward(a: Tensor, b: Tensor): Tensor {
    return F.cosineSimilarity(a, b, this.options);
  }
}
/**
 * The p-norm of a - b + eps along the last dim.
 *
 * @example
 * new gt.nn.PairwiseDistance().forward(gt.tensor([[3, 4]]), gt.zeros([1, 2])); // [5]
 * @see PyTorch `torch.nn.PairwiseDistance`
 */
export class PairwiseDistance extends Kept<PairwiseDistanceOptions> {
  /**
   * @param args - `p` (2), `eps` (1e-6), `keepdim` (false); positional or by name.
   */
  constructor(...args: ArgsOf<PairwiseDistanceOptions, ['p', 'eps', 'keepdim']>) {
    super(args, ['p', 'eps', 'keepdim']);
  }
  override forward(a: Tensor, b: Tensor): Tensor {
    return F.pairwiseDistance(a, b, this.options);
  }
}
