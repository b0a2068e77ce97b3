// What is made of p-norms along a dim: distances, similarities, unit vectors. Their gradients at 0 are 0, as in PyTorch.

import { broadcastShapes } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { clamp, clampMin_ } from './clamp.js';
import { clone, toDtype } from './copy.js';
import { pNorm } from './norms.js';
import { needFloat, resultType } from './promote.js';
import { sum } from './reduce.js';
import { broadcastTo } from './view.js';

/** max(t, floor) whose gradient is that of t: a guard against division by 0 that training does not see. */
export function floored(t: Tensor, floor: number): Tensor {
  const y = clone(t);
  noGrad(() => clampMin_(y, floor));
  return y;
}

export interface NormalizeOptions {
  /** The norm's exponent. */
  p?: number;
  dim?: number;
  /** Norms are taken as at least this. */
  eps?: number;
}

/** x / max(|x|_p, eps) along a dim. */
export function normalize(x: Tensor, ...args: ArgsOf<NormalizeOptions, ['p', 'dim', 'eps']>): Tensor {
  asTensor('normalize', 'input', x);
  const { p = 2, dim = 1, eps = 1e-12 } = readArgs<NormalizeOptions>('normalize', args, ['p', 'dim', 'eps']);
  return div(
    x,
    clamp(pNorm('normalize', needFloat('normalize', x), asNumber('normalize', 'p', p), dim, true, true), { min: asNumber('normalize', 'eps', eps) }),
  );
}

export interface PairwiseDistanceOptions {
  p?: number;
  /** Added to the differences, against a gradient at distance 0. */
  eps?: number;
  keepdim?: boolean;
}

/** |a - b + eps|_p along the last dim. */
export function pairwiseDistance(a: Tensor, b: Tensor, ...args: ArgsOf<PairwiseDistanceOptions, ['p', 'eps', 'keepdim']>): Tensor {
  const op = 'pairwiseDistance';
  const { p = 2, eps = 1e-6, keepdim = false } = readArgs<PairwiseDistanceOptions>(op, args, ['p', 'eps', 'keepdim']);
  const d = add(sub(asTensor(op, 'x1', a), asTensor(op, 'x2', b)), asNumber(op, 'eps', eps));
  return pNorm(op, needFloat(op, d), asNumber(op, 'p', p), -1, asBoolean(op, 'keepdim', keepdim));
}

export interface CosineSimilarityOptions {
  dim?: number;
  eps?: number;
}

/** a . b / (|a| |b|) along a dim, each norm taken as at least eps. */
export function cosineSimilarity(a: Tensor, b: Tensor, ...args: ArgsOf<CosineSimilarityOptions, ['dim', 'eps']>): Tensor {
  const op = 'cosineSimilarity';
  const { dim = 1, eps = 1e-8 } = readArgs<CosineSimilarityOptions>(op, args, ['dim', 'eps']);
  const shape = broadcastShapes(op, shapeOf(asTensor(op, 'x1', a)), shapeOf(asTensor(op, 'x2', b)));
  const dt = resultType(a, b);
  const unit = (x: Tensor): Tensor => {
    const wide = broadcastTo(needFloat(op, toDtype(x, dt)), shape);
    return div(wide, floored(pNorm(op, wide, 2, dim, true, true), asNumber(op, 'eps', eps)));
  };
  return sum(mul(unit(a), unit(b)), { dim });
}
