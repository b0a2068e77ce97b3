// LU and Cholesky factorisations, triangular and general systems, determinants. Every factorisation is made once: backward solves with the factors of forward.

import { int32, int64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError } from '../core/errors.js';
import { broadcastShapes, numel, sameShape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { apply, applyMulti, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { add, mul, neg, sub } from './arithmetic.js';
import { le, ne } from './compare.js';
import { eye, fromArray } from './create.js';
import { diagonal, tril, triu } from './diagonal.js';
import { gather } from './gather.js';
import { cat } from './join.js';
import { kernelFor } from './map.js';
import { matmul } from './matmul.js';
import { abs, sqrt } from './pointwise.js';
import { needFloat } from './promote.js';
import { anyTrue, prod, sum } from './reduce.js';
import { productOfOthers } from './scan.js';
import { svdOf } from './svd.js';
import { broadcastTo, expand, narrow, squeeze, transpose, unsqueeze } from './view.js';

export const turned = (x: Tensor): Tensor => transpose(x, -2, -1);
const batchOf = (x: Tensor): number => numel(shapeOf(x).slice(0, -2));
const packedCopy = (x: Tensor): Tensor => {
  const y = empty(shapeOf(x), x.dt);
  copyInto(y, x);
  return y;
};

export function needMatrix(op: string, x: Tensor, square = true): Tensor {
  needFloat(op, asTensor(op, 'input', x));
  if (x.ndim < 2) fail(ShapeError, op, 'a matrix or batches of matrices', `${showShape(shapeOf(x))}: The input tensor must have at least 2 dimensions`);
  if (square && shapeOf(x).at(-2) !== shapeOf(x).at(-1))
    fail(ShapeError, op, 'square matrices', `${showShape(shapeOf(x))}: must be batches of square matrices`);
  return x;
}

// LU ----------------------------------------------------------------------------------------------------------------------------------------------------

/** L and U in one, LAPACK's pivots, and the first zero pivot of each matrix (or 0). */
interface Factors {
  readonly lu: Tensor;
  readonly pivots: Tensor;
  readonly info: Tensor;
}
function factorise(op: string, a: Tensor): Factors {
  const [m, n] = [shapeOf(a).at(-2)!, shapeOf(a).at(-1)!];
  const lead = shapeOf(a).slice(0, -2);
  const lu = packedCopy(a);
  const [pivots, info] = [empty([...lead, Math.min(m, n)], int32), empty(lead, int32)];
  kernelFor(op, K.lu, a.dt)(addressOf(lu), addressOf(pivots), addressOf(info), batchOf(a), m, n);
  return { lu, pivots, info };
}

/** For every matrix of m rows: the row of a that is row i of L U, or the other way round; and the sign of that permutation. */
function permutation(pivots: Tensor, m: number, inverse: boolean): { rows: Tensor; signs: number[] } {
  const size = shapeOf(pivots).at(-1)!;
  const list = pivots.toTypedArray() as Int32Array;
  const batches = numel(shapeOf(pivots).slice(0, -1));
  const rows = new BigInt64Array(batches * m);
  const signs = new Array<number>(batches).fill(1);
  for (let b = 0; b < batches; b++) {
    const order = Array.from({ length: m }, (_, i) => i);
    for (let k = 0; k < size; k++) {
      const other = list[b * size + k] - 1;
      if (other === k) continue;
      [order[k], order[other]] = [order[other], order[k]];
      signs[b] = -signs[b];
    }
    order.forEach((from, i) => {
      rows[b * m + (inverse ? from : i)] = BigInt(inverse ? i : from);
    });
  }
  return { rows: fromArray('lu', rows, [...shapeOf(pivots).slice(0, -1), m], int64), signs };
}
/** Rows of x exchanged as a factorisation did it, or back. */
function permuted(x: Tensor, pivots: Tensor, inverse: boolean): Tensor {
  const { rows } = permutation(pivots, shapeOf(x).at(-2)!, inverse);
  return gather(x, x.ndim - 2, expand(unsqueeze(rows, -1), [...shapeOf(x)]));
}

/** Batches of matrices as (batches, n, n), a row-major or a transposed one as it lies. */
function flatBatch(a: Tensor): Tensor {
  const [m, n] = [shapeOf(a).at(-2)!, shapeOf(a).at(-1)!];
  const flipped = !a.packed && turned(a).packed;
  const lying = a.packed || flipped ? a : packedCopy(a);
  return alias(lying, [batchOf(a), m, n], flipped ? [m * n, 1, m] : [m * n, n, 1], lying.offset);
}

/** Solves with a triangle of the flat a, in place of b: packed, as many matrices. */
function substitute(a: Tensor, b: Tensor, isUpper: boolean, unit: boolean): void {
  if (b.count === 0) return;
  const [step, row, column] = stridesOf(a);
  const kernel = kernelFor('solveTriangular', K.solve_triangular, b.dt);
  kernel(addressOf(a), addressOf(b), shapeOf(a)[0], shapeOf(b).at(-2)!, shapeOf(b).at(-1)!, row, column, step, Number(isUpper), Number(unit));
}

// Triangular systems ----------------------------------------------------------------------------------------------------------------------------------------

interface Triangular {
  readonly isUpper: boolean;
  readonly unit: boolean;
}
/** Inputs of equal batches. */
const triangularOp: Op<Triangular> = defineOp<Triangular>({
  name: 'solveTriangular',
  saves: 1 | OUT,
  forward: ([a, b], { isUpper, unit }) => {
    const x = packedCopy(b);
    substitute(flatBatch(a), x, isUpper, unit);
    return x;
  },
  joint: ([dy], node, needs) => {
    const { isUpper, unit } = node.args as Triangular;
    const db = triangularSolve(turned(node.x(0)), dy!, !isUpper, unit);
    if (!needs(0)) return [null, db];
    const da = neg(matmul(db, turned(node.y)));
    return [isUpper ? triu(da, Number(unit)) : tril(da, -Number(unit)), db];
  },
});
/** The x of a x = b for a triangle of a. */
const triangularSolve = (a: Tensor, b: Tensor, isUpper: boolean, unit = false): Tensor => apply(triangularOp, [a, b], { isUpper, unit });
/** The x of x a = b. */
const triangularSolveRight = (a: Tensor, b: Tensor, isUpper: boolean, unit = false): Tensor => turned(triangularSolve(turned(a), turned(b), !isUpper, unit));

// General systems -------------------------------------------------------------------------------------------------------------------------------------------

/** Inputs a and b of equal batches, and a's factors and pivots, by which backward solves too; the argument tells to solve with the transpose. */
const solveOp: Op<boolean> = defineOp<boolean>({
  name: 'solve',
  saves: 1 | 4 | 8 | OUT,
  forward: ([, b, lu, pivots], flipped) => {
    const flat = flatBatch(lu);
    const x = packedCopy(flipped ? b : permuted(b, pivots, false));
    if (!flipped) {
      substitute(flat, x, false, true);
      substitute(flat, x, true, false);
      return x;
    }
    substitute(transpose(flat, 1, 2), x, false, false);
    substitute(transpose(flat, 1, 2), x, true, true);
    return permuted(x, pivots, true);
  },
  joint: ([dy], node, needs) => {
    const flipped = node.args as boolean;
    const db = apply(solveOp, [node.x(0), dy!, node.x(2), node.x(3)], !flipped);
    if (!needs(0)) return [null, db];
    return [neg(flipped ? matmul(node.y, turned(db)) : matmul(db, turned(node.y))), db];
  },
});
/** The x of a x = b, both matrices of equal batches. */
function solved(a: Tensor, b: Tensor): Tensor {
  const { lu, pivots, info } = factorise('linalg.solve', a);
  if (anyTrue(ne(info, 0)))
    fail(ArgumentError, 'linalg.solve', 'an invertible matrix', 'one that is not: The solver failed because the input matrix is singular');
  return apply(solveOp, [a, b, lu, pivots], false);
}

/** The x of a x = b; b is a vector (or a batch of them) or a matrix. */
export function solve(a: Tensor, b: Tensor): Tensor {
  const op = 'linalg.solve';
  needMatrix(op, a);
  asTensor(op, 'B', b);
  if (a.dt !== b.dt) fail(DTypeError, op, 'operands of one dtype', `A ${a.dtype} and B ${b.dtype}: Expected A and B to have the same dtype`);
  const isVector = b.ndim === 1 || (a.ndim - 1 === b.ndim && sameShape(shapeOf(b), shapeOf(a).slice(0, -1)));
  const matrix = isVector ? unsqueeze(b, -1) : b;
  if (matrix.ndim < 2 || shapeOf(matrix).at(-2) !== shapeOf(a).at(-1))
    fail(ShapeError, op, 'sizes that fit', `A ${showShape(shapeOf(a))} and B ${showShape(shapeOf(b))}: Incompatible shapes`);
  const lead = broadcastShapes(op, shapeOf(a).slice(0, -2), shapeOf(matrix).slice(0, -2));
  const [p, q] = [a, matrix].map((t) => broadcastTo(t, [...lead, ...shapeOf(t).slice(-2)]));
  const x = solved(p, q);
  return isVector ? squeeze(x, -1) : x;
}
/** The inverse of square matrices. */
export function inv(a: Tensor): Tensor {
  const n = shapeOf(needMatrix('linalg.inv', a)).at(-1)!;
  return solved(a, broadcastTo(eye(n, { dtype: a.dtype }), shapeOf(a)));
}

/** Whether a determinant is so much smaller than Hadamard's bound, the product of the rows' lengths, that the inverse would be noise. */
function nearlySingular(a: Tensor, y: Tensor): boolean {
  const bound = prod(sqrt(sum(mul(a, a), -1)), -1).detach();
  return anyTrue(le(abs(y.detach()), mul(bound, a.dtype === 'float64' ? 2 ** -26 : 2 ** -12)));
}
/** The gradient dy * (cofactors): det(a) inv(a)^T where that can be told, else from the singular vectors. */
function detBackward(dy: Tensor, a: Tensor, y: Tensor): Tensor {
  const scaled = (t: Tensor): Tensor => unsqueeze(unsqueeze(t, -1), -1);
  if (!nearlySingular(a, y)) return mul(scaled(mul(dy, y)), turned(inv(a)));
  const [u, s, vt] = svdOf(a, false);
  const others = mul(productOfOthers(s, s.ndim - 1), unsqueeze(mul(dy, mul(det(u), det(vt))), -1));
  return matmul(mul(u, unsqueeze(others, -2)), vt);
}
const detOp = defineOp({
  name: 'det',
  saves: 1 | OUT,
  forward: ([a]) => {
    const { lu, pivots } = factorise('linalg.det', a);
    const { signs } = permutation(pivots, shapeOf(a).at(-1)!, false);
    return mul(
      prod(diagonal(lu, 0, -2, -1), -1),
      fromArray('linalg.det', a.dtype === 'float64' ? Float64Array.from(signs) : Float32Array.from(signs), shapeOf(a).slice(0, -2), a.dt),
    );
  },
  vjp: [(dy, node) => detBackward(dy, node.x(0), node.y)],
});
/** The determinant of square matrices. */
export const det = (a: Tensor): Tensor => apply(detOp, [needMatrix('linalg.det', a)], undefined);

// Cholesky ------------------------------------------------------------------------------------------------------------------------------------------------

/** Murray's formula, symmetric: L^-T (half of the symmetric part of tril(L^T dL)) L^-1. */
function choleskyBackward(dl: Tensor, l: Tensor): Tensor {
  const phi = tril(matmul(turned(l), dl));
  const symmetric = mul(add(phi, turned(tril(phi, -1))), 0.5);
  return triangularSolveRight(l, triangularSolve(turned(l), symmetric, true), false);
}
const choleskyOp = defineOp({
  name: 'cholesky',
  saves: OUT,
  forward: ([a]) => {
    const [l, info] = [packedCopy(a), empty(shapeOf(a).slice(0, -2), int32)];
    if (l.count > 0) kernelFor('cholesky', K.cholesky, a.dt)(addressOf(l), addressOf(info), batchOf(a), shapeOf(a).at(-1)!);
    const bad = l.count === 0 ? undefined : (info.toTypedArray() as Int32Array).find((order) => order > 0);
    if (bad !== undefined) {
      fail(ArgumentError, 'linalg.cholesky', 'a positive-definite matrix', `a leading minor of order ${bad} that is not: the input is not positive-definite`);
    }
    return l;
  },
  vjp: [(dy, node) => choleskyBackward(dy, node.y)],
});
/** The lower triangular L with a = L L^T, or its transpose if upper. */
export function cholesky(a: Tensor, ...args: ArgsOf<{ upper?: boolean }, []>): Tensor {
  const { upper: isUpper = false } = readArgs<{ upper?: boolean }>('linalg.cholesky', args, [], ['upper']);
  needMatrix('linalg.cholesky', a);
  return asBoolean('linalg.cholesky', 'upper', isUpper) ? turned(apply(choleskyOp, [turned(a)], undefined)) : apply(choleskyOp, [a], undefined);
}

// lu --------------------------------------------------------------------------------------------------------------------------------------------------------

/** From the gradients of both triangles: through the square part of the matrix, and the rows or columns beyond it. */
function luBackward(dy: Tensor, lu: Tensor, pivots: Tensor): Tensor {
  const [m, n] = [shapeOf(lu).at(-2)!, shapeOf(lu).at(-1)!];
  const k = Math.min(m, n);
  const [top, left] = [(t: Tensor) => narrow(t, -2, 0, k), (t: Tensor) => narrow(t, -1, 0, k)];
  const below = (t: Tensor): Tensor => narrow(t, -2, k, m - k);
  const beside = (t: Tensor): Tensor => narrow(t, -1, k, n - k);
  const square = left(top(lu));
  const [l, u] = [add(tril(square, -1), eye(k, { dtype: lu.dtype })), triu(square)];
  const [dl, du] = [tril(left(top(dy)), -1), triu(left(top(dy)))];
  let [phiL, phiU] = [matmul(turned(l), dl), matmul(du, turned(u))];
  if (n > m) phiL = sub(phiL, matmul(beside(dy), turned(beside(lu))));
  if (m > n) phiU = sub(phiU, matmul(turned(below(lu)), below(dy)));
  const core = triangularSolveRight(turned(u), add(tril(phiL, -1), triu(phiU)), false);
  const right = n > m ? cat([core, beside(dy)], -1) : core;
  const first = triangularSolve(turned(l), right, true, true);
  const whole = m > n ? cat([first, triangularSolveRight(turned(u), below(dy), false)], -2) : first;
  return permuted(whole, pivots, true);
}
const luOp = defineOp({
  name: 'lu',
  saves: OUT,
  nondifferentiable: [1, 2],
  forward: ([a]) => {
    const { lu, pivots, info } = factorise('lu', a);
    return [lu, pivots, info];
  },
  joint: ([dy], node) => [luBackward(dy!, node.unpack(1), node.unpack(2))],
});
export interface LuOptions {
  pivot?: boolean;
  getInfos?: boolean;
}
/** The LU factorisation with partial pivoting: both triangles in one matrix, the pivots (from 1, as LAPACK's), and if asked for the first zero pivot of each matrix. */
export function lu(a: Tensor, ...args: ArgsOf<LuOptions, ['pivot', 'getInfos']>): Tensor[] {
  const { pivot = true, getInfos = false } = readArgs<LuOptions>('lu', args, ['pivot', 'getInfos']);
  if (!asBoolean('lu', 'pivot', pivot)) fail(ArgumentError, 'lu', 'pivot true', 'false: lu without pivoting is not implemented on the CPU');
  const [factors, pivots, infos] = applyMulti(luOp, [needMatrix('lu', a, false)], undefined);
  return asBoolean('lu', 'getInfos', getInfos) ? [factors, pivots, infos] : [factors, pivots];
}
