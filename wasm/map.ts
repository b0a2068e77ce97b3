// Elementwise kernels. An op is one loop over contiguous memory; `walk` brings strided, broadcast and ragged operands into that form by staging them through a
// small buffer that stays in the first-level cache. So there is one loop an op, no scalar twin of it, and an element's result does not depend on its place.

import { at, lanes } from './at';
import { own } from './scratch';
import { parallel } from './threads';
import { number, pack } from './vector';

/** One run: contiguous operands in the contract's order, the output last; n elements, a multiple of what fills a vector of the narrowest operand. */
export type Run = (p0: usize, p1: usize, p2: usize, p3: usize, n: i32, s: f64, t: f64) => void;

/** Elements of an operand that are staged at once. */
const STAGED = 256;
const stages = memory.data(4 * 256 * 8, 64);

@unmanaged
class Operand {
  /** Where the current row starts. */
  row: usize;
  /** log2 of the element's size. */
  shift: i32;
  /** Step along a row, in elements. */
  stride: i32;
  /** Where the current run reads or writes it. */
  run: usize;
  /** Which element fills its stage, for an operand that is broadcast along the row. */
  held: usize;
}

const operands = memory.data(4 * 20, 4);
const counters = memory.data(64 * 4, 4);

// @ts-ignore: decorator
@inline
function operand(j: i32): Operand {
  return changetype<Operand>(own(operands) + <usize>j * offsetof<Operand>());
}

// @ts-ignore: decorator
@inline
function stage(j: i32): usize {
  return own(stages) + <usize>j * (STAGED * 8);
}

/** Declares operand j of the walk that follows. */
// @ts-ignore: decorator
@inline
export function bind<T>(j: i32, p: usize): void {
  const o = operand(j);
  o.row = p;
  o.shift = <i32>alignof<T>();
}

/** The address of the current row of operand j, for walks that see to their own rows. */
// @ts-ignore: decorator
@inline
export function rowOf(j: i32): usize {
  return operand(j).row;
}

/** Copies n elements that lie `from` and `to` elements apart. */
export function copyStrided<T>(x: usize, from: i32, y: usize, to: i32, n: i32): void {
  if (from == 1 && to == 1 && n >= 16) {
    memory.copy(y, x, (<usize>n) << alignof<T>());
    return;
  }
  const dx = (<usize>from) << alignof<T>(), dy = (<usize>to) << alignof<T>();
  for (; n > 0; n--, x += dx, y += dy) store<T>(y, load<T>(x));
}

function copyElements(shift: i32, x: usize, from: i32, y: usize, to: i32, n: i32): void {
  if (shift == 2) copyStrided<u32>(x, from, y, to, n);
  else if (shift == 3) copyStrided<u64>(x, from, y, to, n);
  else copyStrided<u8>(x, from, y, to, n);
}

/** Calls `run` over one row of n elements, k operands. */
function runRow(run: Run, k: i32, granule: i32, n: i32, s: f64, t: f64): void {
  let contiguous = true;
  for (let j = 0; j < k; j++) contiguous = contiguous && operand(j).stride == 1;
  const y = operand(k - 1);
  for (let i = 0; i < n; ) {
    let length = contiguous ? n - i : min(n - i, STAGED);
    const whole = length >= granule;
    if (whole) length &= -granule;
    for (let j = 0; j < k; j++) {
      const o = operand(j);
      const p = o.row + ((<usize>(i * o.stride)) << o.shift);
      if (whole && o.stride == 1) {
        o.run = p;
        continue;
      }
      o.run = stage(j);
      if (j == k - 1 || (o.stride == 0 && o.held == p)) continue;
      const staged = o.stride == 0 ? max(min(n, STAGED), granule) : length;
      copyElements(o.shift, p, o.stride, o.run, 1, staged);
      o.held = p;
    }
    run(operand(0).run, operand(1).run, operand(2).run, operand(3).run, max(length, granule), s, t);
    if (y.run == stage(k - 1)) copyElements(y.shift, y.run, 1, y.row + ((<usize>(i * y.stride)) << y.shift), y.stride, length);
    i += length;
  }
}

