// Losses of classes: the negative logarithms of what the labels' classes were given, from log-probabilities or from logits.

import { Category, int64, uint8 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { numel, sameShape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { apply, defineOp } from '../tensor/op.js';
import { alias, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg } from './arithmetic.js';
import { eq, where } from './compare.js';
import { toDtype } from './copy.js';
import { asIndex, gatherAlong, indexSelect, inRange, pick } from './gather.js';
import { needFloat } from './promote.js';
import { reduceWith, sum } from './reduce.js';
import { type Reduction, reductionOf } from './reduced.js';
import { logSoftmax } from './softmax.js';
import { expand, permute, reshape } from './view.js';

export type { Reduction } from './reduced.js';

export interface NllLossOptions {
  /** One factor per class. */
  weight?: Tensor | null;
  /** Targets of this class do not count. */
  ignoreIndex?: number;
  reduction?: Reduction;
}
export interface CrossEntropyOptions extends NllLossOptions {
  /** Share of the target's probability that is spread over all classes. */
  labelSmoothing?: number;
}

/** Classes at dim 1 (or 0 without a batch): the input as (N, C) rows, and the shape of one loss each. */
function rowsOf(op: string, input: Tensor, target: Tensor): { rows: Tensor; classes: number; shape: readonly number[] } {
  const at = input.ndim === 1 ? 0 : 1;
  const shape = shapeOf(input).toSpliced(at, 1);
  const classes = shapeOf(input)[at];
  if (input.ndim === 0 || !sameShape(shape, shapeOf(target))) {
    fail(ShapeError, op, `a target of shape ${showShape(shape)} for input ${showShape(shapeOf(input))}`, showShape(shapeOf(target)));
  }
  const last = input.ndim <= 2 ? input : permute(input, [0, ...shapeOf(input).keys()].filter((d, i) => i === 0 || d > 1).concat(1));
  return { rows: last.ndim === 2 ? last : reshape(last, [numel(shape), classes]), classes, shape };
}

/** The labels as a vector in range, ignored ones replaced by 0. */
function labelsOf(op: string, target: Tensor, classes: number, ignoreIndex: number): { labels: Tensor; ignored: Tensor | null } {
  // Bytes are how image files hold their labels.
  const given = target.dt === uint8 ? target : asIndex(op, 'target', target);
  const wide = toDtype(given.ndim === 1 ? given : reshape(given, [target.count]), int64);
  const { index, bad } = inRange(wide, classes, false);
  if (bad < 0 && (ignoreIndex < 0 || ignoreIndex >= classes)) return { labels: index, ignored: null };
  const ignored = eq(wide, ignoreIndex);
  const counted = inRange(where(ignored, 0, wide), classes, false);
  if (counted.bad >= 0) {
    const label = wide.toTypedArray()[counted.bad];
    fail(IndexError, op, `labels in [0, ${classes - 1}]`, `${label}: Target ${label} is out of bounds`);
  }
  return { labels: counted.index, ignored };
}

function checkWeight(op: string, weight: Tensor | null | undefined, classes: number): Tensor | null {
  if (weight === undefined || weight === null) return null;
  if (asTensor(op, 'weight', weight).ndim !== 1 || shapeOf(weight)[0] !== classes) {
    fail(
      ShapeError,
      op,
      `a weight for each of ${classes} classes`,
      `${showShape(shapeOf(weight))}: weight tensor should be defined either for all ${classes} classes or no classes`,
    );
  }
  return weight;
}

/** What each sample counts: its class's weight, 0 if ignored; null where all count 1. */
function countsOf(labels: Tensor, ignored: Tensor | null, weight: Tensor | null): Tensor | null {
  const counts = weight === null ? null : indexSelect(weight, 0, labels);
  if (ignored === null) return counts;
  return where(ignored, 0, counts ?? constant(1, weight?.dt ?? toDtype(labels, int64).dt));
}

/** The mean is over what the samples count: of nothing it is NaN, as in PyTorch. */
function reduceCounted(losses: Tensor, counts: Tensor | null, shape: readonly number[], how: Reduction): Tensor {
  if (how === 'none') return reshape(losses, shape);
  const total = sum(losses);
  return how === 'sum' ? total : div(total, counts === null ? losses.count : toDtype(sum(counts), losses.dt));
}

interface Picked {
  /** Whether the losses are added up, and what their sum is divided by then. */
  readonly summed: boolean;
  readonly divisor: number;
}
/** -logp[label] of each row, or their sum over a divisor. */
const nllOp = defineOp<Picked>({
  name: 'nllLoss',
  saves: 2,
  forward: ([logp, labels], { divisor, summed }) => {
    const n = labels.count;
    // Negated before they are added: losses of 0 make 0, not -0.
    const losses = neg(alias(pick(logp, column(labels), 1), [n], [1], 0));
    if (!summed) return losses;
    const kernels = divisor === 1 ? K.sum : K.mean;
    return reduceWith('nllLoss', kernels, losses, logp.dt, { dims: [0], keepdim: false, shape: [n] });
  },
  vjp: [
    (dy, node) => {
      const { divisor, summed } = node.args as Picked;
      const labels = column(node.x(1));
      const each = div(dy, -divisor);
      return gatherAlong.backward(summed ? expand(reshape(each, [1, 1]), shapeOf(labels)) : reshape(each, shapeOf(labels)), labels, 1, node.inputMeta(0).shape);
    },
    null,
  ],
});
const column = (labels: Tensor): Tensor => alias(labels, [labels.count, 1], [1, 1], labels.offset);

function nllRows(
  op: string,
  rows: Tensor,
  target: Tensor,
  classes: number,
  shape: readonly number[],
  options: NllLossOptions,
): { loss: Tensor; counts: Tensor | null; ignored: Tensor | null } {
  const { weight, ignoreIndex = -100, reduction } = options;
  needFloat(op, rows);
  const { labels, ignored } = labelsOf(op, target, classes, asNumber(op, 'ignoreIndex', ignoreIndex));
  const counts = countsOf(labels, ignored, checkWeight(op, weight, classes));
  const how = reductionOf(op, reduction);
  // Where all count 1, adding them up belongs to the same step.
  const summed = counts === null && how !== 'none';
  const picked = apply(nllOp, [rows, labels], { summed, divisor: summed && how === 'mean' ? labels.count : 1 });
  if (summed) return { loss: picked, counts, ignored };
  const losses = counts === null ? picked : weighted(picked, toDtype(counts, rows.dt), ignored);
  return { loss: reduceCounted(losses, counts, shape, how), counts, ignored };
}

/** What is ignored counts nothing, even where the input is infinite. */
function weighted(losses: Tensor, counts: Tensor, ignored: Tensor | null): Tensor {
  const product = mul(losses, counts);
  return ignored === null ? product : where(ignored, 0, product);
}

const nllKeywords = ['weight', 'ignoreIndex', 'reduction'] as const;

/** -input[target], weighted by class: the input holds log-probabilities (N, C, ...), the target labels (N, ...). */
export function nllLoss(input: Tensor, target: Tensor, ...args: ArgsOf<NllLossOptions, ['weight']>): Tensor {
  const options = readArgs<NllLossOptions>('nllLoss', args, ['weight'], nllKeywords);
  asTensor('nllLoss', 'input', input);
  const { rows, classes, shape } = rowsOf('nllLoss', input, asTensor('nllLoss', 'target', target));
  return nllRows('nllLoss', rows, target, classes, shape, options).loss;
}

/** -log softmax(input)[target]: logits (N, C, ...), targets labels (N, ...) or probabilities of the input's shape. */
export function crossEntropy(input: Tensor, target: Tensor, ...args: ArgsOf<CrossEntropyOptions, ['weight']>): Tensor {
  const op = 'crossEntropy';
  const options = readArgs<CrossEntropyOptions>(op, args, ['weight'], [...nllKeywords, 'labelSmoothing']);
  asTensor(op, 'input', input);
  asTensor(op, 'target', target);
  const smoothing = asNumber(op, 'labelSmoothing', options.labelSmoothing ?? 0);
  if (!(smoothing >= 0 && smoothing <= 1)) fail(ArgumentError, op, 'labelSmoothing in [0, 1]', show(smoothing));
  if (input.ndim > 0 && sameShape(shapeOf(input), shapeOf(target)) && target.dt.category === Category.Float)
    return softTargets(input, target, smoothing, options);
  const { rows, classes, shape } = rowsOf(op, input, target);
  const logp = logSoftmax(rows, 1);
  const { loss, counts, ignored } = nllRows(op, logp, target, classes, shape, options);
  if (smoothing === 0) return loss;
  const weight = checkWeight(op, options.weight, classes);
  const spread = neg(sum(weight === null ? logp : mul(logp, weight), 1));
  const smooth = reduceCounted(ignored === null ? spread : where(ignored, 0, spread), counts, shape, reductionOf(op, options.reduction));
  return add(mul(loss, 1 - smoothing), mul(smooth, smoothing / classes));
}

/** Targets that are probabilities: -sum(target * log softmax(input)). */
function softTargets(input: Tensor, target: Tensor, smoothing: number, options: CrossEntropyOptions): Tensor {
  const op = 'crossEntropy';
  if (options.ignoreIndex !== undefined && options.ignoreIndex >= 0)
    fail(ArgumentError, op, 'no ignoreIndex with probabilities as targets', String(options.ignoreIndex));
  const at = input.ndim === 1 ? 0 : 1;
  const classes = shapeOf(input)[at];
  const weight = checkWeight(op, options.weight, classes);
  const p = smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing / classes);
  const logp = logSoftmax(input, at);
  const column = weight === null ? null : reshape(weight, [classes, ...new Array<number>(input.ndim - at - 1).fill(1)]);
  const losses = neg(sum(mul(column === null ? logp : mul(logp, column), p), at));
  const how = reductionOf(op, options.reduction);
  return how === 'none' ? losses : how === 'sum' ? sum(losses) : div(sum(losses), input.count / classes);
}
