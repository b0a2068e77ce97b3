// Vector and matrix norms, and what is measured or scaled by them.

import { Category, type DType } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { checkDim, checkDims, showShape } from '../core/shape.js';
import { dtypeOf } from '../tensor/defaults.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad, OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, reciprocal, sub } from './arithmetic.js';
import { eq, gt, isnan, logicalOr, ne, where } from './compare.js';
import { toDtype, zerosOf } from './copy.js';
import { amax, amin } from './extrema.js';
import { divOrZero } from './guard.js';
import { abs } from './pointwise.js';
import { pow } from './power.js';
import { type Dims, type Over, squaresOver, sum, withDims } from './reduce.js';
import { sign } from './round.js';
import { singularValues } from './svd.js';
import { permute, reshape, unsqueeze } from './view.js';

// Vector norms ----------------------------------------------------------------------------------------------------------------------------------------------

interface Norm extends Over {
  readonly p: number;
  /** Whether the second derivative where the norm is 0 is 0 too, for a result that does not depend on the norm there; else it is NaN, as in PyTorch. */
  readonly guarded: boolean;
}
function normForward(x: Tensor, { p, dims, keepdim }: Norm): Tensor {
  const over = { dim: dims, keepdim };
  const reduced = (f: typeof sum, t: Tensor): Tensor => (dims.length === 0 ? t : f(t, over));
  if (p === 0) return reduced(sum, toDtype(ne(x, 0), x.dt));
  if (p === 1) return reduced(sum, abs(x));
  if (p === 2) return dims.length === 0 ? abs(x) : squaresOver('norm', x, { dims, keepdim, shape: shapeOf(x) }, 1, false, true);
  if (Math.abs(p) === Number.POSITIVE_INFINITY) return reduced(p > 0 ? amax : amin, abs(x));
  if (x.count === 0) return pow(reduced(sum, pow(abs(x), p)), 1 / p);
  // Powers of ratios to the element that counts most, as those of the elements themselves leave the range.
  const size = abs(x);
  const most = dims.length === 0 ? size : (p > 0 ? amax : amin)(size, { dim: dims, keepdim: true });
  const unit = where(logicalOr(eq(most, 0), eq(most, Number.POSITIVE_INFINITY)), 1, most);
  const ratio = pow(reduced(sum, pow(div(size, unit), p)), 1 / p);
  return mul(ratio, reshape(unit, [...shapeOf(ratio)]));
}
/** Where the norm is 0 (or an element is, below p = 1) the gradient is taken as 0; infinite norms share theirs among ties. */
function normBackward(dy: Tensor, x: Tensor, y: Tensor, over: Norm): Tensor {
  const { p, dims, guarded } = over;
  const quotient = guarded ? divOrZero : (a: Tensor, b: Tensor): Tensor => where(eq(b, 0), 0, div(a, b));
  const [g, n] = [withDims(dy, over), withDims(y, over)];
  if (p === 0) return zerosOf(x);
  if (p === 1) return mul(sign(x), g);
  if (p === 2) return mul(g, quotient(x, n));
  if (Math.abs(p) === Number.POSITIVE_INFINITY) {
    const size = abs(x);
    const ties = toDtype(logicalOr(eq(size, n), logicalOr(isnan(size), isnan(n))), x.dt);
    const count = dims.length === 0 ? ties : sum(ties, { dim: dims, keepdim: true });
    return mul(mul(sign(x), div(g, count)), ties);
  }
  // sign(x) (|x| / n)^(p - 1): of these only the ratio is sure to be in range.
  const power = absPower(quotient(x, n), p - 1, true);
  return mul(p < 1 ? where(eq(x, 0), 0, power) : power, g);
}

interface AbsPower {
  readonly p: number;
  readonly signed: boolean;
}
/** |x|^p, or sign(x) |x|^p: each is the other's derivative, so that no factor is infinite before the derivative is. */
const absPowerOp: Op<AbsPower> = defineOp<AbsPower>({
  name: 'absPower',
  saves: 1,
  forward: ([x], { p, signed }) =>
    noGrad(() => {
      const y = pow(abs(x), p);
      return signed ? mul(sign(x), y) : y;
    }),
  vjp: [
    (dy, node) => {
      const { p, signed } = node.args as AbsPower;
      return p === 0 ? zerosOf(dy) : mul(dy, mul(absPower(node.x(0), p - 1, !signed), p));
    },
  ],
});
const absPower = (x: Tensor, p: number, signed: boolean): Tensor => apply(absPowerOp, [x], { p, signed });
const normOp = defineOp<Norm>({
  name: 'norm',
  saves: 1 | OUT,
  forward: ([x], over) => normForward(x, over),
  vjp: [(dy, node) => normBackward(dy, node.x(0), node.y, node.args as Norm)],
});
const withoutIdentity = (p: number): boolean => p < 0 || p === Number.POSITIVE_INFINITY;

