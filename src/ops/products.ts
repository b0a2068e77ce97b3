// Products of matrices and vectors in their many forms.

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { broadcastShapes, checkDim, expandsTo, showShape } from '../core/shape.js';
import { constant, full } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, asTensors, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { clamp } from './clamp.js';
import { copy_, toDtype, zero_ } from './copy.js';
import { diagonal } from './diagonal.js';
import { tensordot } from './einsum.js';
import { stack } from './join.js';
import { type AddmmOptions, bmm, dot, factorsOf, matmul, mv, outer } from './matmul.js';
import { sqrt } from './pointwise.js';
import { sum } from './reduce.js';
import { magnitudeOf } from './scale.js';
import { broadcastTo, reshape, select, squeeze, transpose, unsqueeze } from './view.js';

// A product added to something ---------------------------------------------------------------------------------------------------------------------------------

type AddArgs = ArgsOf<AddmmOptions, []>;
type Added = (input: Tensor, a: Tensor, b: Tensor, ...args: AddArgs) => Tensor;

/** The tensor with zeros in the place of its values, and its history. */
function overwritten(y: Tensor): Tensor {
  noGrad(() => zero_(y));
  return y;
}

/** beta * input + alpha * product; with beta 0 the input is not read, and where BLAS multiplies (`skips`) with alpha 0 neither is the product. */
const addedTo =
  (op: string, rank: readonly [number, number], product: (a: Tensor, b: Tensor) => Tensor, skips: boolean): Added =>
  (input, a, b, ...args) => {
    const given = readArgs<AddmmOptions>(op, args, [], ['beta', 'alpha']);
    [a, b].forEach((t, i) => {
      if (asTensor(op, 'ab'[i], t).ndim !== rank[i]) fail(ShapeError, op, `${'ab'[i]} of ${rank[i]} dims`, showShape(shapeOf(t)));
    });
    let y = product(a, b);
    if (!expandsTo(shapeOf(asTensor(op, 'input', input)), shapeOf(y)))
      fail(ShapeError, op, `an input that broadcasts to ${showShape(shapeOf(y))}`, showShape(shapeOf(input)));
    if (input.dt !== y.dt) fail(ArgumentError, op, `an input of dtype ${y.dtype}`, input.dtype);
    const { beta, alpha } = factorsOf(op, y.dt, given);
    const by = (t: Tensor, factor: number): Tensor => (factor === 1 ? t : mul(t, constant(factor, y.dt)));
    // Finite, but with y's history: the gradients of a and b are 0 times what they would be.
    if (alpha === 0 && skips) y = overwritten(y);
    return beta === 0 ? by(y, alpha) : add(by(input, beta), by(y, alpha));
  };
const into =
  (f: Added): Added =>
  (input, ...rest) =>
    copy_(input, f(input, ...rest));

/** beta * input + alpha * (mat vec). */
export const addmv = addedTo('addmv', [2, 1], mv, true);
/** beta * input + alpha * (a b^T), of vectors. */
export const addr = addedTo('addr', [1, 1], outer, false);
/** beta * input + alpha * the products of all batches, summed. */
export const addbmm = addedTo(
  'addbmm',
  [3, 3],
  (a, b) =>
    tensordot(a, b, [
      [0, 2],
      [0, 1],
    ]),
  true,
);
/** beta * input + alpha * the products batch by batch. */
export const baddbmm = addedTo('baddbmm', [3, 3], bmm, false);
export const addmv_ = into(addmv);
export const addr_ = into(addr);
export const addbmm_ = into(addbmm);
export const baddbmm_ = into(baddbmm);

// Inner, outer, cross -------------------------------------------------------------------------------------------------------------------------------------------

