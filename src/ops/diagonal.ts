// Diagonals of matrices, as views and put into zeros, and triangles.

import { Category, int32 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkDim, checkInt, checkSize, contiguousStrides, type Shape, showShape } from '../core/shape.js';
import { dtypeOf } from '../tensor/defaults.js';
import { shapeOf } from '../tensor/inner.js';
import type { Layout } from '../tensor/layout.js';
import { apply } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { windowBackward } from '../tensor/window.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { ge, le, where } from './compare.js';
import { clone, copy_ } from './copy.js';
import { arange, type CreateOptions, fromData } from './create.js';
import { defineView, reshape } from './view.js';

interface Diagonal {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}
export interface DiagonalOptions {
  /** 0 for the main diagonal, above it if positive, below if negative. */
  offset?: number;
  dim1?: number;
  dim2?: number;
}
type DiagonalArgs = ArgsOf<DiagonalOptions, ['offset', 'dim1', 'dim2']>;

/** The diagonal of two dims, as the last dim of what it lies in. */
function diagonalLayout(x: Layout, { offset, dim1, dim2 }: Diagonal): Layout {
  const [m, n] = [x.shape[dim1], x.shape[dim2]];
  const length = Math.max(0, offset >= 0 ? Math.min(m, n - offset) : Math.min(m + offset, n));
  const rest = (list: Shape): number[] => list.filter((_, d) => d !== dim1 && d !== dim2);
  const start = length === 0 ? 0 : offset >= 0 ? offset * x.strides[dim2] : -offset * x.strides[dim1];
  return { shape: [...rest(x.shape), length], strides: [...rest(x.strides), x.strides[dim1] + x.strides[dim2]], offset: x.offset + start };
}
const diagonalOp = defineView<Diagonal>('diagonal', diagonalLayout);

function readDiagonal(op: string, args: readonly unknown[], ndim: number, dims: readonly [number, number]): Diagonal {
  const { offset = 0, dim1 = dims[0], dim2 = dims[1] } = readArgs<DiagonalOptions>(op, args, ['offset', 'dim1', 'dim2']);
  const [a, b] = [checkDim(op, dim1, ndim, 'dim1'), checkDim(op, dim2, ndim, 'dim2')];
  if (a === b) fail(ArgumentError, op, 'two different dims', `${dim1} and ${dim2}: diagonal dimensions cannot be identical`);
  return { offset: checkInt(op, 'offset', offset), dim1: a, dim2: b };
}

/** The diagonals of the matrices that two dims span, as the last dim of a view. */
export function diagonal(x: Tensor, ...args: DiagonalArgs): Tensor {
  return apply(diagonalOp, [x], readDiagonal('diagonal', args, asTensor('diagonal', 'input', x).ndim, [0, 1]));
}

/** Zeros but for the diagonals of two dims, which are the last dim of x: the adjoint of `diagonal`. */
export function diagEmbed(x: Tensor, ...args: DiagonalArgs): Tensor {
  const { ndim } = asTensor('diagEmbed', 'input', x);
  if (ndim === 0) fail(ShapeError, 'diagEmbed', 'a tensor with dims', 'a 0-d tensor');
  const where = readDiagonal('diagEmbed', args, ndim + 1, [-2, -1]);
  const size = shapeOf(x)[ndim - 1] + Math.abs(where.offset);
  const shape = shapeOf(x).slice(0, -1);
  for (const d of [where.dim1, where.dim2].sort((a, b) => a - b)) shape.splice(d, 0, size);
  const base: Layout = { shape, strides: contiguousStrides(shape), offset: 0 };
  return apply(windowBackward, [x], { base, view: diagonalLayout(base, where) });
}

export interface OffsetOptions {
  diagonal?: number;
}
type OffsetArgs = ArgsOf<OffsetOptions, ['diagonal']>;
const readOffset = (op: string, args: OffsetArgs): number => checkInt(op, 'diagonal', readArgs<OffsetOptions>(op, args, ['diagonal']).diagonal ?? 0);