/** (sum |x|^p)^(1/p) over the dims; the largest |x| for infinity, the smallest for -infinity, the number of nonzeros for 0. The op is named in errors. */
export function pNorm(op: string, x: Tensor, p: number, dim: Dims | undefined, keepdim: boolean, guarded = false): Tensor {
  const dims = checkDims(op, dim, x.ndim);
  if (withoutIdentity(p) && dims.some((d) => shapeOf(x)[d] === 0)) {
    fail(
      ShapeError,
      op,
      'elements',
      `shape ${showShape(shapeOf(x))}: cannot compute the ${p} norm on an empty tensor or dimension because the operation does not have an identity`,
    );
  }
  return apply(normOp, [x], { p, dims, keepdim, shape: shapeOf(x), guarded });
}
function floating(op: string, x: Tensor, dtype: DType | null | undefined): Tensor {
  const t = dtype ? toDtype(asTensor(op, 'input', x), dtypeOf(op, dtype)) : asTensor(op, 'input', x);
  return t.dt.category === Category.Float ? t : fail(DTypeError, op, 'a floating point tensor', `${t.dtype}: Expected a floating point dtype`);
}

export interface VectorNormOptions {
  ord?: number;
  dim?: Dims;
  keepdim?: boolean;
  dtype?: DType | null;
}
/** (sum |x|^ord)^(1 / ord) over some dims, or all; the largest or smallest |x| for an infinite ord, how many are not 0 for ord 0. */
export function vectorNorm(x: Tensor, ...args: ArgsOf<VectorNormOptions, ['ord', 'dim', 'keepdim']>): Tensor {
  const op = 'linalg.vectorNorm';
  const { ord = 2, dim = null, keepdim = false, dtype } = readArgs<VectorNormOptions>(op, args, ['ord', 'dim', 'keepdim'], ['dtype']);
  return pNorm(op, floating(op, x, dtype), asNumber(op, 'ord', ord), dim, asBoolean(op, 'keepdim', keepdim));
}

// Matrix norms ----------------------------------------------------------------------------------------------------------------------------------------------

function matrix(op: string, x: Tensor, ord: number | string, dim: readonly number[], keepdim: boolean): Tensor {
  if (x.ndim < 2) fail(ShapeError, op, 'a matrix or batches of matrices', `${showShape(shapeOf(x))}: must have at least 2 dimensions`);
  if (!Array.isArray(dim) || dim.length !== 2) fail(ArgumentError, op, 'dim to be two dims', `${show(dim)}: dim must be a 2-tuple`);
  if (typeof ord !== 'number' && typeof ord !== 'string') fail(ArgumentError, op, 'ord to be a number or a name', show(ord));
  const [row, column] = dim.map((d) => checkDim(op, d, x.ndim));
  if (row === column) fail(ArgumentError, op, 'two different dims', `[${dim}]: dims must be different`);
  if (ord === 'fro') return pNorm(op, x, 2, [row, column], keepdim);
  const order = [...shapeOf(x).keys()].filter((d) => d !== row && d !== column).concat(row, column);
  const kept = shapeOf(x).map((size, d) => (d === row || d === column ? 1 : size));
  if (ord === 'nuc' || Math.abs(ord as number) === 2) {
    const s = singularValues(permute(x, order));
    const y = ord === 'nuc' ? sum(s, -1) : ((ord as number) > 0 ? amax : amin)(s, -1);
    return keepdim ? reshape(y, kept) : y;
  }
  const size = Math.abs(ord as number);
  if (size !== 1 && size !== Number.POSITIVE_INFINITY) fail(ArgumentError, op, "ord among 'fro', 'nuc', inf, -inf, 1, -1, 2, -2", show(ord));
  const sums = sum(abs(x), size === 1 ? row : column, true);
  const y = ((ord as number) > 0 ? amax : amin)(sums, size === 1 ? column : row, true);
  return keepdim
    ? y
    : reshape(
        y,
        shapeOf(x).filter((_, d) => d !== row && d !== column),
      );
}

export interface MatrixNormOptions {
  ord?: number | 'fro' | 'nuc';
  dim?: readonly number[];
  keepdim?: boolean;
  dtype?: DType | null;
}
/** The Frobenius norm, the nuclear norm ('nuc'), the largest sum of a column (1) or row (inf) or singular value (2), or the smallest (negative). */
export function matrixNorm(x: Tensor, ...args: ArgsOf<MatrixNormOptions, ['ord', 'dim', 'keepdim']>): Tensor {
  const op = 'linalg.matrixNorm';
  const { ord = 'fro', dim = [-2, -1], keepdim = false, dtype } = readArgs<MatrixNormOptions>(op, args, ['ord', 'dim', 'keepdim'], ['dtype']);
  return matrix(op, floating(op, x, dtype), ord, dim, asBoolean(op, 'keepdim', keepdim));
}

