// Folds of a contiguous (outer, r, inner) over r. Sums and products accumulate in A: float64 for both float types, so long sums lose nothing; i64 wraps.
// inner = 1 reduces rows of contiguous memory; otherwise whole rows of columns are streamed into accumulators, a block of columns at a time.

import { at, lanes } from './at';
import { overOuter } from './rows';
import { own } from './scratch';

/** Columns that are accumulated at once. */
const COLUMNS = 256;
const accumulators = memory.data(256 * 8, 16);
const means = memory.data(256 * 8, 16);

/** The folds: of an accumulator a and an element x; m is the mean, for the one that is about it. */
@unmanaged export class Sum {
  @inline identity(): i32 { return 0; }
  @inline vector<A>(a: v128, x: v128, m: v128): v128 { return v128.add<A>(a, x); }
  @inline one<A>(a: A, x: A, m: A): A { return <A>(a + x); }
  @inline join<A>(a: A, b: A): A { return <A>(a + b); }
}
@unmanaged export class Prod {
  @inline identity(): i32 { return 1; }
  @inline vector<A>(a: v128, x: v128, m: v128): v128 { return v128.mul<A>(a, x); }
  @inline one<A>(a: A, x: A, m: A): A { return <A>(a * x); }
  @inline join<A>(a: A, b: A): A { return <A>(a * b); }
}
@unmanaged export class Squares {
  @inline identity(): i32 { return 0; }
  @inline vector<A>(a: v128, x: v128, m: v128): v128 { const d = v128.sub<A>(x, m); return v128.add<A>(a, v128.mul<A>(d, d)); }
  @inline one<A>(a: A, x: A, m: A): A { return <A>(a + (x - m) * (x - m)); }
  @inline join<A>(a: A, b: A): A { return <A>(a + b); }
}

/** The j-th vector of A, converted from the T at p. */
// @ts-ignore: decorator
@inline
function widened<T, A>(p: usize, j: usize): v128 {
  if (sizeof<T>() == sizeof<A>()) return v128.load(p + j * 16);
  return f64x2.promote_low_f32x4(v128.load64_zero(p + j * 8));
}

/** The fold of n contiguous elements; the mean is for the one that is about it. */
export function foldRow<T, A, O>(x: usize, n: i32, mean: A): A {
  const o = changetype<O>(0), m = v128.splat<A>(mean);
  const identity = v128.splat<A>(<A>o.identity());
  let a0 = identity, a1 = identity, a2 = identity, a3 = identity, a4 = identity, a5 = identity, a6 = identity, a7 = identity;
  const end = at<T>(x, n);
  for (const whole = at<T>(x, n & -16); x < whole; x = at<T>(x, 16)) {
    a0 = o.vector<A>(a0, widened<T, A>(x, 0), m);
    a1 = o.vector<A>(a1, widened<T, A>(x, 1), m);
    a2 = o.vector<A>(a2, widened<T, A>(x, 2), m);
    a3 = o.vector<A>(a3, widened<T, A>(x, 3), m);
    a4 = o.vector<A>(a4, widened<T, A>(x, 4), m);
    a5 = o.vector<A>(a5, widened<T, A>(x, 5), m);
    a6 = o.vector<A>(a6, widened<T, A>(x, 6), m);
    a7 = o.vector<A>(a7, widened<T, A>(x, 7), m);
  }
  let a = <A>o.identity();
  for (; x < end; x = at<T>(x, 1)) a = o.one<A>(a, <A>load<T>(x), mean);
  a = o.join<A>(a, o.join<A>(joined<A, O>(a0, a1), joined<A, O>(a2, a3)));
  return o.join<A>(a, o.join<A>(joined<A, O>(a4, a5), joined<A, O>(a6, a7)));
}

// @ts-ignore: decorator
@inline
function joined<A, O>(a: v128, b: v128): A {
  const o = changetype<O>(0);
  return o.join<A>(
    o.join<A>(v128.extract_lane<A>(a, 0), v128.extract_lane<A>(a, 1)),
    o.join<A>(v128.extract_lane<A>(b, 0), v128.extract_lane<A>(b, 1)),
  );
}

/** Folds r rows of n columns, `inner` elements apart, into the accumulators. */
function foldColumns<T, A, O>(x: usize, r: i32, n: i32, inner: i32, into: usize): void {
  const o = changetype<O>(0);
  for (let j = 0; j < n; j++) store<A>(at<A>(into, j), <A>o.identity());
  const step = at<T>(0, inner);
  const whole = n & -lanes<A>();
  for (let i = 0; i < r; i++, x += step) {
    for (let j = 0; j < whole; j += lanes<A>()) {
      const p = at<A>(into, j);
      v128.store(p, o.vector<A>(v128.load(p), widened<T, A>(at<T>(x, j), 0), v128.load(at<A>(own(means), j))));
    }
    for (let j = whole; j < n; j++) {
      const p = at<A>(into, j);
      store<A>(p, o.one<A>(load<A>(p), <A>load<T>(at<T>(x, j)), load<A>(at<A>(own(means), j))));
    }
  }
}

