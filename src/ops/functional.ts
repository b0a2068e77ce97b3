// nn.functional: losses of classes, one-hot, dropout. All composed of other ops.
import { Category, int64, uint8 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { numel, sameShape, showShape } from '../core/shape.js';
import { constant } from '../tensor/fill.js';
import { empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asChoice, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg } from './arithmetic.js';
import { eq, where } from './compare.js';
import { toDtype } from './copy.js';
import { arange } from './create.js';
import { rewrite } from './derived.js';
import { dropoutMask } from './draw.js';
import { amax, amin } from './extrema.js';
import { asIndex, gather, indexSelect } from './gather.js';
import { generatorOf, type RandomOptions } from './random.js';
import { sum } from './reduce.js';
import type { Reduction } from './reduced.js';
import { logSoftmax } from './softmax.js';
import { permute, reshape, unsqueeze } from './view.js';

export type { Reduction } from './reduced.js';

// Classification -------------------------------------------------------------------------------------------------------------------------------------------------

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
  const shape = input.shape.toSpliced(at, 1);
  const classes = input.shape[at];
  if (input.ndim === 0 || !sameShape(shape, target.shape)) {
    fail(ShapeError, op, `a target of shape ${showShape(shape)} for input ${showShape(input.shape)}`, showShape(target.shape));
  }
  const last = input.ndim <= 2 ? input : permute(input, [0, ...input.shape.keys()].filter((d, i) => i === 0 || d > 1).concat(1));
  return { rows: reshape(last, [numel(shape), classes]), classes, shape };
}

/** The labels as a vector in range, ignored ones replaced by 0, with what each counts. */
function labelsOf(op: string, target: Tensor, classes: number, ignoreIndex: number): { labels: Tensor; ignored: Tensor | null } {
  // Bytes are how image files hold their labels.
  const given = target.dt === uint8 ? target : asIndex(op, 'target', target);
  const wide = toDtype(reshape(given, [target.count]), int64);
  if (wide.count === 0) return { labels: wide, ignored: null };
  const [low, high] = [amin(wide).item() as number, amax(wide).item() as number];
  if (low >= 0 && high < classes && (ignoreIndex < 0 || ignoreIndex >= classes)) return { labels: wide, ignored: null };
  const ignored = eq(wide, ignoreIndex);
  const labels = where(ignored, 0, wide);
  const [least, most] = [amin(labels).item() as number, amax(labels).item() as number];
  if (least < 0 || most >= classes)
    fail(IndexError, op, `labels in [0, ${classes - 1}]`, `${least < 0 ? least : most}: Target ${least < 0 ? least : most} is out of bounds`);
  return { labels, ignored };
}

