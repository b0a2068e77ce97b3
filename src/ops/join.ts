// Joining tensors along a dim, and cutting one into pieces.

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkDim, checkInt, checkSize, checkSizes, sameShape, showShape } from '../core/shape.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { apply, defineOp } from '../tensor/op.js';
import { alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, asTensors, readArgs } from './args.js';
import { resultType } from './promote.js';
import { installCat, narrow, reshape, splitAt, squeeze, unsqueeze } from './view.js';

interface DimOption {
  dim?: number;
}
type DimArgs = ArgsOf<DimOption, ['dim']>;
const readDim = (op: string, args: DimArgs): number => readArgs<DimOption>(op, args, ['dim']).dim ?? 0;

/** An empty vector fits anything: PyTorch keeps this old habit. */
const isNothing = (t: Tensor): boolean => t.ndim === 1 && shapeOf(t)[0] === 0;

interface Pieces {
  readonly dim: number;
  readonly sizes: readonly number[];
}
const catOp = defineOp<Pieces>({
  name: 'cat',
  forward: (inputs, { dim, sizes }) => {
    const first = inputs.find((t) => !isNothing(t)) ?? inputs[0];
    const total = sizes.reduce((n, size) => n + size, 0);
    const y = empty(shapeOf(first).with(dim, total), resultType(...inputs));
    let start = 0;
    inputs.forEach((t, i) => {
      if (!isNothing(t)) copyInto(alias(y, shapeOf(t), stridesOf(y), start * stridesOf(y)[dim]), t);
      start += sizes[i];
    });
    return y;
  },
  joint: ([dy], node, needs) => {
    const { dim, sizes } = node.args as Pieces;
    let end = 0;
    return sizes.map((size, i) => {
      end += size;
      if (!needs(i)) return null;
      const piece = narrow(dy!, dim, end - size, size);
      return size === 0 ? reshape(piece, [...node.inputMeta(i).shape]) : piece;
    });
  },
});

/** Joins tensors along a dim; all other sizes are equal. */
export function cat(tensors: readonly Tensor[], ...args: DimArgs): Tensor {
  const list = asTensors('cat', 'tensor', tensors);
  if (list.length === 0) throw new ArgumentError('cat: expected a non-empty list of tensors, got []');
  const first = list.find((t) => !isNothing(t)) ?? list[0];
  if (first.ndim === 0) throw new ShapeError('cat: expected tensors with dims, got a 0-d tensor: zero-dimensional tensor cannot be concatenated');
  const dim = isNothing(first) ? 0 : checkDim('cat', readDim('cat', args), first.ndim);
  list.forEach((t, i) => {
    if (isNothing(t)) return;
    const fits = t.ndim === first.ndim && shapeOf(t).every((size, d) => d === dim || size === shapeOf(first)[d]);
    if (!fits) fail(ShapeError, 'cat', `sizes that match except in dim ${dim}`, `${showShape(shapeOf(first))} and ${showShape(shapeOf(t))} (tensor ${i})`);
  });
  return apply(catOp, list, { dim, sizes: list.map((t) => (isNothing(t) ? 0 : shapeOf(t)[dim])) });
}
installCat((dys, dim) => cat(dys, dim));
export const concat = cat;

/** Joins tensors of one shape along a new dim. */
export function stack(tensors: readonly Tensor[], ...args: DimArgs): Tensor {
  const list = asTensors('stack', 'tensor', tensors);
  if (list.length === 0) throw new ArgumentError('stack: expected a non-empty list of tensors, got []');
  const dim = checkDim('stack', readDim('stack', args), list[0].ndim + 1);
  const odd = list.find((t) => !sameShape(shapeOf(t), shapeOf(list[0])));
  if (odd !== undefined) fail(ShapeError, 'stack', 'tensors of equal size', `${showShape(shapeOf(list[0]))} and ${showShape(shapeOf(odd))}`);
  return cat(
    list.map((t) => unsqueeze(t, dim)),
    dim,
  );
}

/** Cuts a dim into pieces of one size (the last may be smaller), or of the given sizes; all are views. */
export function split(x: Tensor, sizes: number | readonly number[], ...args: DimArgs): Tensor[] {
  asTensor('split', 'input', x);
  if (x.ndim === 0) throw new ShapeError('split: expected a tensor with dims, got a 0-d tensor: split expects at least a 1-dimensional tensor');
  const dim = checkDim('split', readDim('split', args), x.ndim);
  const size = shapeOf(x)[dim];
  if (typeof sizes !== 'number') {
    const list = checkSizes('split', sizes);
    const total = list.reduce((n, piece) => n + piece, 0);
    if (total !== size)
      fail(
        ShapeError,
        'split',
        `sizes that sum to ${size}, the size of dim ${dim}`,
        `${showShape(list)}: split_with_sizes expects split_sizes to sum exactly to ${size}`,
      );
    return splitAt(x, dim, list);
  }
  const piece = checkSize('split', 'split size', sizes);
  if (piece === 0 && size > 0) fail(ShapeError, 'split', `a split size > 0 for a dim of size ${size}`, '0');
  const count = piece === 0 ? 1 : Math.max(1, Math.ceil(size / piece));
  return splitAt(
    x,
    dim,
    Array.from({ length: count }, (_, i) => Math.min(piece, size - i * piece)),
  );
}

/** Cuts a dim into at most `chunks` pieces of equal size, the last one smaller if need be. */
export function chunk(x: Tensor, chunks: number, ...args: DimArgs): Tensor[] {
  asTensor('chunk', 'input', x);
  if (x.ndim === 0) throw new ShapeError('chunk: expected a tensor with dims, got a 0-d tensor: chunk expects at least a 1-dimensional tensor');
  const dim = checkDim('chunk', readDim('chunk', args), x.ndim);
  if (checkInt('chunk', 'chunks', chunks) <= 0) fail(ArgumentError, 'chunk', 'chunks > 0', String(chunks));
  const piece = Math.ceil(shapeOf(x)[dim] / chunks);
  return piece === 0 ? splitAt(x, dim, new Array(chunks).fill(0)) : split(x, piece, dim);
}

/** The parts at every index of a dim, which is dropped; all are views. */
export function unbind(x: Tensor, ...args: DimArgs): Tensor[] {
  const dim = checkDim('unbind', readDim('unbind', args), asTensor('unbind', 'input', x).ndim);
  return shapeOf(x)[dim] === 0 ? [] : split(x, 1, dim).map((piece) => squeeze(piece, dim));
}