/** Only means divide: of integers there are none. */
// @ts-ignore: decorator
@inline
function over<A>(value: A, divisor: A): A {
  return divisor == <A>1 ? value : <A>(value / divisor);
}

/** Rows, over a divisor. */
function foldRows<T, A, O>(x: usize, y: usize, outer: i32, r: i32, inner: i32, divisor: A): void {
  if (inner == 1) {
    for (let i = 0; i < outer; i++) store<T>(at<T>(y, i), <T>over<A>(foldRow<T, A, O>(at<T>(x, i * r), r, <A>0), divisor));
    return;
  }
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, inner)) {
    for (let j = 0; j < inner; j += COLUMNS) {
      const n = min(COLUMNS, inner - j);
      foldColumns<T, A, O>(at<T>(x, j), r, n, inner, own(accumulators));
      for (let l = 0; l < n; l++) store<T>(at<T>(y, j + l), <T>over<A>(load<A>(at<A>(own(accumulators), l)), divisor));
    }
  }
}

/** Rows over s, or the roots of that; the mean is 0 if not centred. */
function squareRows<T>(x: usize, y: usize, s: f64, centred: bool, root: bool, outer: i32, r: i32, inner: i32): void {
  if (inner == 1) {
    for (let i = 0; i < outer; i++, x = at<T>(x, r)) {
      const mean = centred ? foldRow<T, f64, Sum>(x, r, 0) / <f64>r : 0, value = foldRow<T, f64, Squares>(x, r, mean) / s;
      store<T>(at<T>(y, i), <T>(root ? sqrt(value) : value));
    }
    return;
  }
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, inner)) {
    for (let j = 0; j < inner; j += COLUMNS) {
      const n = min(COLUMNS, inner - j);
      if (centred) foldColumns<T, f64, Sum>(at<T>(x, j), r, n, inner, own(means));
      for (let l = 0; l < n; l++) store<f64>(at<f64>(own(means), l), centred ? load<f64>(at<f64>(own(means), l)) / <f64>r : 0);
      foldColumns<T, f64, Squares>(at<T>(x, j), r, n, inner, own(accumulators));
      for (let l = 0; l < n; l++) {
        const value = load<f64>(at<f64>(own(accumulators), l)) / s;
        store<T>(at<T>(y, j + l), <T>(root ? sqrt(value) : value));
      }
    }
  }
}

export function fold<T, A, O>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  overOuter(
    (x: usize, y: usize, _z: usize, _s: f64, outer: i32, r: i32, inner: i32) => foldRows<T, A, O>(x, y, outer, r, inner, <A>1),
    x, at<T>(0, r * inner), y, at<T>(0, inner), 0, 0, 0, outer, r, inner,
  );
}

/** What is folded to float64, over r. */
export function mean<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  overOuter(
    (x: usize, y: usize, _z: usize, _s: f64, outer: i32, r: i32, inner: i32) => foldRows<T, f64, Sum>(x, y, outer, r, inner, <f64>r),
    x, at<T>(0, r * inner), y, at<T>(0, inner), 0, 0, 0, outer, r, inner,
  );
}

export function squares<T>(x: usize, y: usize, divisor: f64, centred: i32, root: i32, outer: i32, r: i32, inner: i32): void {
  // A function of its own for each: what runs in another thread is given no more than one number.
  overOuter(
    centred
      ? root
        ? (x: usize, y: usize, _z: usize, s: f64, outer: i32, r: i32, inner: i32) => squareRows<T>(x, y, s, true, true, outer, r, inner)
        : (x: usize, y: usize, _z: usize, s: f64, outer: i32, r: i32, inner: i32) => squareRows<T>(x, y, s, true, false, outer, r, inner)
      : root
        ? (x: usize, y: usize, _z: usize, s: f64, outer: i32, r: i32, inner: i32) => squareRows<T>(x, y, s, false, true, outer, r, inner)
        : (x: usize, y: usize, _z: usize, s: f64, outer: i32, r: i32, inner: i32) => squareRows<T>(x, y, s, false, false, outer, r, inner),
    x, at<T>(0, r * inner), y, at<T>(0, inner), 0, 0, divisor, outer, r, inner,
  );
}
