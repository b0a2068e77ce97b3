// Softmax, its logarithm and their derivatives along r of a contiguous (outer, r, inner). Sums are kept in float64, in rows of four vectors
// that were added in T.
// inner = 1 works on rows, whose sums end with adding the lanes; otherwise each lane is a column of its own.

import { at, get, lanes, put } from './at';
import { extreme } from './extreme';
import { all4, store4 } from './map';
import { exp, log } from './math';
import { expNear, isNear } from './math32';
import { mapRow, mapRow2, mapRow2Near, sumRow2 } from './row';
import { overOuter } from './rows';
import { high, low, max, narrowed, total } from './vector';

// @ts-ignore: decorator
@inline
function logOf(s: f64): f64 {
  return f64x2.extract_lane(log<f64>(f64x2.splat(s)), 0);
}

/** The sum of e^(x - shift) over a row, in blocks as in map1Near; the terms go to y if that is not 0. */
function sumExp<T>(x: usize, y: usize, n: i32, shift: T): f64 {
  const m = v128.splat<T>(shift), block = 4 * lanes<T>();
  let lower = f64x2.splat(0), upper = lower;
  while (n > 0) {
    for (; sizeof<T>() == 4 && n >= block; n -= block, x += 64) {
      const a = v128.sub<T>(v128.load(x), m), b = v128.sub<T>(v128.load(x, 16), m), c = v128.sub<T>(v128.load(x, 32), m), d = v128.sub<T>(v128.load(x, 48), m);
      if (!all4(isNear(a), isNear(b), isNear(c), isNear(d))) break;
      const e = expNear(a), f = expNear(b), g = expNear(c), h = expNear(d);
      if (y != 0) {
        store4(y, e, f, g, h);
        y += 64;
      }
      const s = v128.add<T>(v128.add<T>(e, f), v128.add<T>(g, h));
      lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
    }
    for (const stop = n - block; n > 0 && n > stop; n -= lanes<T>(), x += 16) {
      const e = exp<T>(v128.sub<T>(get<T>(x, n, <T>-Infinity), m));
      if (y != 0) {
        put<T>(y, n, e);
        y += 16;
      }
      lower = f64x2.add(lower, low<T>(e)), upper = f64x2.add(upper, high<T>(e));
    }
  }
  return total(f64x2.add(lower, upper));
}

/** The largest element of a row; what is NaN reaches the results through the sum. */
// @ts-ignore: decorator
@inline
function largest<T>(x: usize, n: i32): T {
  return extreme<T, Largest>(x, n);
}

@unmanaged class Largest {
  @inline of<T>(a: v128, b: v128): v128 { return v128.pmax<T>(a, b); }
  @inline one<T>(a: T, b: T): T { return a < b ? b : a; }
}

/** Infinities are not subtracted: e^inf is infinite and e^-inf 0, as they should be in a sum. */
// @ts-ignore: decorator
@inline
function finite<T>(m: v128): v128 {
  return v128.andnot(m, v128.eq<T>(v128.abs<T>(m), v128.splat<T>(<T>Infinity)));
}

// Columns: the vectors at x, r rows, `inner` apart; n of the lanes exist --------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function columnMax<T>(x: usize, r: i32, step: usize, n: i32): v128 {
  let m = v128.splat<T>(<T>-Infinity);
  for (let k = 0; k < r; k++, x += step) m = max<T>(m, get<T>(x, n, <T>0));
  return m;
}

/** e^(x - m) summed down the columns; the terms go to y if that is not 0. */
// @ts-ignore: decorator
@inline
function columnSumExp<T>(x: usize, y: usize, r: i32, step: usize, n: i32, m: v128): v128 {
  let lower = f64x2.splat(0), upper = lower;
  if (r == 0) return lower;
  do {
    const e = exp<T>(v128.sub<T>(get<T>(x, n, <T>0), m));
    if (y != 0) {
      put<T>(y, n, e);
      y += step;
    }
    lower = f64x2.add(lower, low<T>(e));
    upper = f64x2.add(upper, high<T>(e));
    r--, x += step;
  } while (r > 0);
  return narrowed<T>(lower, upper);
}

