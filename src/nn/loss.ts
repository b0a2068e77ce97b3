// Losses as modules: they keep the options of their functions.
import { type ArgsOf, asChoice } from '../ops/args.js';
import { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss, type Reduction } from '../ops/classification.js';
import { mseLoss } from '../ops/regression.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { readOptions } from './options.js';

const reductionOf = (name: string, reduction: unknown): Reduction => asChoice(name, 'reduction', reduction, ['none', 'mean', 'sum']);

/**
 * (input - target)², reduced.
 *
 * @example
 * new gt.nn.MSELoss().forward(gt.tensor([1, 3]), gt.tensor([0, 0])); // 5
 * @see PyTorch `torch.nn.MSELoss`
 */
export class MSELoss extends Module {
  /** How the elements become one number. */
  reduction: Reduction;
  /**
   * @param options - `reduction`: 'mean' (the default), 'sum' or 'none'.
   */
  constructor(options: { reduction?: Reduction } = {}) {
    super();
    this.reduction = reductionOf('MSELoss', readOptions<{ reduction: Reduction }>('MSELoss', [options], [], ['reduction']).reduction ?? 'mean');
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** Losses over classes that may count differently. */
abstract class WeightedLoss extends Module {
  /** One weight for each class; null: all count alike. */
  declare weight: Tensor | null;
  /** Targets of this class do not count. */
  ignoreIndex: number;
  /** How the samples become one number; the mean is weighted. */
  reduction: Reduction;
  constructor({ weight = null, ignoreIndex = -100, reduction = 'mean' }: NllLossOptions) {
    super();
    this.registerBuffer('weight', weight);
    this.ignoreIndex = ignoreIndex;
    this.reduction = reductionOf(new.target.name, reduction);
  }
}

const keywords = ['ignoreIndex', 'reduction'] as const;

/**
 * -input[target] for log-probabilities (N, C, ...) and classes (N, ...).
 *
 * @example
 * const logits = gt.tensor([[0.5, 0.5]]).log();
 * new gt.nn.NLLLoss().forward(logits, gt.tensor([0], { dtype: 'int64' })); // 0.6931
 * @see PyTorch `torch.nn.NLLLoss`
 */
export class NLLLoss extends WeightedLoss {
  /**
   * @param args - `weight`, positional or by name; `ignoreIndex` (-100), `reduction` ('mean').
   */
  constructor(...args: ArgsOf<NllLossOptions, ['weight']>) {
    super(readOptions<NllLossOptions>('NLLLoss', args, ['weight'], keywords));
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}

/**
 * `NLLLoss` by its old name for images (N, C, H, W) and classes (N, H, W).
 *
 * @example
 * const logProbs = gt.zeros([1, 2, 1, 1]).logSoftmax(1);
 * new gt.nn.NLLLoss2d().forward(logProbs, gt.zeros([1, 1, 1], { dtype: 'int64' })); // 0.6931
 * @see PyTorch `torch.nn.NLLLoss2d`
 */
export class NLLLoss2d extends NLLLoss {}

/**
 * -log softmax(input)[target] for logits (N, C, ...) and classes (N, ...), or probabilities (N, C,
 * ...).
 *
 * @example
 * new gt.nn.CrossEntropyLoss().forward(gt.zeros([1, 2]), gt.tensor([0], { dtype: 'int64' })); // 0.6931
 * @see PyTorch `torch.nn.CrossEntropyLoss`
 */
export class CrossEntropyLoss extends WeightedLoss {
  /** The share of the target that is spread over all classes. */
  labelSmoothing: number;
  /**
   * @param args - `weight`, positional or by name; `ignoreIndex` (-100), `reduction` ('mean'),
   * `labelSmoothing` (0).
   */
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
