// One row of n contiguous elements, whose end may be ragged: maps, and sums of four vectors at once in T, of more in float64.

import { at, get, lanes, put } from './at';
import { vectors1, vectors2, vectors2Near } from './map';
import { high, low, total } from './vector';

/** y = O(x). */
export function mapRow<T, O>(x: usize, y: usize, n: i32, u: v128, v: v128): void {
  const whole = n & -lanes<T>(), left = n - whole, end = at<T>(x, whole);
  vectors1<T, O>(x, end, y, u, v);
  if (left > 0) put<T>(at<T>(y, whole), left, changetype<O>(0).of<T>(get<T>(end, left, <T>0), u, v));
}

/** y = O(a, b). */
export function mapRow2<T, O>(a: usize, b: usize, y: usize, n: i32, u: v128): void {
  vectors2<T, O>(a, at<T>(a, n & -lanes<T>()), b, y, u, u);
  endRow2<T, O>(a, b, y, n, u);
}

/** y = O(a, b), as vectors2Near. */
export function mapRow2Near<T, O>(a: usize, b: usize, y: usize, n: i32, u: v128): void {
  vectors2Near<T, O>(a, at<T>(a, n & -lanes<T>()), b, y, u);
  endRow2<T, O>(a, b, y, n, u);
}

function endRow2<T, O>(a: usize, b: usize, y: usize, n: i32, u: v128): void {
  const i = n & -lanes<T>();
  if (i < n) put<T>(at<T>(y, i), n - i, changetype<O>(0).of<T>(get<T>(at<T>(a, i), n - i, <T>0), get<T>(at<T>(b, i), n - i, <T>0), u, u));
}

/** The sum of O.term(a, b), which is 0 of zeros. */
export function sumRow2<T, O>(a: usize, b: usize, n: i32): f64 {
  const o = changetype<O>(0), block = 4 * lanes<T>();
  let lower = f64x2.splat(0), upper = lower;
  for (; n >= block; n -= block, a += 64, b += 64) {
    const s = v128.add<T>(
      v128.add<T>(o.term<T>(v128.load(a), v128.load(b)), o.term<T>(v128.load(a, 16), v128.load(b, 16))),
      v128.add<T>(o.term<T>(v128.load(a, 32), v128.load(b, 32)), o.term<T>(v128.load(a, 48), v128.load(b, 48))),
    );
    lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
  }
  for (; n > 0; n -= lanes<T>(), a += 16, b += 16) {
    const s = o.term<T>(get<T>(a, n, <T>0), get<T>(b, n, <T>0));
    lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
  }
  return total(f64x2.add(lower, upper));
}