@unmanaged class Product { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.mul<T>(x, s); } }
@unmanaged class Difference { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.sub<T>(v128.sub<T>(x, s), t); } }

// The four operations --------------------------------------------------------------------------------------------------------------------------------

function logsumexp<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  const step = at<T>(0, inner);
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, inner)) {
    if (inner == 1) {
      const m = r == 0 ? <T>-Infinity : largest<T>(x, r);
      const shift = abs<T>(m) == <T>Infinity ? <T>0 : m;
      store<T>(y, <T>(logOf(sumExp<T>(x, 0, r, shift)) + <f64>shift));
      continue;
    }
    for (let j = 0; j < inner; j += lanes<T>()) {
      const p = at<T>(x, j), n = inner - j;
      const m = finite<T>(columnMax<T>(p, r, step, n));
      put<T>(at<T>(y, j), n, v128.add<T>(log<T>(columnSumExp<T>(p, 0, r, step, n, m)), m));
    }
  }
}

function softmax<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  if (r == 0) return;
  const step = at<T>(0, inner);
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, r * inner)) {
    if (inner == 1) {
      const s = v128.splat<T>(<T>(1 / sumExp<T>(x, y, r, largest<T>(x, r))));
      mapRow<T, Product>(y, y, r, s, s);
      continue;
    }
    for (let j = 0; j < inner; j += lanes<T>()) {
      const p = at<T>(x, j), n = inner - j;
      let q = at<T>(y, j);
      const s = columnSumExp<T>(p, q, r, step, n, columnMax<T>(p, r, step, n));
      for (let k = 0; k < r; k++, q += step) put<T>(q, n, v128.div<T>(get<T>(q, n, <T>0), s));
    }
  }
}

/** x - m - log(sum(e^(x - m))). */
function logSoftmax<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  if (r == 0) return;
  const step = at<T>(0, inner);
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, r * inner)) {
    if (inner == 1) {
      const m = largest<T>(x, r);
      mapRow<T, Difference>(x, y, r, v128.splat<T>(m), v128.splat<T>(<T>logOf(sumExp<T>(x, 0, r, m))));
      continue;
    }
    for (let j = 0; j < inner; j += lanes<T>()) {
      const n = inner - j;
      let p = at<T>(x, j), q = at<T>(y, j);
      const m = columnMax<T>(p, r, step, n);
      const s = log<T>(columnSumExp<T>(p, 0, r, step, n, m));
      let k = r;
      do {
        put<T>(q, n, v128.sub<T>(v128.sub<T>(get<T>(p, n, <T>0), m), s));
        k--, p += step, q += step;
      } while (k > 0);
    }
  }
}

/** The two derivatives: what is summed, and dx from that sum. */
@unmanaged class SoftmaxBwd {
  @inline term<T>(dy: v128, y: v128): v128 { return v128.mul<T>(dy, y); }
  @inline of<T>(dy: v128, y: v128, s: v128, t: v128): v128 { return v128.mul<T>(y, v128.sub<T>(dy, s)); }
  @inline row<T>(dy: usize, y: usize, dx: usize, n: i32, s: v128): void { mapRow2<T, SoftmaxBwd>(dy, y, dx, n, s); }
}
@unmanaged class LogSoftmaxBwd {
  @inline term<T>(dy: v128, y: v128): v128 { return dy; }
  @inline of<T>(dy: v128, y: v128, s: v128, t: v128): v128 { return v128.sub<T>(dy, v128.mul<T>(exp<T>(y), s)); }
  @inline isNear(y: v128): v128 { return isNear(y); }
  @inline near(dy: v128, y: v128, s: v128): v128 { return f32x4.sub(dy, f32x4.mul(expNear(y), s)); }
  @inline row<T>(dy: usize, y: usize, dx: usize, n: i32, s: v128): void { mapRow2Near<T, LogSoftmaxBwd>(dy, y, dx, n, s); }
}