/** Starts a walk over k bound operands: sets the strides along a row and returns the row's size, 0 when there is nothing to do. */
export function firstRow(k: i32, nd: i32, dims: usize): i32 {
  for (let d = 0; d < nd; d++) {
    if (load<i32>(at<i32>(dims, d * (k + 1))) == 0) return 0;
    store<i32>(at<i32>(own(counters), d), 0);
  }
  const last = at<i32>(dims, (nd - 1) * (k + 1));
  for (let j = 0; j < k; j++) {
    const o = operand(j);
    o.stride = nd > 0 ? load<i32>(at<i32>(last, j + 1)) : 1;
    o.held = 0;
  }
  return nd > 0 ? load<i32>(last) : 1;
}

/** The step of operand j along a row, in elements. */
// @ts-ignore: decorator
@inline
export function strideOf(j: i32): i32 {
  return operand(j).stride;
}

/** Moves every operand to the next row; false after the last. */
export function nextRow(k: i32, nd: i32, dims: usize): bool {
  for (let d = nd - 2; d >= 0; d--) {
    const row = at<i32>(dims, d * (k + 1));
    const counter = at<i32>(own(counters), d);
    const i = load<i32>(counter) + 1;
    const wrapped = i == load<i32>(row);
    store<i32>(counter, wrapped ? 0 : i);
    const steps = wrapped ? 1 - i : 1;
    for (let j = 0; j < k; j++) {
      const o = operand(j);
      o.row += (<usize>(steps * load<i32>(at<i32>(row, j + 1)))) << o.shift;
    }
    if (!wrapped) return true;
  }
  return false;
}

/** A walk that threads share: outermost indices are given out. */
@unmanaged
class Walk {
  s: f64;
  t: f64;
  way: usize;
  run: usize;
  k: i32;
  nd: i32;
  dims: usize;
  operands: usize;
}

const walks = memory.data(48, 8);
const boundOperands = memory.data(4 * 20, 4);
const chunkDims = memory.data(64 * 5 * 4, 4);
/** Elements that are worth a chunk; a multiple of every granule. */
const WORTH = 16384;

/** How a part of the walk is walked: by calling `run` on rows, or as a kernel likes. */
export type Way = (run: Run, k: i32, nd: i32, dims: usize, s: f64, t: f64) => void;

/** Runs over every row of the k bound operands. */
function walkHere(run: Run, k: i32, nd: i32, dims: usize, s: f64, t: f64): void {
  const n = firstRow(k, nd, dims);
  if (n == 0) return;
  let narrowest = 4;
  for (let j = 0; j < k; j++) narrowest = min(narrowest, operand(j).shift);
  do runRow(run, k, 16 >> narrowest, n, s, t);
  while (nextRow(k, nd, dims));
}

/** The outermost indices [begin, end): dims of its own, and operands that begin further on. */
function walkPart(begin: i32, end: i32, job: usize): void {
  const w = changetype<Walk>(job), rows = own(chunkDims);
  memory.copy(own(operands), w.operands, 4 * offsetof<Operand>());
  memory.copy(rows, w.dims, at<i32>(0, w.nd * (w.k + 1)));
  store<i32>(rows, end - begin);
  for (let j = 0; j < w.k; j++) operand(j).row += (<usize>(begin * load<i32>(at<i32>(rows, j + 1)))) << operand(j).shift;
  changetype<Way>(w.way)(changetype<Run>(w.run), w.k, w.nd, rows, w.s, w.t);
}

/** Runs over every row of the k bound operands, with the help of other threads where that pays. */
export function walk(run: Run, k: i32, nd: i32, dims: usize, s: f64, t: f64): void {
  share((run: Run, k: i32, nd: i32, dims: usize, s: f64, t: f64) => walkHere(run, k, nd, dims, s, t), run, k, nd, dims, s, t);
}

