// Elements in another order, or several times over: flip and roll and what is built of them, tile and repeat.

import { int64 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { checkDim, checkInt, checkShape, type Shape, showShape, sizesOf } from '../core/shape.js';
import { shapeOf, storageOf, stridesOf } from '../tensor/inner.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { alias, copyInto, Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, isOptions, readArgs } from './args.js';
import { clone } from './copy.js';
import { fromArray } from './create.js';
import { asIndex, indexSelect } from './gather.js';
import { cat } from './join.js';
import { resultLike } from './map.js';
import { expand, flatten, narrow, permute, reshape, transpose, unsqueeze } from './view.js';

/** Dims, each once. */
function distinctDims(op: string, x: Tensor, dims: readonly unknown[], role = 'dim'): number[] {
  const list = Array.from(dims, (d) => checkDim(op, d, x.ndim, role));
  if (new Set(list).size !== list.length) fail(IndexError, op, `each ${role} once`, `${show(dims)}: a dim appears multiple times in the list of dims`);
  return list;
}
/** A list without holes, which `map` and `flat` would leave out. */
const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? Array.from<T>(value) : [value as T]);

// flip, roll, rot90 -----------------------------------------------------------------------------------------------------------------------------------------

/** Reads backwards along the dims: negative strides. Its own inverse, and its own derivative. */
const flipOp: Op<readonly number[]> = defineOp<readonly number[]>({
  name: 'flip',
  forward: ([x], dims) => {
    const strides = stridesOf(x).map((stride, d) => (dims.includes(d) ? -stride : stride));
    const last = dims.reduce((offset, d) => offset + (shapeOf(x)[d] - 1) * stridesOf(x)[d], x.offset);
    const y = resultLike(shapeOf(x), x.dt, x);
    if (y.count > 0) copyInto(y, alias(x, shapeOf(x), strides, last));
    return y;
  },
  vjp: [(dy, node) => apply(flipOp, [dy], node.args as readonly number[])],
});
export interface FlipOptions {
  dims?: number | readonly number[];
}
/** The elements in reversed order along the dims. */
export function flip(x: Tensor, ...dims: (number | readonly number[] | FlipOptions)[]): Tensor {
  const given = isOptions(dims[0]) ? asList(readArgs<FlipOptions>('flip', dims, [], ['dims']).dims ?? []) : dims.flatMap(asList);
  const list = distinctDims('flip', asTensor('flip', 'input', x), given);
  return apply(flipOp, [x], x.ndim === 0 ? [] : list);
}
const needDims = (op: string, x: Tensor, least: number): Tensor =>
  asTensor(op, 'input', x).ndim >= least
    ? x
    : fail(ShapeError, op, `a tensor of at least ${least} dims`, `${showShape(shapeOf(x))}: input must be >= ${least}-d`);
/** Columns in reversed order. */
export const fliplr = (x: Tensor): Tensor => flip(needDims('fliplr', x, 2), 1);
/** Rows in reversed order. */
export const flipud = (x: Tensor): Tensor => flip(needDims('flipud', x, 1), 0);

export interface RollOptions {
  dims?: number | readonly number[] | null;
}
/** Elements shifted along the dims; what leaves at one end comes in at the other. Without dims the tensor is rolled as if it were flat. */
export function roll(x: Tensor, shifts: number | readonly number[], ...args: ArgsOf<RollOptions, ['dims']>): Tensor {
  asTensor('roll', 'input', x);
  const { dims } = readArgs<RollOptions>('roll', args, ['dims']);
  const by = asList(shifts).map((shift) => checkInt('roll', 'shift', shift));
  const along = asList(dims ?? []);
  if (by.length === 0) fail(ArgumentError, 'roll', 'at least one shift', '[]: `shifts` required');
  if (along.length === 0 && by.length === 1) return reshape(rollDim(flatten(x), by[0], 0), [...shapeOf(x)]);
  if (along.length !== by.length) fail(ArgumentError, 'roll', 'as many shifts as dims', `${by.length} and ${along.length}: shifts and dimensions must align`);
  if (x.ndim === 0) fail(IndexError, 'roll', 'a tensor with dims', 'a 0-d tensor');
  return along.reduce<Tensor>((y, dim, i) => rollDim(y, by[i], checkDim('roll', dim, x.ndim)), x);
}
function rollDim(x: Tensor, shift: number, dim: number): Tensor {
  const size = shapeOf(x)[dim];
  const start = size === 0 ? 0 : ((-shift % size) + size) % size;
  return start === 0 ? clone(x) : cat([narrow(x, dim, start, size - start), narrow(x, dim, 0, start)], dim);
}

export interface Rot90Options {
  k?: number;
  dims?: readonly number[];
}
/** Rotated k times by 90 degrees, from the first of the two dims towards the second. */
export function rot90(x: Tensor, ...args: ArgsOf<Rot90Options, ['k', 'dims']>): Tensor {
  asTensor('rot90', 'input', x);
  const { k = 1, dims = [0, 1] } = readArgs<Rot90Options>('rot90', args, ['k', 'dims']);
  if (!Array.isArray(dims) || dims.length !== 2) fail(ArgumentError, 'rot90', 'two dims', `${show(dims)}: expected total rotation dims == 2`);
  if (x.ndim < 2) fail(ShapeError, 'rot90', 'a tensor of at least 2 dims', `${showShape(shapeOf(x))}: expected total dims >= 2`);
  const [a, b] = distinctDims('rot90', x, dims, 'rotation dim');
  const turns = ((checkInt('rot90', 'k', k) % 4) + 4) % 4;
  if (turns === 0) return clone(x);
  if (turns === 2) return flip(x, a, b);
  return turns === 1 ? transpose(flip(x, b), a, b) : flip(transpose(x, a, b), b);
}