export interface LinalgNormOptions {
  ord?: number | 'fro' | 'nuc' | null;
  dim?: Dims;
  keepdim?: boolean;
  dtype?: DType | null;
}
/** A vector norm over one dim, a matrix norm over two; with neither ord nor dim the 2-norm of all elements. */
export function linalgNorm(x: Tensor, ...args: ArgsOf<LinalgNormOptions, ['ord', 'dim', 'keepdim']>): Tensor {
  const op = 'linalg.norm';
  const { ord = null, dim = null, keepdim: keep = false, dtype } = readArgs<LinalgNormOptions>(op, args, ['ord', 'dim', 'keepdim'], ['dtype']);
  const [t, keepdim] = [floating(op, x, dtype), asBoolean(op, 'keepdim', keep)];
  const dims = dim === null ? null : typeof dim === 'number' ? [dim] : dim;
  if (ord === null) return pNorm(op, t, 2, dims, keepdim);
  if (dims === null ? t.ndim > 2 || t.ndim === 0 : dims.length > 2) {
    fail(ShapeError, op, 'one or two dims for a given ord', `${showShape(shapeOf(t))}: the input must be 1D or 2D, or dim have 1 or 2 dims`);
  }
  if (dims === null ? t.ndim === 2 : dims.length === 2) return matrix(op, t, ord, dims ?? [0, 1], keepdim);
  return typeof ord === 'number' ? pNorm(op, t, ord, dims, keepdim) : fail(ArgumentError, op, 'a number as ord of a vector norm', show(ord));
}

export interface NormOptions {
  p?: number | 'fro' | 'nuc' | null;
  dim?: Dims;
  keepdim?: boolean;
  dtype?: DType | null;
}
/** The p-norm over some dims, or all; 'nuc' of matrices is the sum of the singular values. */
export function norm(x: Tensor, ...args: ArgsOf<NormOptions, ['p', 'dim', 'keepdim']>): Tensor {
  const op = 'norm';
  const { p = 'fro', dim = null, keepdim: keep = false, dtype } = readArgs<NormOptions>(op, args, ['p', 'dim', 'keepdim'], ['dtype']);
  const [t, keepdim] = [floating(op, x, dtype), asBoolean(op, 'keepdim', keep)];
  if (p === 'nuc') return matrix(op, t, 'nuc', dim === null ? [0, 1] : (dim as readonly number[]), keepdim);
  if (p === 'fro' && Array.isArray(dim) && dim.length > 2) fail(ArgumentError, op, 'at most two dims for the Frobenius norm', `[${dim}]`);
  return pNorm(op, t, p === 'fro' || p === null ? 2 : asNumber(op, 'p', p), dim, keepdim);
}

// Distances -------------------------------------------------------------------------------------------------------------------------------------------------

/** The p-norm of a - b. */
export function dist(a: Tensor, b: Tensor, ...args: ArgsOf<{ p?: number }, ['p']>): Tensor {
  const { p = 2 } = readArgs<{ p?: number }>('dist', args, ['p']);
  return pNorm('dist', floating('dist', sub(a, b), null), asNumber('dist', 'p', p), null, false);
}

export interface CdistOptions {
  p?: number;
  /** Taken for PyTorch's sake: distances are always those of the differences. */
  computeMode?: string;
}
/** The p-norm distance of every row of x1 (..., P, M) from every row of x2 (..., R, M): (..., P, R). */
export function cdist(x1: Tensor, x2: Tensor, ...args: ArgsOf<CdistOptions, ['p', 'computeMode']>): Tensor {
  const op = 'cdist';
  const { p = 2 } = readArgs<CdistOptions>(op, args, ['p', 'computeMode']);
  const [a, b] = [floating(op, x1, null), floating(op, x2, null)];
  if (a.ndim < 2 || b.ndim < 2)
    fail(ShapeError, op, 'operands of at least two dims', `${showShape(shapeOf(a))} and ${showShape(shapeOf(b))}: cdist only supports at least 2D tensors`);
  if (shapeOf(a).at(-1) !== shapeOf(b).at(-1))
    fail(ShapeError, op, 'rows of one length', `${showShape(shapeOf(a))} and ${showShape(shapeOf(b))}: X1 and X2 must have the same number of columns`);
  if (asNumber(op, 'p', p) < 0) fail(ArgumentError, op, 'p >= 0', `${p}: cdist only supports non-negative p values`);
  const differences = sub(unsqueeze(a, -2), unsqueeze(b, -3));
  // Rows of no elements have no distance.
  return shapeOf(a).at(-1) === 0 ? sum(differences, -1) : pNorm(op, differences, p, -1, false);
}

/** Slices along a dim scaled down to a p-norm of at most maxnorm. */
export function renorm(x: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  const op = 'renorm';
  if (floating(op, x, null).ndim < 2) fail(ShapeError, op, 'at least 2 dims', `${x.ndim}: input needs at least 2 dimensions, got ${x.ndim} dimensions`);
  if (!(asNumber(op, 'p', p) > 0)) fail(ArgumentError, op, 'p > 0', `${p}: non-positive norm not supported`);
  if (!(asNumber(op, 'maxnorm', maxnorm) >= 0)) fail(ArgumentError, op, 'maxnorm >= 0', String(maxnorm));
  const d = checkDim(op, dim, x.ndim);
  const sizes = pNorm(
    op,
    x,
    p,
    [...shapeOf(x).keys()].filter((i) => i !== d),
    true,
    true,
  );
  return mul(x, where(gt(sizes, maxnorm), mul(reciprocal(add(sizes, 1e-7)), maxnorm), 1));
}