function backward<T, O>(dy: usize, y: usize, dx: usize, outer: i32, r: i32, inner: i32): void {
  const o = changetype<O>(0), step = at<T>(0, inner), sample = at<T>(0, r * inner);
  for (let i = 0; i < outer; i++, dy += sample, y += sample, dx += sample) {
    if (inner == 1) {
      const s = v128.splat<T>(<T>sumRow2<T, O>(dy, y, r));
      o.row<T>(dy, y, dx, r, s);
      continue;
    }
    for (let j = 0; j < inner; j += lanes<T>()) {
      const from = at<T>(0, j), n = inner - j;
      let lower = f64x2.splat(0), upper = lower;
      for (let p = from; p < sample; p += step) {
        const term = o.term<T>(get<T>(dy + p, n, <T>0), get<T>(y + p, n, <T>0));
        lower = f64x2.add(lower, low<T>(term)), upper = f64x2.add(upper, high<T>(term));
      }
      const s = narrowed<T>(lower, upper);
      for (let p = from; p < sample; p += step) put<T>(dx + p, n, o.of<T>(get<T>(dy + p, n, <T>0), get<T>(y + p, n, <T>0), s, s));
    }
  }
}

/** y is as x, or one element for r of them. */
// @ts-ignore: decorator
@inline
function along<T, O>(x: usize, y: usize, outer: i32, r: i32, inner: i32, kept: i32): void {
  overOuter(
    (x: usize, y: usize, _z: usize, _s: f64, outer: i32, r: i32, inner: i32) => changetype<O>(0).of<T>(x, y, outer, r, inner),
    x, at<T>(0, r * inner), y, at<T>(0, kept * inner), 0, 0, 0, outer, r, inner,
  );
}

// @ts-ignore: decorator
@inline
function backwardAlong<T, O>(dy: usize, y: usize, dx: usize, outer: i32, r: i32, inner: i32): void {
  const step = at<T>(0, r * inner);
  overOuter(
    (dy: usize, y: usize, dx: usize, _s: f64, outer: i32, r: i32, inner: i32) => backward<T, O>(dy, y, dx, outer, r, inner),
    dy, step, y, step, dx, step, 0, outer, r, inner,
  );
}

@unmanaged class LogSumExp { @inline of<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { logsumexp<T>(x, y, outer, r, inner); } }
@unmanaged class Softmax { @inline of<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { softmax<T>(x, y, outer, r, inner); } }
@unmanaged class LogSoftmax { @inline of<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { logSoftmax<T>(x, y, outer, r, inner); } }

export function logsumexp_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { along<f32, LogSumExp>(x, y, outer, r, inner, 1); }
export function logsumexp_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { along<f64, LogSumExp>(x, y, outer, r, inner, 1); }
export function softmax_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { along<f32, Softmax>(x, y, outer, r, inner, r); }
export function softmax_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { along<f64, Softmax>(x, y, outer, r, inner, r); }
export function log_softmax_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { along<f32, LogSoftmax>(x, y, outer, r, inner, r); }
export function log_softmax_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { along<f64, LogSoftmax>(x, y, outer, r, inner, r); }
export function softmax_bwd_f32(dy: usize, y: usize, dx: usize, outer: i32, r: i32, inner: i32): void { backwardAlong<f32, SoftmaxBwd>(dy, y, dx, outer, r, inner); }
export function softmax_bwd_f64(dy: usize, y: usize, dx: usize, outer: i32, r: i32, inner: i32): void { backwardAlong<f64, SoftmaxBwd>(dy, y, dx, outer, r, inner); }
export function log_softmax_bwd_f32(dy: usize, y: usize, dx: usize, outer: i32, r: i32, inner: i32): void { backwardAlong<f32, LogSoftmaxBwd>(dy, y, dx, outer, r, inner); }
export function log_softmax_bwd_f64(dy: usize, y: usize, dx: usize, outer: i32, r: i32, inner: i32): void { backwardAlong<f64, LogSoftmaxBwd>(dy, y, dx, outer, r, inner); }