/** Dims moved to other places; the others keep their order. */
export function movedim(x: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor {
  asTensor('movedim', 'input', x);
  const [from, to] = [asList(source), asList(destination)];
  if (from.length !== to.length)
    fail(ArgumentError, 'movedim', 'as many source as destination dims', `${show(source)} and ${show(destination)}: invalid source or destination dims`);
  const sources = distinctDims('movedim', x, from, 'source');
  const destinations = distinctDims('movedim', x, to, 'destination');
  if (x.ndim === 0) return x;
  const rest = [...shapeOf(x).keys()].filter((d) => !sources.includes(d));
  const order = [...shapeOf(x).keys()].map((d) => (destinations.includes(d) ? sources[destinations.indexOf(d)] : rest.shift()!));
  return permute(x, order);
}

// repeat, tile, repeatInterleave ------------------------------------------------------------------------------------------------------------------------------

/** The tensor several times over along every dim; more counts than dims put new dims in front. */
export function repeat(x: Tensor, ...counts: (number | readonly number[])[]): Tensor {
  const repeats = sizesOf('repeat', counts);
  const lead = repeats.length - asTensor('repeat', 'input', x).ndim;
  if (lead < 0) {
    fail(
      ShapeError,
      'repeat',
      `at least ${x.ndim} counts for shape ${showShape(shapeOf(x))}`,
      `${repeats.length}: Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor`,
    );
  }
  const sizes = repeats.map((_, d) => (d < lead ? 1 : shapeOf(x)[d - lead]));
  const once = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const many = expand(
    once,
    repeats.flatMap((count, d) => [count, sizes[d]]),
  );
  const y = reshape(
    many,
    repeats.map((count, d) => count * sizes[d]),
  );
  return storageOf(y) === storageOf(x) ? clone(y) : y;
}
/** repeat with counts of 1 put in front where there are fewer than dims. */
export function tile(x: Tensor, ...counts: (number | readonly number[])[]): Tensor {
  const repeats = sizesOf('tile', counts);
  return repeat(x, [...new Array<number>(Math.max(asTensor('tile', 'input', x).ndim - repeats.length, 0)).fill(1), ...repeats]);
}

export interface RepeatInterleaveOptions {
  repeats?: number | Tensor;
  dim?: number | null;
  /** The size that the dim will have: checked. */
  outputSize?: number | null;
}
/**
 * Every element (or slice of a dim) several times, one after the other: as often as the number, or the integer tensor with a count for each, says. With a tensor of counts
 * alone, the indices that it stands for: 0 as often as the first says, and so on.
 */
export function repeatInterleave(x: Tensor, ...args: ArgsOf<RepeatInterleaveOptions, ['repeats', 'dim']>): Tensor {
  asTensor('repeatInterleave', 'input', x);
  const { repeats, dim, outputSize } = readArgs<RepeatInterleaveOptions>('repeatInterleave', args, ['repeats', 'dim'], ['outputSize']);
  if (repeats === undefined) return repeatedIndices(x, outputSize ?? undefined);
  const along = dim === undefined || dim === null ? 0 : checkDim('repeatInterleave', dim, x.ndim);
  const rows = dim === undefined || dim === null || x.ndim === 0 ? flatten(x) : x;
  const size = shapeOf(rows)[along];
  if (repeats instanceof Tensor && !(repeats.count === 1 && size !== 1)) {
    const counts = asIndex('repeatInterleave', 'repeats', repeats);
    if (counts.count !== size)
      fail(
        ShapeError,
        'repeatInterleave',
        `${size} repeats, one for each place of dim ${along}`,
        `${counts.count}: repeats must have the same size as input along dim`,
      );
    return indexSelect(rows, along, repeatedIndices(counts, outputSize ?? undefined));
  }
  const count = checkShape('repeatInterleave', [repeats instanceof Tensor ? repeats.item() : repeats])[0];
  checkOutputSize(count * size, outputSize ?? undefined);
  const spread = (shape: Shape): number[] => shape.toSpliced(along + 1, 0, count);
  return clone(flatten(expand(unsqueeze(rows, along + 1), spread(shapeOf(rows))), along, along + 1));
}

function repeatedIndices(repeats: Tensor, outputSize: number | undefined): Tensor {
  const counts = asIndex('repeatInterleave', 'repeats', repeats);
  if (counts.ndim > 1)
    fail(ShapeError, 'repeatInterleave', 'repeats of at most one dim', `${showShape(shapeOf(counts))}: repeats must be 0-dim or 1-dim tensor`);
  const list = Array.from(counts.toTypedArray(), Number);
  if (list.some((n) => n < 0)) fail(ArgumentError, 'repeatInterleave', 'repeats >= 0', `${Math.min(...list)}: repeats can not be negative`);
  const places = list.flatMap((n, i) => new Array<bigint>(n).fill(BigInt(i)));
  checkOutputSize(places.length, outputSize);
  return fromArray('repeatInterleave', BigInt64Array.from(places), [places.length], int64);
}
function checkOutputSize(total: number, outputSize: number | undefined): void {
  if (outputSize !== undefined && outputSize !== total)
    fail(ShapeError, 'repeatInterleave', `outputSize ${total}, the sum of the repeats`, `${outputSize}: allocated size does not match required size`);
}
