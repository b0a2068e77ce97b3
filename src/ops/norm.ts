// p-norms along dims, and what is made of them: distances, similarities, unit vectors. Their gradients at 0 are 0, as in PyTorch.

import { broadcastShapes } from '../core/shape.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { clamp, clampMin_ } from './clamp.js';
import { eq, ne, where } from './compare.js';
import { clone, toDtype } from './copy.js';
import { amax, amin } from './extrema.js';
import { abs, sqrt } from './pointwise.js';
import { pow } from './power.js';
import { needFloat, resultType } from './promote.js';
import { type Dims, sum } from './reduce.js';
import { broadcastTo } from './view.js';

/** f(x), but 0 with gradient 0 where x is 0: f never sees the zeros. */
function offZero(x: Tensor, f: (x: Tensor) => Tensor, atZero = 0): Tensor {
  const zero = eq(x, 0);
  return where(zero, atZero, f(where(zero, 1, x)));
}

/** (sum |x|^p)^(1/p) over the dims; the largest |x| for infinity, the smallest for -infinity, the number of nonzeros for 0. */
export function pNorm(x: Tensor, p: number, dim: Dims, keepdim: boolean): Tensor {
  const over = { dim, keepdim };
  if (p === 2) return offZero(sum(mul(x, x), over), sqrt);
  if (p === 1) return sum(abs(x), over);
  if (p === 0) return sum(add(mul(x, 0), toDtype(ne(x, 0), x.dt)), over);
  if (p === Number.POSITIVE_INFINITY) return amax(abs(x), over);
  if (p === Number.NEGATIVE_INFINITY) return amin(abs(x), over);
  const powers = offZero(abs(x), (a) => pow(a, p), p < 0 ? Number.POSITIVE_INFINITY : 0);
  return offZero(sum(powers, over), (s) => pow(s, 1 / p));
}

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
  return div(x, clamp(pNorm(needFloat('normalize', x), asNumber('normalize', 'p', p), dim, true), { min: asNumber('normalize', 'eps', eps) }));
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
  return pNorm(needFloat(op, d), asNumber(op, 'p', p), -1, asBoolean(op, 'keepdim', keepdim));
}

export interface CosineSimilarityOptions {
  dim?: number;
  eps?: number;
}

/** a . b / (|a| |b|) along a dim, each norm taken as at least eps. */
export function cosineSimilarity(a: Tensor, b: Tensor, ...args: ArgsOf<CosineSimilarityOptions, ['dim', 'eps']>): Tensor {
  const op = 'cosineSimilarity';
  const { dim = 1, eps = 1e-8 } = readArgs<CosineSimilarityOptions>(op, args, ['dim', 'eps']);
  const shape = broadcastShapes(op, asTensor(op, 'x1', a).shape, asTensor(op, 'x2', b).shape);
  const dt = resultType(a, b);
  const unit = (x: Tensor): Tensor => {
    const wide = broadcastTo(needFloat(op, toDtype(x, dt)), shape);
    return div(wide, floored(pNorm(wide, 2, dim, true), asNumber(op, 'eps', eps)));
  };
  return sum(mul(unit(a), unit(b)), { dim });
}
