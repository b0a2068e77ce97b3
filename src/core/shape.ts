// Shapes, strides and dims as plain arrays of integers: pure arithmetic, and the checks that every op shares.
import { ArgumentError, fail, IndexError, ShapeError, show } from './errors.js';

export type Shape = readonly number[];

export const scalarShape: Shape = Object.freeze([]) as Shape;

/** Dims that a tensor may have, as in PyTorch. */
export const MAX_RANK = 64;

export function checkRank(op: string, rank: number): void {
  if (rank > MAX_RANK) fail(ShapeError, op, `at most ${MAX_RANK} dims`, String(rank));
}

export function numel(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const unitStrides: Shape = Object.freeze([1]) as Shape;

/** Row-major strides, in elements; a size of 0 counts as 1, as in PyTorch. */
export function contiguousStrides(shape: Shape): Shape {
  if (shape.length === 0) return scalarShape;
  if (shape.length === 1) return unitStrides;
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] || 1;
  }
  return strides;
}

/** Whether elements lie in row-major order without gaps; strides of dims of size 1 do not matter. */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i];
    if (size === 0) return true;
    if (size !== 1) {
      if (strides[i] !== step) return false;
      step *= size;
    }
  }
  return true;
}

/** Whether the elements fill a range of memory exactly once, in whatever order of dims. */
export function isDense(shape: Shape, strides: Shape): boolean {
  const order = [...shape.keys()].filter((i) => shape[i] !== 1).sort((i, j) => strides[i] - strides[j]);
  let step = 1;
  for (const i of order) {
    if (shape[i] === 0) return true;
    if (strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}

/** Whether two different indices may be the same memory: PyTorch's test, which an expanded dim always fails. */
export function overlapsItself(shape: Shape, strides: Shape): boolean {
  const order = [...shape.keys()].filter((i) => shape[i] > 1).sort((i, j) => Math.abs(strides[i]) - Math.abs(strides[j]));
  if (shape.includes(0)) return false;
  let reach = 0;
  for (const i of order) {
    const stride = Math.abs(strides[i]);
    if (stride <= reach) return true;
    reach += stride * (shape[i] - 1);
  }
  return false;
}

/** A shape as messages show it. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Checks a size: a non-negative integer that JavaScript can count exactly. */
export function checkSize(op: string, role: string, size: unknown): number {
  if (typeof size !== 'number' || !Number.isInteger(size)) fail(ArgumentError, op, `${role} to be an integer`, show(size));
  if (size < 0) fail(ShapeError, op, `${role} >= 0`, show(size));
  return size;
}

/** Checks an integer argument. */
export function checkInt(op: string, role: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return fail(ArgumentError, op, `${role} to be an integer`, show(value));
}

/** Checks a list of sizes; gives a plain array, read once. */
export function checkSizes(op: string, list: unknown): number[] {
  if (!Array.isArray(list)) fail(ArgumentError, op, 'a shape: an array of sizes', show(list));
  // A subclass or a proxy of an array has methods of its own.
  const sizes: number[] = [];
  const { length } = list;
  for (let i = 0; i < length; i++) sizes.push(checkSize(op, `size ${i}`, list[i]));
  return sizes;
}

/** Checks a shape argument; the number of elements must be exactly countable. */
export function checkShape(op: string, shape: unknown): number[] {
  if (Array.isArray(shape)) checkRank(op, shape.length);
  const sizes = checkSizes(op, shape);
  if (!sizes.includes(0) && !Number.isSafeInteger(numel(sizes))) fail(ShapeError, op, 'fewer than 2^53 elements', `shape ${showShape(sizes)}`);
  return sizes;
}

/** Sizes given as an array or as a list of numbers. */
export const sizesOf = (op: string, sizes: readonly unknown[]): number[] =>
  checkShape(op, sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : [...sizes]);

/** A dim counted from the front; negative ones count from the end. A 0-d tensor takes -1 and 0, as in PyTorch. */
export function checkDim(op: string, dim: unknown, ndim: number, role = 'dim'): number {
  const d = checkInt(op, role, dim);
  const range = Math.max(ndim, 1);
  if (d < -range || d >= range) fail(IndexError, op, `${role} in [${-range}, ${range - 1}]`, String(d));
  return d < 0 ? d + range : d;
}

/** Dims to reduce, sorted, each once; null, undefined and [] mean all. */
export function checkDims(op: string, dims: unknown, ndim: number): number[] {
  const list = Array.isArray(dims) ? dims : [dims];
  if (dims === null || dims === undefined || list.length === 0) {
    const all: number[] = [];
    for (let d = 0; d < ndim; d++) all.push(d);
    return all;
  }
  const seen = new Set<number>();
  for (const dim of list) {
    const d = checkDim(op, dim, ndim);
    if (seen.has(d)) fail(ArgumentError, op, 'each dim once', `${show(list)}: dim ${d} appears multiple times in the list of dims`);
    seen.add(d);
  }
  if (ndim === 0) return [];
  return [...seen].sort((a, b) => a - b);
}

/** The shape that two shapes broadcast to. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const n = Math.max(a.length, b.length);
  const out = new Array<number>(n);
  for (let i = 0; i < n; i++) {
    const p = a[a.length - n + i] ?? 1;
    const q = b[b.length - n + i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) {
      fail(ShapeError, op, 'shapes that broadcast', `a ${showShape(a)} and b ${showShape(b)}: sizes ${p} and ${q} must match at dim ${i}`);
    }
    out[i] = p === 1 ? q : p;
  }
  return out;
}

/** Whether `from` broadcasts to exactly `to`. */
export function expandsTo(from: Shape, to: Shape): boolean {
  if (from.length > to.length) return false;
  const shift = to.length - from.length;
  for (let i = 0; i < from.length; i++) if (from[i] !== 1 && from[i] !== to[i + shift]) return false;
  return true;
}

/** The shape after reducing `dims` (sorted). */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  return keepdim ? shape.map((size, i) => (dims.includes(i) ? 1 : size)) : shape.filter((_, i) => !dims.includes(i));
}

/**
 * Strides under which a tensor of `shape` and `strides` can be seen as `target` (same number of elements) without a copy; null if there are none. PyTorch's rule: each group of
 * target dims must lie in one stretch of the old dims that could be merged.
 */
export function viewStrides(shape: Shape, strides: Shape, target: Shape): number[] | null {
  if (numel(shape) === 0) return sameShape(shape, target) ? [...strides] : [...contiguousStrides(target)];
  const out = new Array<number>(target.length);
  let t = target.length - 1;
  let base = shape.length > 0 ? strides[strides.length - 1] : 1;
  let held = 1;
  let viewed = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    held *= shape[d];
    if (d === 0 || (shape[d - 1] !== 1 && strides[d - 1] !== held * base)) {
      while (t >= 0 && (viewed < held || target[t] === 1)) {
        out[t] = viewed * base;
        viewed *= target[t];
        t--;
      }
      if (viewed !== held) return null;
      if (d > 0) {
        base = strides[d - 1];
        held = 1;
        viewed = 1;
      }
    }
  }
  while (t >= 0 && target[t] === 1) out[t--] = viewed * base;
  return t >= 0 ? null : out;
}

