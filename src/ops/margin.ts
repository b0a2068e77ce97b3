// Losses that are 0 once a score is on the right side by a margin: hinge, ranking, triplets, classes.

import { Category, int64, uint8 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError } from '../core/errors.js';
import { broadcastShapes, sameShape, showShape } from '../core/shape.js';
import { constant } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { clampMin } from './clamp.js';
import { eq, logicalNot, ne, where } from './compare.js';
import { toDtype } from './copy.js';
import { arange, fromArray } from './create.js';
import { asIndex, gather, indexSelect } from './gather.js';
import { minimum, sqrt } from './pointwise.js';
import { pow } from './power.js';
import { floatOf } from './promote.js';
import { sum } from './reduce.js';
import { needSameShape, type ReductionOption, reduced } from './reduced.js';
import { magnitudeOf } from './scale.js';
import { pairwiseDistance } from './similarity.js';
import { reshape, squeeze, unsqueeze } from './view.js';

const hinge = (x: Tensor): Tensor => clampMin(x, 0);

export interface MarginOptions extends ReductionOption {
  margin?: number;
}

/** input where the target is 1, max(0, margin - input) where it is -1. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, ...args: ArgsOf<MarginOptions, ['margin']>): Tensor {
  const op = 'hingeEmbeddingLoss';
  const { margin = 1, reduction } = readArgs<MarginOptions>(op, args, ['margin'], ['reduction']);
  asTensor(op, 'input', input);
  asTensor(op, 'target', target);
  const far = where(ne(target, 1), hinge(add(neg(input), asNumber(op, 'margin', margin))), 0);
  return reduced(op, add(far, where(ne(target, -1), input, 0)), reduction);
}

/** max(0, margin - target (input1 - input2)). */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, ...args: ArgsOf<MarginOptions, ['margin']>): Tensor {
  const op = 'marginRankingLoss';
  const { margin = 0, reduction } = readArgs<MarginOptions>(op, args, ['margin'], ['reduction']);
  sameRank(op, asTensor(op, 'input1', input1), asTensor(op, 'input2', input2), asTensor(op, 'target', target));
  const apart = mul(neg(target), sub(input1, input2));
  // A margin counts as a float, whole or not.
  return reduced(op, hinge(add(apart, constant(asNumber(op, 'margin', margin), floatOf(apart.dt)))), reduction);
}

function sameRank(op: string, first: Tensor, ...others: readonly Tensor[]): void {
  const odd = others.find((t) => t.ndim !== first.ndim);
  if (odd !== undefined)
    fail(ShapeError, op, `tensors of ${first.ndim} dims`, `${showShape(shapeOf(odd))}: all input tensors should have the same number of dims`);
}

/** 1 - cos(input1, input2) where the target is 1, max(0, cos - margin) where it is -1. */
export function cosineEmbeddingLoss(input1: Tensor, input2: Tensor, target: Tensor, ...args: ArgsOf<MarginOptions, ['margin']>): Tensor {
  const op = 'cosineEmbeddingLoss';
  const { margin = 0, reduction } = readArgs<MarginOptions>(op, args, ['margin'], ['reduction']);
  const shape = broadcastShapes(op, shapeOf(asTensor(op, 'input1', input1)), shapeOf(asTensor(op, 'input2', input2)));
  if (asTensor(op, 'target', target).ndim > 1 || shape.length !== target.ndim + 1)
    fail(ShapeError, op, `a 0-d target for vectors or a 1-d target for rows`, `target ${showShape(shapeOf(target))} for ${showShape(shape)}`);
  const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), -1);
  // Of vectors whose largest element is 1, so that squares stay in range; the eps against division by 0 is scaled alike.
  const scaled = [input1, input2].map((x) => {
    const size = x.count === 0 || x.dt.category !== Category.Float ? constant(1, floatOf(x.dt)) : clampMin(magnitudeOf(x, -1), 1e-6);
    const u = div(x, size);
    const eps = noGrad(() => div(1e-6, size.ndim === 0 ? size : squeeze(size, -1)));
    return { u, norm: sqrt(add(dot(u, u), mul(eps, eps))) };
  });
  const [a, b] = scaled;
  const cosine = div(dot(a.u, b.u), mul(a.norm, b.norm));
  const apart = hinge(sub(cosine, asNumber(op, 'margin', margin)));
  return reduced(op, add(where(eq(target, 1), sub(1, cosine), 0), where(eq(target, -1), apart, 0)), reduction);
}

export interface TripletOptions extends MarginOptions {
  /** The norm's exponent. */
  p?: number;
  eps?: number;
  /** Measures the negative from the positive where that is nearer. */
  swap?: boolean;
}
export type Distance = (a: Tensor, b: Tensor) => Tensor;
export interface TripletDistanceOptions extends MarginOptions {
  distanceFunction?: Distance | null;
  swap?: boolean;
}

/** max(0, d(anchor, positive) - d(anchor, negative) + margin) by any distance; by default the pairwise one. */
export function tripletMarginWithDistanceLoss(anchor: Tensor, positive: Tensor, negative: Tensor, ...args: ArgsOf<TripletDistanceOptions, []>): Tensor {
  const op = 'tripletMarginWithDistanceLoss';
  const given = readArgs<TripletDistanceOptions>(op, args, [], ['distanceFunction', 'margin', 'swap', 'reduction']);
  const { margin = 1, swap = false, reduction } = given;
  const distance = given.distanceFunction ?? ((a: Tensor, b: Tensor) => pairwiseDistance(a, b));
  sameRank(op, asTensor(op, 'anchor', anchor), asTensor(op, 'positive', positive), asTensor(op, 'negative', negative));
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const nearest = asBoolean(op, 'swap', swap) ? minimum(far, distance(positive, negative)) : far;
  return reduced(op, hinge(add(sub(near, nearest), asNumber(op, 'margin', margin))), reduction);
}