function checkWeight(op: string, weight: Tensor | null | undefined, classes: number): Tensor | null {
  if (weight === undefined || weight === null) return null;
  if (asTensor(op, 'weight', weight).ndim !== 1 || weight.shape[0] !== classes) {
    fail(
      ShapeError,
      op,
      `a weight for each of ${classes} classes`,
      `${showShape(weight.shape)}: weight tensor should be defined either for all ${classes} classes or no classes`,
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
function reduceCounted(op: string, losses: Tensor, counts: Tensor | null, shape: readonly number[], reduction: unknown): Tensor {
  const how = asChoice(op, 'reduction', reduction, ['none', 'mean', 'sum']);
  if (how === 'none') return reshape(losses, shape);
  const total = sum(losses);
  return how === 'sum' ? total : div(total, counts === null ? losses.count : toDtype(sum(counts), losses.dt));
}

function nllRows(
  op: string,
  rows: Tensor,
  target: Tensor,
  classes: number,
  shape: readonly number[],
  options: NllLossOptions,
): { loss: Tensor; counts: Tensor | null } {
  const { weight, ignoreIndex = -100, reduction = 'mean' } = options;
  const { labels, ignored } = labelsOf(op, target, classes, asNumber(op, 'ignoreIndex', ignoreIndex));
  const counts = countsOf(labels, ignored, checkWeight(op, weight, classes));
  const picked = neg(reshape(gather(rows, 1, unsqueeze(labels, 1)), [labels.count]));
  const losses = counts === null ? picked : weighted(picked, toDtype(counts, rows.dt), ignored);
  return { loss: reduceCounted(op, losses, counts, shape, reduction), counts };
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
  if (input.ndim > 0 && sameShape(input.shape, target.shape) && target.dt.category === Category.Float) return softTargets(input, target, smoothing, options);
  const { rows, classes, shape } = rowsOf(op, input, target);
  const logp = logSoftmax(rows, 1);
  const { loss, counts } = nllRows(op, logp, target, classes, shape, options);
  if (smoothing === 0) return loss;
  const weight = checkWeight(op, options.weight, classes);
  const spread = neg(sum(weight === null ? logp : mul(logp, weight), 1));
  const { ignored } = labelsOf(op, target, classes, options.ignoreIndex ?? -100);
  const smooth = reduceCounted(op, ignored === null ? spread : where(ignored, 0, spread), counts, shape, options.reduction ?? 'mean');
  return add(mul(loss, 1 - smoothing), mul(smooth, smoothing / classes));
}

/** Targets that are probabilities: -sum(target * log softmax(input)). */
function softTargets(input: Tensor, target: Tensor, smoothing: number, options: CrossEntropyOptions): Tensor {
  const op = 'crossEntropy';
  if (options.ignoreIndex !== undefined && options.ignoreIndex >= 0)
    fail(ArgumentError, op, 'no ignoreIndex with probabilities as targets', String(options.ignoreIndex));
  const at = input.ndim === 1 ? 0 : 1;
  const classes = input.shape[at];
  const weight = checkWeight(op, options.weight, classes);
  const p = smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing / classes);
  const logp = logSoftmax(input, at);
  const column = weight === null ? null : reshape(weight, [classes, ...new Array<number>(input.ndim - at - 1).fill(1)]);
  const losses = neg(sum(mul(column === null ? logp : mul(logp, column), p), at));
  const how = asChoice(op, 'reduction', options.reduction ?? 'mean', ['none', 'mean', 'sum']);
  return how === 'none' ? losses : how === 'sum' ? sum(losses) : div(sum(losses), input.count / classes);
}

/** Labels as rows of 0 with a 1 at the label, int64. numClasses -1 takes one more than the largest label. */
export function oneHot(labels: Tensor, ...args: ArgsOf<{ numClasses?: number }, ['numClasses']>): Tensor {
  const { numClasses = -1 } = readArgs<{ numClasses?: number }>('oneHot', args, ['numClasses']);
  const wide = toDtype(asIndex('oneHot', 'labels', labels), int64);
  if (wide.count === 0 && numClasses <= 0)
    fail(ArgumentError, 'oneHot', 'numClasses for no labels', 'Can not infer total number of classes from empty tensor.');
  const [low, high] = wide.count === 0 ? [0, -1] : [amin(wide).item() as number, amax(wide).item() as number];
  if (low < 0) fail(IndexError, 'oneHot', 'labels >= 0', `${low}: Class values must be non-negative.`);
  const classes = numClasses === -1 ? high + 1 : asNumber('oneHot', 'numClasses', numClasses);
  if (classes <= 0) fail(ArgumentError, 'oneHot', 'numClasses > 0', String(classes));
  if (high >= classes) fail(IndexError, 'oneHot', `labels below numClasses = ${classes}`, `${high}: Class values must be smaller than num_classes.`);
  return toDtype(eq(unsqueeze(wide, wide.ndim), arange(classes)), int64);
}

// Dropout ----------------------------------------------------------------------------------------------------------------------------------------------------------

export interface DropoutOptions {
  /** Probability of an element to be zeroed. */
  p?: number;
  training?: boolean;
  inplace?: boolean;
  generator?: RandomOptions['generator'];
}

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p); otherwise the input. */
export function dropout(x: Tensor, ...args: ArgsOf<DropoutOptions, ['p', 'training', 'inplace']>): Tensor {
  asTensor('dropout', 'input', x);
  const { p = 0.5, training = true, inplace = false, generator } = readArgs<DropoutOptions>('dropout', args, ['p', 'training', 'inplace'], ['generator']);
  const chance = asNumber('dropout', 'p', p);
  if (!(chance >= 0 && chance <= 1)) fail(ArgumentError, 'dropout', 'p in [0, 1]', `${show(p)}: dropout probability has to be between 0 and 1`);
  if (!asBoolean('dropout', 'training', training) || chance === 0 || x.count === 0) return x;
  if (x.dt.category !== Category.Float) fail(DTypeError, 'dropout', 'a floating point tensor', x.dtype);
  const mask = empty(x.shape, x.dt);
  dropoutMask(generatorOf('dropout', generator), mask, chance);
  return asBoolean('dropout', 'inplace', inplace) ? rewrite(mul)(x, mask) : mul(x, mask);
}