/** Walks over the k bound operands in parts, on several threads where that pays. */
export function share(way: Way, run: Run, k: i32, nd: i32, dims: usize, s: f64, t: f64): void {
  let inner: i64 = 1;
  for (let d = 1; d < nd; d++) inner *= load<i32>(at<i32>(dims, d * (k + 1)));
  if (nd == 0 || inner * load<i32>(dims) < 2 * WORTH) {
    way(run, k, nd, dims, s, t);
    return;
  }
  const w = changetype<Walk>(own(walks));
  w.s = s, w.t = t;
  w.way = changetype<usize>(way);
  w.run = changetype<usize>(run);
  w.k = k, w.nd = nd, w.dims = dims;
  w.operands = own(boundOperands);
  memory.copy(w.operands, own(operands), 4 * offsetof<Operand>());
  parallel(load<i32>(dims), <i32>max(WORTH / inner, 1), walkPart, changetype<usize>(w));
}

// The loops: whole vectors, up to where the first operand ends. float32 goes four at once, whose operations overlap where those of one would wait for each other, and which load a
// constant once, since nothing is stored among them.

// @ts-ignore: decorator
@inline
function inBlocks<T>(): bool {
  return isFloat<T>() && sizeof<T>() == 4;
}

// @ts-ignore: decorator
@inline
export function store4(y: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
}

/** Whether all lanes of four masks are set. */
// @ts-ignore: decorator
@inline
export function all4(a: v128, b: v128, c: v128, d: v128): bool {
  return v128.all_true<i32>(v128.and(v128.and(a, b), v128.and(c, d)));
}

/** y = O(x). */
// @ts-ignore: decorator
@inline
export function vectors1<T, O>(x: usize, end: usize, y: usize, u: v128, v: v128): void {
  const o = changetype<O>(0);
  for (; inBlocks<T>() && x + 64 <= end; x += 64, y += 64) {
    store4(y, o.of<T>(v128.load(x), u, v), o.of<T>(v128.load(x, 16), u, v), o.of<T>(v128.load(x, 32), u, v), o.of<T>(v128.load(x, 48), u, v));
  }
  for (; x < end; x += 16, y += 16) v128.store(y, o.of<T>(v128.load(x), u, v));
}

/** y = O(a, b). */
// @ts-ignore: decorator
@inline
export function vectors2<T, O>(a: usize, end: usize, b: usize, y: usize, u: v128, v: v128): void {
  const o = changetype<O>(0);
  for (; inBlocks<T>() && a + 64 <= end; a += 64, b += 64, y += 64) {
    const c = o.of<T>(v128.load(a), v128.load(b), u, v), d = o.of<T>(v128.load(a, 16), v128.load(b, 16), u, v);
    store4(y, c, d, o.of<T>(v128.load(a, 32), v128.load(b, 32), u, v), o.of<T>(v128.load(a, 48), v128.load(b, 48), u, v));
  }
  for (; a < end; a += 16, b += 16, y += 16) v128.store(y, o.of<T>(v128.load(a), v128.load(b), u, v));
}

/** y = O(x). */
export function map1<T, O>(x: usize, y: usize, nd: i32, dims: usize, s: f64 = 0, t: f64 = 0): void {
  bind<T>(0, x);
  bind<T>(1, y);
  walk(
    (x: usize, y: usize, _2: usize, _3: usize, n: i32, s: f64, t: f64) => vectors1<T, O>(x, at<T>(x, n), y, number<T>(s), number<T>(t)),
    2, nd, dims, s, t,
  );
}

/** y = O(x), by O.near where all of a block are near. That loop holds no call, before which its constants would go to memory. */
export function map1Near<T, O>(x: usize, y: usize, nd: i32, dims: usize): void {
  bind<T>(0, x);
  bind<T>(1, y);
  walk(
    (x: usize, y: usize, _2: usize, _3: usize, n: i32, _s: f64, _t: f64) => {
      const o = changetype<O>(0), end = at<T>(x, n), none = v128.splat<T>(<T>0);
      do {
        for (; inBlocks<T>() && x + 64 <= end; x += 64, y += 64) {
          const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
          if (!all4(o.isNear(a), o.isNear(b), o.isNear(c), o.isNear(d))) break;
          store4(y, o.near(a), o.near(b), o.near(c), o.near(d));
        }
        for (const stop = min(end, x + 64); x < stop; x += 16, y += 16) v128.store(y, o.of<T>(v128.load(x), none, none));
      } while (x < end);
    },
    2, nd, dims, 0, 0,
  );
}