/** max(0, |anchor - positive|_p - |anchor - negative|_p + margin). */
export function tripletMarginLoss(anchor: Tensor, positive: Tensor, negative: Tensor, ...args: ArgsOf<TripletOptions, ['margin', 'p', 'eps', 'swap']>): Tensor {
  const { p = 2, eps = 1e-6, ...rest } = readArgs<TripletOptions>('tripletMarginLoss', args, ['margin', 'p', 'eps', 'swap'], ['reduction']);
  return tripletMarginWithDistanceLoss(anchor, positive, negative, { ...rest, distanceFunction: (a, b) => pairwiseDistance(a, b, p, eps) });
}

// Classes ------------------------------------------------------------------------------------------------------------------------------------------------------

/** (N, C) scores, a single sample as one row. */
function scoresOf(op: string, input: Tensor): Tensor {
  if (asTensor(op, 'input', input).ndim === 0 || input.ndim > 2) fail(ShapeError, op, 'an input of shape [C] or [N, C]', showShape(shapeOf(input)));
  return input.ndim === 1 ? unsqueeze(input, 0) : input;
}

export interface MultiMarginOptions extends MarginOptions {
  /** 1 or 2. */
  p?: number;
  /** A factor for every class. */
  weight?: Tensor | null;
}
/** The sum over the other classes i of max(0, margin - x[target] + x[i])^p, over C. */
export function multiMarginLoss(input: Tensor, target: Tensor, ...args: ArgsOf<MultiMarginOptions, ['p', 'margin', 'weight']>): Tensor {
  const op = 'multiMarginLoss';
  const { p = 1, margin = 1, weight = null, reduction } = readArgs<MultiMarginOptions>(op, args, ['p', 'margin', 'weight'], ['reduction']);
  if (p !== 1 && p !== 2) fail(ArgumentError, op, 'p to be 1 or 2', String(p));
  const x = scoresOf(op, input);
  const labels = reshape(toDtype(asIndex(op, 'target', target), int64), [target.count]);
  if (labels.count !== shapeOf(x)[0] || target.ndim > 1) fail(ShapeError, op, `${shapeOf(x)[0]} labels`, showShape(shapeOf(target)));
  const odd = Array.from(labels.toTypedArray() as BigInt64Array, Number).find((label) => !(label >= 0 && label < shapeOf(x)[1]));
  if (odd !== undefined) fail(IndexError, op, `labels in [0, ${shapeOf(x)[1] - 1}]`, `${odd}: target out of range`);
  if (weight !== null && !sameShape(shapeOf(asTensor(op, 'weight', weight)), [shapeOf(x)[1]]))
    fail(ShapeError, op, `a weight for each of ${shapeOf(x)[1]} classes`, showShape(shapeOf(weight)));
  const column = unsqueeze(labels, 1);
  const gaps = hinge(add(sub(x, gather(x, 1, column)), asNumber(op, 'margin', margin)));
  const raised = p === 1 ? gaps : pow(gaps, 2);
  const counted = weight === null ? raised : mul(raised, unsqueeze(indexSelect(weight, 0, labels), 1));
  const loss = div(sum(where(eq(column, arange(shapeOf(x)[1])), 0, counted), 1), shapeOf(x)[1]);
  return reduced(op, input.ndim === 1 ? reshape(loss, []) : loss, reduction);
}

/** Truth by class: the labels of each row up to its first -1. */
function labelled(op: string, target: Tensor, rows: number, classes: number): Tensor {
  const labels = Array.from(asIndex(op, 'target', target).toTypedArray() as Iterable<number | bigint>, Number);
  const truth = new Uint8Array(rows * classes);
  for (let n = 0; n < rows; n++) {
    for (let j = 0; j < classes && labels[n * classes + j] >= 0; j++) {
      const label = labels[n * classes + j];
      if (label >= classes) fail(IndexError, op, `labels below ${classes}`, String(label));
      truth[n * classes + label] = 1;
    }
  }
  return ne(fromArray(op, truth, [rows, classes], uint8), 0);
}

/** The sum over labels j and other classes i of max(0, 1 - (x[j] - x[i])), over C; labels end with -1. */
export function multilabelMarginLoss(input: Tensor, target: Tensor, ...args: ArgsOf<ReductionOption, []>): Tensor {
  const op = 'multilabelMarginLoss';
  const { reduction } = readArgs<ReductionOption>(op, args, [], ['reduction']);
  const x = scoresOf(op, input);
  needSameShape(op, 'a target', asTensor(op, 'target', target), shapeOf(input));
  const isLabel = labelled(op, target, shapeOf(x)[0], shapeOf(x)[1]);
  const gaps = hinge(add(sub(unsqueeze(x, 1), unsqueeze(x, 2)), 1));
  const counts = mul(unsqueeze(isLabel, 2), unsqueeze(logicalNot(isLabel), 1));
  const loss = div(sum(where(counts, gaps, 0), [1, 2]), shapeOf(x)[1]);
  return reduced(op, input.ndim === 1 ? reshape(loss, []) : loss, reduction);
}
