// The adaptive softmax for many classes of very different frequency.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { checkSize, showShape } from '../core/shape.js';
import { type ArgsOf, asTensor } from '../ops/args.js';
import { tensor, zeros } from '../ops/create.js';
import { add, argmax, cat, gather, indexCopy, indexSelect, mean, narrow, neg, reshape, unsqueeze } from '../ops/index.js';
import { logSoftmax } from '../ops/softmax.js';
import type { Tensor } from '../tensor/tensor.js';
import { ModuleList, Sequential } from './containers.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { readOptions } from './options.js';

/** Options of `AdaptiveLogSoftmaxWithLoss`. */
export interface AdaptiveOptions {
  /** By which factor each further cluster has fewer features; 4 by default. */
  divValue?: number;
  /** Whether the head has a bias; false by default. */
  headBias?: boolean;
  /** Dtype of the parameters. */
  dtype?: DType | null;
}
const name = 'AdaptiveLogSoftmaxWithLoss';
const indices = (values: readonly number[]): Tensor => tensor(values as number[], { dtype: 'int64' });

/**
 * Log-softmax over many classes by frequency: frequent ones in the head, the others in clusters.
 * Input (N?, inFeatures) and classes (N?) to `output`, the log-probability of each class, and
 * `loss`, its negative mean.
 *
 * @example
 * const layer = new gt.nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10]);
 * layer.logProb(gt.ones([3, 8])).shape; // [3, 20]
 * @see Grave et al., 2016; PyTorch `torch.nn.AdaptiveLogSoftmaxWithLoss`
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  /** Where clusters begin, and the number of classes. */
  readonly cutoffs: readonly number[];
  /** By which factor each further cluster has fewer features. */
  readonly divValue: number;
  /** Whether the head has a bias. */
  readonly headBias: boolean;
  /** The frequent classes and the clusters. */
  head: Linear;
  /** The classes of each cluster. */
  tail: ModuleList;
  /**
   * @param inFeatures - Elements of an input.
   * @param nClasses - Classes, the most frequent first.
   * @param cutoffs - Classes at which clusters begin, ascending.
   * @param args - `divValue` (4), `headBias` (false), positional or by name; `dtype`.
   * @throws ArgumentError if the cutoffs do not ascend below `nClasses`.
   */
  constructor(
    readonly inFeatures: number,
    readonly nClasses: number,
    cutoffs: readonly number[],
    ...args: ArgsOf<AdaptiveOptions, ['divValue', 'headBias']>
  ) {
    super();
    const { divValue = 4, headBias = false, dtype } = readOptions<AdaptiveOptions>(name, args, ['divValue', 'headBias'], ['dtype']);
    checkSize(name, 'inFeatures', inFeatures);
    if (!Array.isArray(cutoffs)) fail(ArgumentError, name, 'cutoffs to be a list of classes', show(cutoffs));
    checkSize(name, 'nClasses', nClasses);
    const rising = cutoffs.every((cut, i) => Number.isInteger(cut) && cut > (i === 0 ? 0 : cutoffs[i - 1]) && cut < nClasses);
    if (!rising || cutoffs.length === 0)
      fail(ArgumentError, name, `cutoffs that rise, in [1, ${nClasses - 1}]`, `${show(cutoffs)}: cutoffs should be a sequence of unique, positive integers`);
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    this.head = new Linear(inFeatures, cutoffs[0] + cutoffs.length, { bias: headBias, dtype });
    this.tail = new ModuleList(
      cutoffs.map((cut, i) => {
        const features = Math.floor(inFeatures / divValue ** (i + 1));
        return new Sequential(
          new Linear(inFeatures, features, { bias: false, dtype }),
          new Linear(features, this.cutoffs[i + 1] - cut, { bias: false, dtype }),
        );
      }),
    );
  }
  /** Draws all weights anew. */
  resetParameters(): void {
    this.apply((module) => {
      if (module instanceof Linear) module.resetParameters();
    });
  }

  /** Inputs (n, in) and classes (n), or without n -> the log-probability of each class, and the mean of their negatives. */
  override forward(input: Tensor, target: Tensor): [output: Tensor, loss: Tensor] & { output: Tensor; loss: Tensor } {
    const { ndim } = asTensor(name, 'input', input);
    if ((ndim !== 1 && ndim !== 2) || asTensor(name, 'target', target).ndim !== ndim - 1 || (ndim === 2 && input.shape[0] !== target.shape[0]))
      fail(
        ShapeError,
        name,
        'an input (n, in) with targets (n), or both without n',
        `${showShape(input.shape)} and ${showShape(target.shape)}: Input and target should have the same size in the batch dimension`,
      );
    const x = ndim === 1 ? unsqueeze(input, 0) : input;
    const classes = [target.toArray()].flat() as number[];
    const wrong = classes.find((label) => !(label >= 0 && label < this.nClasses));
    if (wrong !== undefined) fail(IndexError, name, `targets in [0, ${this.nClasses - 1}]`, `${wrong}: Target values should be in [0, n_classes - 1]`);
    const [shortlist] = this.cutoffs;
    const clusterOf = (label: number): number => this.cutoffs.findIndex((cut) => label < cut);
    // In the head, a class of a cluster counts as its cluster.
    const inHead = classes.map((label) => (label < shortlist ? label : shortlist + clusterOf(label) - 1));
    const head = reshape(gather(logSoftmax(this.head.forward(x), 1), 1, unsqueeze(indices(inHead), 1)), [classes.length]);
    let output = head;
    for (const [i, cluster] of [...this.tail].entries()) {
      const rows = [...classes.keys()].filter((row) => clusterOf(classes[row]) === i + 1);
      if (rows.length === 0) continue;
      const within = unsqueeze(indices(rows.map((row) => classes[row] - this.cutoffs[i])), 1);
      const logp = logSoftmax(cluster.forward(indexSelect(x, 0, indices(rows))) as Tensor, 1);
      const own = reshape(gather(logp, 1, within), [rows.length]);
      output = add(output, indexCopy(zeros([classes.length], { dtype: head.dtype }), 0, indices(rows), own));
    }
    const loss = mean(neg(output));
    const shaped = reshape(output, target.shape);
    return Object.assign([shaped, loss] as [Tensor, Tensor], { output: shaped, loss });
  }

  /**
   * The log-probabilities of all classes.
   *
   * @param input - (N, inFeatures).
   * @returns (N, nClasses).
   */
  logProb(input: Tensor): Tensor {
    const head = logSoftmax(this.head.forward(input), 1);
    const [shortlist] = this.cutoffs;
    const clusters = [...this.tail].map((cluster, i) => add(logSoftmax(cluster.forward(input) as Tensor, 1), narrow(head, 1, shortlist + i, 1)));
    return cat([narrow(head, 1, 0, shortlist), ...clusters], 1);
  }
  /**
   * The most probable class of each input.
   *
   * @param input - (N?, inFeatures).
   * @returns (N?), int64.
   */
  predict(input: Tensor): Tensor {
    return argmax(this.logProb(input), 1);
  }
}