/** y = O(a, b), by O.near where all of a block of b are near. */
// @ts-ignore: decorator
@inline
export function vectors2Near<T, O>(a: usize, end: usize, b: usize, y: usize, u: v128): void {
  const o = changetype<O>(0);
  while (a < end) {
    for (; inBlocks<T>() && a + 64 <= end; a += 64, b += 64, y += 64) {
      const c = v128.load(b), d = v128.load(b, 16), e = v128.load(b, 32), f = v128.load(b, 48);
      if (!all4(o.isNear(c), o.isNear(d), o.isNear(e), o.isNear(f))) break;
      store4(y, o.near(v128.load(a), c, u), o.near(v128.load(a, 16), d, u), o.near(v128.load(a, 32), e, u), o.near(v128.load(a, 48), f, u));
    }
    for (const stop = min(end, a + 64); a < stop; a += 16, b += 16, y += 16) v128.store(y, o.of<T>(v128.load(a), v128.load(b), u, u));
  }
}

/** y = O(a, b), as vectors2Near. */
export function map2Near<T, O>(a: usize, b: usize, y: usize, nd: i32, dims: usize): void {
  bind<T>(0, a);
  bind<T>(1, b);
  bind<T>(2, y);
  walk(
    (a: usize, b: usize, y: usize, _3: usize, n: i32, _s: f64, _t: f64) => vectors2Near<T, O>(a, at<T>(a, n), b, y, v128.splat<T>(<T>0)),
    3, nd, dims, 0, 0,
  );
}

/** y = O(a, b). */
export function map2<T, O>(a: usize, b: usize, y: usize, nd: i32, dims: usize, s: f64 = 0, t: f64 = 0): void {
  bind<T>(0, a);
  bind<T>(1, b);
  bind<T>(2, y);
  walk(
    (a: usize, b: usize, y: usize, _3: usize, n: i32, s: f64, t: f64) => vectors2<T, O>(a, at<T>(a, n), b, y, number<T>(s), number<T>(t)),
    3, nd, dims, s, t,
  );
}

/** y = O(a, b) ? 1 : 0, as u8. */
export function compare<T, O>(a: usize, b: usize, y: usize, nd: i32, dims: usize): void {
  bind<T>(0, a);
  bind<T>(1, b);
  bind<u8>(2, y);
  walk(
    (a: usize, b: usize, y: usize, _3: usize, n: i32, _s: f64, _t: f64) => {
      const end = at<T>(a, n);
      do {
        pack<T>(y, changetype<O>(0).of<T>(v128.load(a), v128.load(b)));
        a += 16, b += 16, y += lanes<T>();
      } while (a < end);
    },
    3, nd, dims, 0, 0,
  );
}

/** y = O(x, s), element by element in float64. */
export function each1<T, O>(x: usize, y: usize, nd: i32, dims: usize, s: f64 = 0): void {
  bind<T>(0, x);
  bind<T>(1, y);
  walk(
    (x: usize, y: usize, _2: usize, _3: usize, n: i32, s: f64, _t: f64) => {
      for (let i = 0; i < n; i++) store<T>(at<T>(y, i), <T>changetype<O>(0).one(<f64>load<T>(at<T>(x, i)), s));
    },
    2, nd, dims, s, 0,
  );
}

/** y = O(a, b), element by element. */
export function each2<T, O>(a: usize, b: usize, y: usize, nd: i32, dims: usize): void {
  bind<T>(0, a);
  bind<T>(1, b);
  bind<T>(2, y);
  walk(
    (a: usize, b: usize, y: usize, _3: usize, n: i32, _s: f64, _t: f64) => {
      for (let i = 0; i < n; i++) store<T>(at<T>(y, i), changetype<O>(0).two<T>(load<T>(at<T>(a, i)), load<T>(at<T>(b, i))));
    },
    3, nd, dims, 0, 0,
  );
}