/** Products summed over the last dims. */
export function inner(a: Tensor, b: Tensor): Tensor {
  if (asTensor('inner', 'a', a).ndim === 0 || asTensor('inner', 'b', b).ndim === 0) return mul(a, b);
  if (shapeOf(a).at(-1) !== shapeOf(b).at(-1))
    fail(ShapeError, 'inner', 'last dims of one size', `a ${showShape(shapeOf(a))} and b ${showShape(shapeOf(b))}: the size of last dimension must match`);
  return tensordot(a, b, [[-1], [-1]]);
}
/** The inner product of two vectors. */
export const vdot = (a: Tensor, b: Tensor): Tensor => dot(a, b);

/** The Kronecker product: every element of a times all of b. */
export function kron(a: Tensor, b: Tensor): Tensor {
  const n = Math.max(asTensor('kron', 'a', a).ndim, asTensor('kron', 'b', b).ndim);
  const [p, q] = [a, b].map((t) => [...new Array<number>(n - t.ndim).fill(1), ...shapeOf(t)]);
  const left = reshape(
    a,
    p.flatMap((size) => [size, 1]),
  );
  const right = reshape(
    b,
    q.flatMap((size) => [1, size]),
  );
  return reshape(
    mul(left, right),
    p.map((size, d) => size * q[d]),
  );
}

/** The cross product of vectors of three, along dim, or the first dim of size 3. */
export function cross(a: Tensor, b: Tensor, ...args: ArgsOf<{ dim?: number | null }, ['dim']>): Tensor {
  const op = 'cross';
  const { dim = null } = readArgs<{ dim?: number | null }>(op, args, ['dim']);
  const shape = broadcastShapes(op, shapeOf(asTensor(op, 'a', a)), shapeOf(asTensor(op, 'b', b)));
  if (a.ndim !== b.ndim)
    fail(ShapeError, op, 'operands of as many dims', `${showShape(shapeOf(a))} and ${showShape(shapeOf(b))}: inconsistent tensors dimensions`);
  const d = dim === null ? shape.indexOf(3) : checkDim(op, dim, shape.length);
  if (d < 0 || shape[d] !== 3) fail(ShapeError, op, 'a dim of size 3', `${showShape(shape)}: no dimension of size 3 in input`);
  const [p, q] = [a, b].map((t) => broadcastTo(t, shape)).map((t) => [0, 1, 2].map((i) => select(t, d, i)));
  return stack(
    [0, 1, 2].map((i) => sub(mul(p[(i + 1) % 3], q[(i + 2) % 3]), mul(p[(i + 2) % 3], q[(i + 1) % 3]))),
    d,
  );
}

/** The sum of a matrix's diagonal. */
export function trace(x: Tensor): Tensor {
  if (asTensor('trace', 'input', x).ndim !== 2) fail(ShapeError, 'trace', 'a matrix', `${showShape(shapeOf(x))}: expected a matrix`);
  return sum(diagonal(x, 0, -2, -1));
}

/** The product of a chain of matrices in the order that takes the least work; the first and the last may be vectors. */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  const op = 'linalg.multiDot';
  const list = asTensors(op, 'tensor', tensors);
  const n = list.length;
  if (n < 2) fail(ArgumentError, op, 'at least two tensors', `${n}: expected at least 2 tensors`);
  list.forEach((t, i) => {
    const vector = t.ndim === 1 && (i === 0 || i === n - 1);
    if (t.ndim !== 2 && !vector) fail(ShapeError, op, 'matrices, or a vector at either end', `${showShape(shapeOf(t))} at ${i}`);
    if (t.dt !== list[0].dt) fail(ArgumentError, op, 'tensors of one dtype', `${list[0].dtype} and ${t.dtype}: all tensors must have be the same dtype`);
  });
  const row = list[0].ndim === 1;
  const column = list[n - 1].ndim === 1;
  const chain = list.map((t, i) => (t.ndim === 2 ? t : unsqueeze(t, i === 0 ? 0 : 1)));
  chain.slice(1).forEach((t, i) => {
    if (shapeOf(chain[i])[1] !== shapeOf(t)[0])
      fail(ShapeError, op, 'sizes that fit', `${showShape(shapeOf(list[i]))} and ${showShape(shapeOf(list[i + 1]))}: cannot be multiplied`);
  });
  // cost[i][j] of the product of i ... j, and where it is split.
  const sizes = [shapeOf(chain[0])[0], ...chain.map((t) => shapeOf(t)[1])];
  const cost = chain.map(() => new Array<number>(n).fill(0));
  const split = chain.map(() => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i][j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const work = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (work < cost[i][j]) [cost[i][j], split[i][j]] = [work, k];
      }
    }
  }
  const product = (i: number, j: number): Tensor => (i === j ? chain[i] : matmul(product(i, split[i][j]), product(split[i][j] + 1, j)));
  const y = product(0, n - 1);
  const straight = row ? squeeze(y, 0) : y;
  return column ? squeeze(straight, -1) : straight;
}

