// x.at(...) and x.setAt(...): PyTorch's x[...] and x[...] = v. Numbers, slices, null and '...' make a view, without a copy; index tensors and masks then pick from it.

import { Category, int64 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, show } from '../core/errors.js';
import { checkInt, expandsTo, showShape } from '../core/shape.js';
import { shapeOf, storageOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { copy_, fill_ } from './copy.js';
import { fromData } from './create.js';
import { type DimIndex, pick, putInto } from './pick.js';
import { type Operand, operand } from './promote.js';
import { broadcastTo, reshape, select, sliceDim, unsqueeze } from './view.js';

/** A stretch of a dim, as Python's start:stop:step; null leaves an end open. */
export class Slice {
  constructor(
    readonly start: number | null,
    readonly stop: number | null,
    readonly step: number,
  ) {}
}

/** slice(stop), slice(start, stop) or slice(start, stop, step). */
export function slice(...args: readonly (number | null)[]): Slice {
  if (args.length === 0 || args.length > 3) fail(ArgumentError, 'slice', '1 to 3 arguments', String(args.length));
  const [start, stop, step] = args.length === 1 ? [null, args[0], null] : args;
  const bound = (role: string, value: unknown): number | null => (value === null || value === undefined ? null : checkInt('slice', role, value));
  return new Slice(bound('start', start), bound('stop', stop), bound('step', step) ?? 1);
}

type NestedIndex = readonly (number | boolean | NestedIndex)[];
export type Index = number | string | null | Slice | boolean | Tensor | NestedIndex;

/** '1:10:2' as a slice; every part may be left out. */
function parseSlice(op: string, text: string): Slice {
  const parts = text.split(':').map((part) => part.trim());
  const numbers = parts.map((part) => (part === '' ? null : Number(part)));
  if (parts.length < 2 || parts.length > 3 || numbers.some((n) => n !== null && !Number.isInteger(n))) {
    fail(ArgumentError, op, "an index: a number, a slice like '1:10:2', null, '...' or a tensor", show(text));
  }
  return new Slice(numbers[0], numbers[1] ?? null, numbers[2] ?? 1);
}

/** Arrays as tensors, 0-d integer tensors as numbers, truth values as they are. */
function plainIndex(op: string, index: unknown): Exclude<Index, NestedIndex> {
  if (index === null || typeof index === 'number' || typeof index === 'boolean' || typeof index === 'string' || index instanceof Slice) return index;
  if (Array.isArray(index)) {
    const t = fromData(op, index);
    return t.dt.category === Category.Bool ? t : fromData(op, index, int64);
  }
  if (!(index instanceof Tensor)) return fail(IndexError, op, "indices that are numbers, slices, null, '...', tensors or arrays", show(index));
  if (index.dt.category === Category.Float)
    fail(IndexError, op, 'index tensors of integers or truth values', `${index.dtype}: tensors used as indices must be long, byte or bool tensors`);
  if (index.ndim > 0) return index;
  return index.dtype === 'bool' ? (index.item() as boolean) : (index.item() as number);
}

/** How many dims of the input an index stands for. */
function consumes(index: Exclude<Index, NestedIndex>): number {
  if (index === null || index === '...' || typeof index === 'boolean') return 0;
  return index instanceof Tensor && (index.dtype === 'bool' || index.dtype === 'uint8') ? index.ndim : 1;
}

/** Applies what makes views, from the first dim on; index tensors are left for later, with the dims they belong to. */
function resolve(op: string, x: Tensor, given: readonly unknown[]): { view: Tensor; picks: DimIndex[] } {
  const indices = Array.from(given, (index) => plainIndex(op, index));
  const used = indices.reduce((n: number, index) => n + consumes(index), 0);
  if (used > x.ndim)
    fail(IndexError, op, `at most ${x.ndim} indices for shape ${showShape(shapeOf(x))}`, `${used}: too many indices for tensor of dimension ${x.ndim}`);
  if (indices.filter((index) => index === '...').length > 1) fail(IndexError, op, "at most one '...'", 'several');
  const picks: DimIndex[] = [];
  let view = x;
  let dim = 0;
  for (const index of indices) {
    if (index === null) view = unsqueeze(view, dim++);
    else if (index === '...') dim += x.ndim - used;
    else if (typeof index === 'number') view = select(view, dim, index);
    else if (typeof index === 'string' || index instanceof Slice) {
      const { start, stop, step } = typeof index === 'string' ? parseSlice(op, index) : index;
      view = sliceDim(view, dim++, start, stop, step);
    } else if (typeof index === 'boolean') {
      // True keeps everything under a new dim of size 1, false nothing.
      view = unsqueeze(view, dim);
      picks.push({ dim: dim++, index: fromData(op, index ? [0] : [], int64) });
    } else {
      picks.push({ dim, index });
      dim += consumes(index);
    }
  }
  return { view, picks };
}

/**
 * x[...]: a number drops its dim, a slice (or '1:10:2') keeps a stretch, null makes a new dim, '...' stands for the dims between; all these give a view. Integer tensors
 * or arrays pick (negative ones count from the end), masks pick where they are true, and give a copy.
 */
export function at(x: Tensor, ...indices: Index[]): Tensor {
  const { view, picks } = resolve('at', asTensor('at', 'input', x), indices);
  return picks.length === 0 ? view : pick('at', view, picks);
}

/** x[...] = value, in place and recorded: the gradient of what is overwritten is zero, that of the value is the gradient of its place. */
export function setAt(x: Tensor, indices: Index | readonly Index[], value: Operand, ...surplus: never[]): Tensor {
  if (surplus.length > 0) fail(ArgumentError, 'setAt', 'an index (or an array of indices) and a value', `${surplus.length + 2} arguments`);
  const { view, picks } = resolve('setAt', asTensor('setAt', 'input', x), Array.isArray(indices) ? indices : [indices]);
  const source = operand('setAt', 'value', value, view);
  if (picks.length > 0) putInto('setAt', view, picks, source);
  else if (typeof value === 'number') fill_(view, value);
  else copy_(view, assignable(source, view));
  return x;
}

/** As PyTorch assigns: leading dims of size 1 are dropped; a value in the same memory is broadcast first, so that it may be the very elements it is written to. */
function assignable(value: Tensor, place: Tensor): Tensor {
  const extra = value.ndim - place.ndim;
  const dropped =
    extra > 0 &&
    shapeOf(value)
      .slice(0, extra)
      .every((size) => size === 1)
      ? reshape(value, shapeOf(value).slice(extra))
      : value;
  return storageOf(value) === storageOf(place) && expandsTo(shapeOf(dropped), shapeOf(place)) ? broadcastTo(dropped, shapeOf(place)) : dropped;
}
