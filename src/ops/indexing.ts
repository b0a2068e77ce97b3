// x.at(...) and x.setAt(...): PyTorch's x[...] and x[...] = v, as a chain of views. Numbers, slices, null, '...' need no copy; an index tensor picks.
import { Category, int64 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { copy_ } from './copy.js';
import { fromData } from './create.js';
import { indexSelect } from './gather.js';
import type { Operand } from './promote.js';
import { reshape, select, sliceDim, unsqueeze } from './view.js';

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
  const [start, stop, step] = args.length === 1 ? [null, args[0], 1] : [args[0], args[1], args[2] ?? 1];
  return new Slice(start, stop, step);
}

export type Index = number | string | null | Slice | boolean | Tensor | readonly number[];

/** '1:10:2' as a slice; every part may be left out. */
function parseSlice(text: string): Slice {
  const parts = text.split(':').map((part) => part.trim());
  const numbers = parts.map((part) => (part === '' ? null : Number(part)));
  if (parts.length < 2 || parts.length > 3 || numbers.some((n) => n !== null && !Number.isInteger(n))) {
    fail(ArgumentError, 'at', "an index: a number, a slice like '1:10:2', null, '...' or a tensor", show(text));
  }
  return new Slice(numbers[0], numbers[1] ?? null, numbers[2] ?? 1);
}

const consumes = (index: Index): number => (index === null || index === '...' ? 0 : 1);

/** Applies the indices from the first dim on. */
function viewAt(op: string, x: Tensor, indices: readonly Index[]): Tensor {
  const used = indices.reduce((n: number, index) => n + consumes(index), 0);
  if (used > x.ndim) fail(IndexError, op, `at most ${x.ndim} indices for shape ${showShape(x.shape)}`, `${used}: too many indices for tensor of dimension ${x.ndim}`);
  if (indices.filter((index) => index === '...').length > 1) fail(IndexError, op, "at most one '...'", 'several');
  let y = x;
  let dim = 0;
  for (const index of indices) {
    if (index === null) y = unsqueeze(y, dim++);
    else if (index === '...') dim += x.ndim - used;
    else if (typeof index === 'number') y = select(y, dim, index);
    else if (typeof index === 'string' || index instanceof Slice) {
      const { start, stop, step } = typeof index === 'string' ? parseSlice(index) : index;
      y = sliceDim(y, dim++, start, stop, step);
    } else {
      const picked = indexTensor(op, index);
      y = pick(y, dim, picked);
      dim += picked.ndim;
    }
  }
  return y;
}

function indexTensor(op: string, index: Index): Tensor {
  const t = Array.isArray(index) ? fromData(op, index, int64) : index;
  if (t instanceof Tensor && t.dt.category === Category.Integer && t.dt.name !== 'uint8') return t;
  return fail(IndexError, op, "indices that are numbers, slices, null, '...' or integer tensors", t instanceof Tensor ? `a ${t.dtype} tensor` : show(index));
}

/** The slices at an index tensor's places: its shape takes the dim's place. Negative indices count from the end. */
function pick(x: Tensor, dim: number, index: Tensor): Tensor {
  const size = x.shape[dim];
  const flat = index.toTypedArray();
  const wrapped = Array.from(flat as Iterable<number | bigint>, Number).map((i) => (i < 0 ? i + size : i));
  const picked = indexSelect(x, dim, fromData('at', wrapped, int64));
  return reshape(picked, [...x.shape.slice(0, dim), ...index.shape, ...x.shape.slice(dim + 1)]);
}

const picks = (index: Index): boolean => index instanceof Tensor || Array.isArray(index);

/** x[...]: a number drops its dim, a slice (or '1:10:2') keeps a stretch, null makes a new dim, '...' stands for the dims between, an integer tensor or array picks. */
export function at(x: Tensor, ...indices: Index[]): Tensor {
  asTensor('at', 'input', x);
  if (indices.filter(picks).length > 1) fail(IndexError, 'at', 'at most one index tensor', `${indices.filter(picks).length}`);
  return viewAt('at', x, indices);
}

/** x[...] = value, in place and recorded: the gradient of what is overwritten is zero, that of the value is the gradient of its place. */
export function setAt(x: Tensor, indices: Index | readonly Index[], value: Operand): Tensor {
  asTensor('setAt', 'input', x);
  const list: readonly Index[] = Array.isArray(indices) ? (indices as readonly Index[]) : [indices as Index];
  if (list.some(picks)) fail(IndexError, 'setAt', "indices that are numbers, slices, null or '...'", 'an index tensor');
  const place = viewAt('setAt', x, list);
  // Leading dims of size 1 are dropped, as PyTorch does on assignment.
  const fitted = value instanceof Tensor && value.ndim > place.ndim ? dropLeading(value, value.ndim - place.ndim) : value;
  copy_(place, fitted);
  return x;
}

function dropLeading(value: Tensor, count: number): Tensor {
  return value.shape.slice(0, count).every((size) => size === 1) ? reshape(value, value.shape.slice(count)) : value;
}

