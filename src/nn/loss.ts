// Losses as modules: they keep the options of their functions.
import { type ArgsOf, asChoice } from '../ops/args.js';
import { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss, type Reduction } from '../ops/classification.js';
import { mseLoss } from '../ops/regression.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { readOptions } from './options.js';

const reductionOf = (name: string, reduction: unknown): Reduction => asChoice(name, 'reduction', reduction, ['none', 'mean', 'sum']);

/** (input - target)^2. */
export class MSELoss extends Module {
  reduction: Reduction;
  constructor(options: { reduction?: Reduction } = {}) {
    super();
    this.reduction = reductionOf('MSELoss', readOptions<{ reduction: Reduction }>('MSELoss', [options], [], ['reduction']).reduction ?? 'mean');
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** A loss over classes that may count differently; their weights are a buffer. */
abstract class WeightedLoss extends Module {
  declare weight: Tensor | null;
  ignoreIndex: number;
  reduction: Reduction;
  constructor({ weight = null, ignoreIndex = -100, reduction = 'mean' }: NllLossOptions) {
    super();
    this.registerBuffer('weight', weight);
    this.ignoreIndex = ignoreIndex;
    this.reduction = reductionOf(new.target.name, reduction);
  }
}

const keywords = ['ignoreIndex', 'reduction'] as const;

/** -input[target]: the input holds log-probabilities. */
export class NLLLoss extends WeightedLoss {
  constructor(...args: ArgsOf<NllLossOptions, ['weight']>) {
    super(readOptions<NllLossOptions>('NLLLoss', args, ['weight'], keywords));
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}

/** NLLLoss by its old name for images. */
export class NLLLoss2d extends NLLLoss {}

/** -log softmax(input)[target]: the input holds logits. */
export class CrossEntropyLoss extends WeightedLoss {
  labelSmoothing: number;
  constructor(...args: ArgsOf<CrossEntropyOptions, ['weight']>) {
    const { labelSmoothing = 0, ...options } = readOptions<CrossEntropyOptions>('CrossEntropyLoss', args, ['weight'], [...keywords, 'labelSmoothing']);
    super(options);
    this.labelSmoothing = labelSmoothing;
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}
