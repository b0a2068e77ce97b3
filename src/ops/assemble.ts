// Tensors made of several: stacked in the classic directions, on a diagonal, on grids; and the cuts that undo stacking.

import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { broadcastShapes, checkDim, checkInt, checkSizes, type Shape, showShape } from '../core/shape.js';
import { full } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asChoice, asTensor, asTensors, isOptions, readArgs } from './args.js';
import { asIndex } from './gather.js';
import { cat, split, stack } from './join.js';
import { resultType } from './promote.js';
import { broadcastTo, expand, flatten, narrow, reshape, unsqueeze } from './view.js';

type Tensors = readonly (Tensor | readonly Tensor[])[];
/** Tensors given one by one, or as one array. */
const listOf = (op: string, given: readonly unknown[]): Tensor[] => asTensors(op, 'tensor', given.length === 1 && Array.isArray(given[0]) ? given[0] : given);
const needSome = (op: string, list: Tensor[]): Tensor[] => (list.length > 0 ? list : fail(ArgumentError, op, 'a non-empty list of tensors', '[]'));

// At least so many dims ----------------------------------------------------------------------------------------------------------------------------------------

type AtLeast = { (x: Tensor): Tensor; (...tensors: readonly Tensor[]): Tensor | Tensor[]; (tensors: readonly Tensor[]): Tensor[] };
const atLeast = (op: string, lift: (x: Tensor) => Tensor): AtLeast =>
  ((...given: readonly unknown[]) => {
    const lifted = listOf(op, given).map(lift);
    return given.length === 1 && given[0] instanceof Tensor ? lifted[0] : lifted;
  }) as AtLeast;
const lift1 = (x: Tensor): Tensor => (x.ndim === 0 ? reshape(x, 1) : x);
const lift2 = (x: Tensor): Tensor => (x.ndim < 2 ? unsqueeze(lift1(x), 0) : x);
const lift3 = (x: Tensor): Tensor => (x.ndim < 3 ? unsqueeze(lift2(x), -1) : x);
/** Numbers as vectors. */
export const atleast1d = atLeast('atleast1d', lift1);
/** Numbers and vectors as matrices of one row. */
export const atleast2d = atLeast('atleast2d', lift2);
/** Matrices with a dim of size 1 at the end, vectors with one at both ends. */
export const atleast3d = atLeast('atleast3d', lift3);

// Stacking -----------------------------------------------------------------------------------------------------------------------------------------------------

const column = (x: Tensor): Tensor => (x.ndim < 2 ? reshape(x, [x.count, 1]) : x);
/** Along the first dim; vectors are rows. */
export const vstack = (tensors: readonly Tensor[]): Tensor => cat(needSome('vstack', listOf('vstack', [tensors])).map(lift2), 0);
export const rowStack = vstack;
/** Along the second dim; vectors along their only one. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const list = needSome('hstack', listOf('hstack', [tensors])).map(lift1);
  return cat(list, list[0].ndim === 1 ? 0 : 1);
}
/** Along the third dim. */
export const dstack = (tensors: readonly Tensor[]): Tensor => cat(needSome('dstack', listOf('dstack', [tensors])).map(lift3), 2);
/** Along the second dim; vectors are columns. */
export const columnStack = (tensors: readonly Tensor[]): Tensor => cat(needSome('columnStack', listOf('columnStack', [tensors])).map(column), 1);

/** Matrices along the diagonal of one of zeros; vectors are rows. */
export function blockDiag(...tensors: Tensors): Tensor {
  const list = listOf('blockDiag', tensors);
  const large = list.find((t) => t.ndim > 2);
  if (large !== undefined)
    fail(ShapeError, 'blockDiag', 'tensors of at most 2 dims', `${showShape(shapeOf(large))}: Input tensors must have 2 or fewer dimensions`);
  const blocks = list.map(lift2);
  const dt = resultType(...blocks);
  const width = blocks.reduce((n, b) => n + shapeOf(b)[1], 0);
  let left = 0;
  const rows = blocks.map((b) => {
    const [m, n] = shapeOf(b);
    const pad = (size: number): Tensor => full([m, size], 0, dt);
    const row = cat([pad(left), b, pad(width - left - n)], 1);
    left += n;
    return row;
  });
  return rows.length === 0 ? full([1, 0], 0, dt) : cat(rows, 0);
}

// Grids --------------------------------------------------------------------------------------------------------------------------------------------------------

/** Every tensor expanded to the shape that all of them broadcast to. */
export function broadcastTensors(...tensors: Tensors): Tensor[] {
  const list = listOf('broadcastTensors', tensors);
  const shape = list.reduce<Shape>((common, t) => broadcastShapes('broadcastTensors', common, shapeOf(t)), []);
  return list.map((t) => broadcastTo(t, shape));
}