// Covariance ----------------------------------------------------------------------------------------------------------------------------------------------------

export interface CovOptions {
  correction?: number;
  /** How often each observation counts. */
  fweights?: Tensor | null;
  /** How much each observation counts. */
  aweights?: Tensor | null;
}
/** The covariances of the rows of x, whose columns are observations. */
export function cov(x: Tensor, ...args: ArgsOf<CovOptions, []>): Tensor {
  const op = 'cov';
  const { correction = 1, fweights = null, aweights = null } = readArgs<CovOptions>(op, args, [], ['correction', 'fweights', 'aweights']);
  if (asTensor(op, 'input', x).ndim > 2) fail(ShapeError, op, 'at most two dims', `${showShape(shapeOf(x))}: expected input to have two or fewer dimensions`);
  const rows = x.ndim < 2 ? reshape(x, [1, x.count]) : x;
  const n = shapeOf(rows)[1];
  const checkWeights = (role: string, w: Tensor | null, category: number): void => {
    if (w === null) return;
    if (asTensor(op, role, w).ndim > 1 || w.count !== n)
      fail(ShapeError, op, `${role} to be a vector of ${n}`, `${showShape(shapeOf(w))}: expected ${role} to have one or fewer dimensions and the same numel`);
    if (w.dt.category !== category) fail(ArgumentError, op, `${role} of ${category === 1 ? 'integral' : 'floating point'} dtype`, w.dtype);
    if (w.count > 0 && (w.toTypedArray() as ArrayLike<number | bigint> as number[]).some((v) => v < 0))
      fail(ArgumentError, op, `non-negative ${role}`, 'a negative one: cannot be negative');
  };
  checkWeights('fweights', fweights, 1);
  checkWeights('aweights', aweights, 2);
  const w = fweights === null ? aweights : aweights === null ? fweights : mul(fweights, aweights);
  const weighted = (t: Tensor): Tensor => (w === null ? t : mul(t, w));
  const total = w === null ? full([], n, rows.dt) : sum(w);
  const centred = sub(rows, unsqueeze(div(sum(weighted(rows), 1), total), 1));
  const lost = aweights !== null && correction !== 0 ? div(mul(sum(mul(w!, aweights)), correction), total) : correction;
  const freedom = clamp(sub(total, lost), { min: 0 });
  const c = div(matmul(centred, toDtype(transpose(weighted(centred), 0, 1), centred.dt)), freedom);
  return squeeze(c);
}
/** The correlation coefficients of the rows of x. */
export function corrcoef(x: Tensor): Tensor {
  if (asTensor('corrcoef', 'input', x).ndim > 2)
    fail(ShapeError, 'corrcoef', 'at most two dims', `${showShape(shapeOf(x))}: expected input to have two or fewer dimensions`);
  // The correlation is that of rows of any scale; the squares of rows of size 1 stay in range.
  const c = cov(x.count === 0 ? x : div(x, magnitudeOf(x, -1)));
  if (c.ndim === 0) return div(c, c);
  const deviation = sqrt(diagonal(c, 0, -2, -1));
  return clamp(div(div(c, unsqueeze(deviation, 1)), unsqueeze(deviation, 0)), { min: -1, max: 1 });
}