/** A vector as the diagonal of a matrix of zeros, or the diagonal of a matrix, copied. */
export function diag(x: Tensor, ...args: OffsetArgs): Tensor {
  const offset = readOffset('diag', args);
  const { ndim } = asTensor('diag', 'input', x);
  if (ndim !== 1 && ndim !== 2) fail(ShapeError, 'diag', 'a vector or a matrix', `${showShape(shapeOf(x))}: matrix or a vector expected`);
  return ndim === 1 ? diagEmbed(x, offset) : clone(diagonal(x, offset));
}
/** A vector, or all elements, as the diagonal of a matrix. */
export const diagflat = (x: Tensor, offset = 0): Tensor => diagEmbed(reshape(asTensor('diagflat', 'input', x), -1), offset);

// Triangles -------------------------------------------------------------------------------------------------------------------------------------------------

/** x where column - row compares to the diagonal's number, else 0. */
function triangle(op: string, compare: typeof le, x: Tensor, args: OffsetArgs): Tensor {
  const offset = readOffset(op, args);
  const { ndim } = asTensor(op, 'input', x);
  const shape = shapeOf(x);
  if (ndim < 2) fail(ShapeError, op, 'a matrix or a batch of them', `${showShape(shape)}: input tensor must have at least 2 dimensions`);
  const rows = reshape(arange(offset, offset + shape[ndim - 2]), [shape[ndim - 2], 1]);
  return where(compare(arange(shape[ndim - 1]), rows), x, x.dt.category === Category.Bool ? false : 0);
}
/** The elements on and below a diagonal, zeros elsewhere. */
export const tril = (x: Tensor, ...args: OffsetArgs): Tensor => triangle('tril', le, x, args);
/** The elements on and above a diagonal, zeros elsewhere. */
export const triu = (x: Tensor, ...args: OffsetArgs): Tensor => triangle('triu', ge, x, args);
export const tril_ = (x: Tensor, ...args: OffsetArgs): Tensor => copy_(x, tril(x, ...args));
export const triu_ = (x: Tensor, ...args: OffsetArgs): Tensor => copy_(x, triu(x, ...args));

export interface TriangleOptions extends Pick<CreateOptions, 'dtype'> {
  offset?: number;
}
/** The rows and columns, a (2, n) tensor, of the elements of a (rows, columns) matrix that `keep` picks by column - row. */
function triangleIndices(op: string, keep: (distance: number, offset: number) => boolean, rows: number, columns: number, args: readonly unknown[]): Tensor {
  const { offset = 0, dtype } = readArgs<TriangleOptions>(op, args, ['offset'], ['dtype']);
  const [m, n, k] = [checkSize(op, 'rows', rows), checkSize(op, 'columns', columns), checkInt(op, 'offset', offset)];
  // They are put together in JavaScript's memory.
  const most = 2 ** 26;
  if (m * n > most) fail(ShapeError, op, `a matrix of at most ${most} elements`, showShape([m, n]));
  const places = Array.from({ length: m * n }, (_, i) => i).filter((i) => keep((i % n) - Math.floor(i / n), k));
  return fromData(op, [places.map((i) => Math.floor(i / n)), places.map((i) => i % n)], dtype === undefined ? int32 : dtypeOf(op, dtype));
}
/** Where the elements of tril are in a (rows, columns) matrix: row numbers, and column numbers. */
export const trilIndices = (rows: number, columns: number, ...args: ArgsOf<TriangleOptions, ['offset']>): Tensor =>
  triangleIndices('trilIndices', (distance, offset) => distance <= offset, rows, columns, args);
/** Where the elements of triu are in a (rows, columns) matrix: row numbers, and column numbers. */
export const triuIndices = (rows: number, columns: number, ...args: ArgsOf<TriangleOptions, ['offset']>): Tensor =>
  triangleIndices('triuIndices', (distance, offset) => distance >= offset, rows, columns, args);