/** A target shape with at most one -1, which is worked out from the number of elements. */
export function inferShape(op: string, shape: unknown, elements: number, from: Shape): number[] {
  if (!Array.isArray(shape)) fail(ArgumentError, op, 'a shape: an array of sizes', show(shape));
  const { length } = shape;
  checkRank(op, length);
  let unknown = -1;
  const sizes: number[] = [];
  for (let i = 0; i < length; i++) {
    const size: unknown = shape[i];
    if (size !== -1) sizes.push(checkSize(op, `size ${i}`, size));
    else {
      if (unknown >= 0) fail(ShapeError, op, 'at most one size of -1', show(shape));
      unknown = i;
      sizes.push(1);
    }
  }
  const known = numel(sizes);
  if (unknown >= 0 && known > 0 && elements % known === 0) sizes[unknown] = elements / known;
  else if (unknown >= 0 && known === 0 && elements === 0) {
    throw new ShapeError(`${op}: expected a shape without ambiguity, got ${show(shape)}: cannot reshape tensor of 0 elements because -1 can be any value`);
  } else if (known !== elements || (unknown >= 0 && known === 0)) {
    throw new ShapeError(`${op}: expected a shape of ${elements} elements for input of size ${showShape(from)}, got shape ${show(shape)}, which is invalid`);
  }
  return sizes;
}