export interface MeshgridOptions {
  /** 'ij': dim i of every grid belongs to vector i. 'xy': the first two are exchanged, as in plots. */
  indexing?: 'ij' | 'xy';
}
/** The coordinates of a grid: each vector expanded along the dims of the others. */
export function meshgrid(...args: readonly (Tensor | readonly Tensor[] | MeshgridOptions)[]): Tensor[] {
  const last = args[args.length - 1];
  const named = isOptions(last);
  const list = needSome('meshgrid', listOf('meshgrid', named ? args.slice(0, -1) : args));
  const { indexing = 'ij' } = readArgs<MeshgridOptions>('meshgrid', named ? [last] : [], [], ['indexing']);
  asChoice('meshgrid', 'indexing', indexing, ['ij', 'xy']);
  const odd = list.find((t) => t.ndim > 1);
  if (odd !== undefined)
    fail(ShapeError, 'meshgrid', 'tensors of at most one dim', `${showShape(shapeOf(odd))}: expected scalar or 1D tensor in the tensor list`);
  if (list.some((t) => t.dt !== list[0].dt))
    fail(ArgumentError, 'meshgrid', 'tensors of one dtype', 'several: meshgrid expects all tensors to have the same dtype');
  const swap = indexing === 'xy' && list.length >= 2;
  const vectors = swap ? [list[1], list[0], ...list.slice(2)] : list;
  const shape = vectors.map((t) => t.count);
  const grids = vectors.map((t, i) =>
    expand(
      reshape(
        t,
        shape.map((size, d) => (d === i ? size : 1)),
      ),
      shape,
    ),
  );
  return swap ? [grids[1], grids[0], ...grids.slice(2)] : grids;
}
/** Every combination of the vectors' elements, as rows. */
export function cartesianProd(...tensors: Tensors): Tensor {
  const list = needSome('cartesianProd', listOf('cartesianProd', tensors));
  const odd = list.find((t) => t.ndim !== 1);
  if (odd !== undefined) fail(ShapeError, 'cartesianProd', 'vectors', `${showShape(shapeOf(odd))}: Expect a 1D vector`);
  if (list.length === 1) return list[0];
  return stack(
    meshgrid(list).map((grid) => flatten(grid)),
    1,
  );
}

// Cutting ------------------------------------------------------------------------------------------------------------------------------------------------------

type DimArgs = ArgsOf<{ dim?: number }, ['dim']>;
/** Cuts a dim before every given index, or into so many pieces whose sizes differ by one at most; all are views. */
export function tensorSplit(x: Tensor, indicesOrSections: number | readonly number[] | Tensor, ...args: DimArgs): Tensor[] {
  const { ndim } = asTensor('tensorSplit', 'input', x);
  if (ndim === 0) throw new ShapeError('tensorSplit: expected a tensor with dims, got a 0-d tensor: tensor_split expected at least a 1-dimensional tensor');
  const dim = checkDim('tensorSplit', readArgs<{ dim?: number }>('tensorSplit', args, ['dim']).dim ?? 0, ndim);
  const size = shapeOf(x)[dim];
  const cuts = cutsOf(indicesOrSections, size);
  const place = (i: number): number => Math.min(Math.max(i < 0 ? i + size : i, 0), size);
  return [...cuts, size].map((cut, i) => {
    const start = i === 0 ? 0 : place(cuts[i - 1]);
    return narrow(x, dim, start, Math.max(0, place(cut) - start));
  });
}
function cutsOf(given: number | readonly number[] | Tensor, size: number): readonly number[] {
  const plain = given instanceof Tensor ? (asIndex('tensorSplit', 'indicesOrSections', given).toArray() as number | number[]) : given;
  if (given instanceof Tensor && given.ndim > 1)
    fail(
      ShapeError,
      'tensorSplit',
      'indicesOrSections of at most one dim',
      `${showShape(shapeOf(given))}: expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor`,
    );
  if (Array.isArray(plain)) return plain.map((cut) => checkInt('tensorSplit', 'index', cut));
  const sections = checkInt('tensorSplit', 'sections', plain);
  if (sections <= 0) fail(ArgumentError, 'tensorSplit', 'sections > 0', `${sections}: number of sections must be larger than 0`);
  const [least, more] = [Math.floor(size / sections), size % sections];
  return Array.from({ length: sections - 1 }, (_, i) => (i + 1) * least + Math.min(i + 1, more));
}

type Sections = number | readonly number[];
const cutter =
  (op: string, least: number, dimOf: (x: Tensor) => number) =>
  (x: Tensor, sections: Sections): Tensor[] => {
    if (asTensor(op, 'input', x).ndim < least)
      fail(ShapeError, op, `a tensor of at least ${least} dims`, `${x.ndim}: torch.${op} requires a tensor with at least ${least} dimensions`);
    const dim = dimOf(x);
    if (typeof sections === 'number' && (sections === 0 || shapeOf(x)[dim] % sections !== 0))
      fail(
        ArgumentError,
        op,
        `a number of sections that divides ${shapeOf(x)[dim]}, the size of dim ${dim}`,
        `${show(sections)}: attempted to split along a dimension not evenly divisible`,
      );
    return tensorSplit(x, sections, dim);
  };
/** tensorSplit along the columns; a vector along its only dim. */
export const hsplit = cutter('hsplit', 1, (x) => (x.ndim === 1 ? 0 : 1));
/** tensorSplit along the rows. */
export const vsplit = cutter('vsplit', 2, () => 0);
/** tensorSplit along the third dim. */
export const dsplit = cutter('dsplit', 3, () => 2);
/** Cuts a dim into pieces of the given sizes; all are views. */
export const splitWithSizes = (x: Tensor, sizes: readonly number[], ...args: DimArgs): Tensor[] => split(x, checkSizes('splitWithSizes', sizes), ...args);
