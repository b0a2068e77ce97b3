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

abstract class Loss<O extends { reduction?: Reduction | 'batchmean' }> extends Kept<O> {
  declare reduction: NonNullable<O['reduction']>;
  constructor(args: readonly unknown[], positional: readonly (keyof O & string)[], keywords: readonly (keyof O & string)[] = ['reduction']) {
    super(args, positional, keywords, { reduction: 'mean' });
    if (this.reduction !== 'batchmean') reductionOf(new.target.name, this.reduction);
  }
}

type None = ArgsOf<ReductionOption, []>;

/** |input - target|. */
export class L1Loss extends Loss<ReductionOption> {
  constructor(...args: None) {
    super(args, []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, this.options);
  }
}
/** A square near 0, a line beyond beta. */
export class SmoothL1Loss extends Loss<SmoothL1Options> {
  constructor(...args: ArgsOf<SmoothL1Options, []>) {
    super(args, [], ['reduction', 'beta']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, this.options);
  }
}
/** A square near 0, a line of slope delta beyond. */
export class HuberLoss extends Loss<HuberOptions> {
  constructor(...args: ArgsOf<HuberOptions, ['reduction', 'delta']>) {
    super(args, ['reduction', 'delta'], []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, this.options);
  }
}
/** The Kullback-Leibler divergence. */
export class KLDivLoss extends Loss<KlDivOptions> {
  constructor(...args: ArgsOf<KlDivOptions, []>) {
    super(args, [], ['reduction', 'logTarget']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, this.options);
  }
}
/** The negative log-likelihood of Poisson distributions. */
export class PoissonNLLLoss extends Loss<PoissonNllOptions> {
  constructor(...args: ArgsOf<PoissonNllOptions, ['logInput', 'full']>) {
    super(args, ['logInput', 'full'], ['eps', 'reduction']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.poissonNllLoss(input, target, this.options);
  }
}
/** The negative log-likelihood of normal distributions. */
export class GaussianNLLLoss extends Loss<GaussianNllOptions> {
  constructor(...args: ArgsOf<GaussianNllOptions, []>) {
    super(args, [], ['full', 'eps', 'reduction']);
  }
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return F.gaussianNllLoss(input, target, variance, this.options);
  }
}
/** The binary cross entropy of probabilities. */
export class BCELoss extends Loss<BceOptions> {
  constructor(...args: ArgsOf<BceOptions, ['weight']>) {
    super(args, ['weight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, this.options);
  }
}
/** The binary cross entropy of logits. */
export class BCEWithLogitsLoss extends Loss<BceWithLogitsOptions> {
  constructor(...args: ArgsOf<BceWithLogitsOptions, ['weight']>) {
    super(args, ['weight'], ['reduction', 'posWeight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropyWithLogits(input, target, this.options);
  }
}
/** log(1 + exp(-target * input)). */
export class SoftMarginLoss extends Loss<ReductionOption> {
  constructor(...args: None) {
    super(args, []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, this.options);
  }
}
/** The binary cross entropy of each class's logit, averaged over the classes. */
export class MultiLabelSoftMarginLoss extends Loss<BceOptions> {
  constructor(...args: ArgsOf<BceOptions, ['weight']>) {
    super(args, ['weight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, this.options);
  }
}
/** Every label's score against every other class's. */
export class MultiLabelMarginLoss extends Loss<ReductionOption> {
  constructor(...args: None) {
    super(args, []);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, this.options);
  }
}
/** The label's score against every other class's. */
export class MultiMarginLoss extends Loss<MultiMarginOptions> {
  constructor(...args: ArgsOf<MultiMarginOptions, ['p', 'margin', 'weight']>) {
    super(args, ['p', 'margin', 'weight']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multiMarginLoss(input, target, this.options);
  }
}
/** Distances of what is alike, and a margin for what is not. */
export class HingeEmbeddingLoss extends Loss<MarginOptions> {
  constructor(...args: ArgsOf<MarginOptions, ['margin']>) {
    super(args, ['margin']);
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, this.options);
  }
}
/** Which of two scores should be higher. */
export class MarginRankingLoss extends Loss<MarginOptions> {
  constructor(...args: ArgsOf<MarginOptions, ['margin']>) {
    super(args, ['margin']);
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}
/** By the cosine of the angle between two vectors. */
export class CosineEmbeddingLoss extends Loss<MarginOptions> {
  constructor(...args: ArgsOf<MarginOptions, ['margin']>) {
    super(args, ['margin']);
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}
/** The anchor nearer to the positive than to the negative. */
export class TripletMarginLoss extends Loss<TripletOptions> {
  constructor(...args: ArgsOf<TripletOptions, ['margin', 'p', 'eps', 'swap']>) {
    super(args, ['margin', 'p', 'eps', 'swap']);
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}
/** The same by a distance of one's own. */
export class TripletMarginWithDistanceLoss extends Loss<TripletDistanceOptions> {
  distance_function: Module | NonNullable<TripletDistanceOptions['distanceFunction']>;
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
/** Connectionist temporal classification. */
export class CTCLoss extends Loss<CtcOptions> {
  constructor(...args: ArgsOf<CtcOptions, ['blank', 'reduction', 'zeroInfinity']>) {
    super(args, ['blank', 'reduction', 'zeroInfinity'], []);
  }
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | readonly number[], targetLengths: Tensor | readonly number[]): Tensor {
    return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}

/** a . b / (|a| |b|). */
export class CosineSimilarity extends Kept<CosineSimilarityOptions> {
  constructor(...args: ArgsOf<CosineSimilarityOptions, ['dim', 'eps']>) {
    super(args, ['dim', 'eps']);
  }
  override forward(a: Tensor, b: Tensor): Tensor {
    return F.cosineSimilarity(a, b, this.options);
  }
}
/** |a - b + eps|_p. */
export class PairwiseDistance extends Kept<PairwiseDistanceOptions> {
  constructor(...args: ArgsOf<PairwiseDistanceOptions, ['p', 'eps', 'keepdim']>) {
    super(args, ['p', 'eps', 'keepdim']);
  }
  override forward(a: Tensor, b: Tensor): Tensor {
    return F.pairwiseDistance(a, b, this.options);
  }
}
