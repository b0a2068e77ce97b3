// Running sums, products and extrema of a contiguous (outer, r, inner) along r, continued in A and rounded once per element.

import { at } from './at';
import { Max, Min } from './extreme';
import { Prod, Sum } from './fold';

function scan<T, A, O>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  const o = changetype<O>(0), step = at<T>(0, inner);
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, r * inner)) {
    for (let j = 0; j < inner; j++) {
      let total = <A>o.identity();
      for (let k = 0, p = at<T>(x, j), q = at<T>(y, j); k < r; k++, p += step, q += step) {
        total = o.join<A>(total, <A>load<T>(p));
        store<T>(q, <T>total);
      }
    }
  }
}

/** The sum of exponentials as the largest exponent so far and the sum relative to it: one logarithm an element, whose errors do not add up. */
function logcumsumexp<T>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      let high = -Infinity, sum: f64 = 0;
      for (let k = 0, p = i * r * inner + j; k < r; k++, p += inner) {
        const v = <f64>load<T>(at<T>(x, p));
        // Equal infinities have no difference.
        const other = v == high ? 1 : Math.exp(-abs(v - high));
        if (v > high) {
          sum = sum * other + 1;
          high = v;
        } else sum += other;
        store<T>(at<T>(y, p), <T>(high + Math.log(sum)));
      }
    }
  }
}

function recurrence<T>(a: usize, x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      let total: f64 = 0;
      for (let k = 0, p = i * r * inner + j; k < r; k++, p += inner) {
        // The first factor multiplies nothing.
        const v = <f64>load<T>(at<T>(x, p));
        total = k == 0 ? v : v + <f64>load<T>(at<T>(a, p)) * total;
        store<T>(at<T>(y, p), <T>total);
      }
    }
  }
}

/** The best so far and where it is: of ties the latest, of NaNs too. */
function scanExtreme<T, O>(x: usize, y: usize, places: usize, outer: i32, r: i32, inner: i32): void {
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, r * inner), places = at<i32>(places, r * inner)) {
    for (let j = 0; j < inner && r > 0; j++) {
      let best = load<T>(at<T>(x, j)), place = 0;
      for (let k = 0, p = j; k < r; k++, p += inner) {
        const v = load<T>(at<T>(x, p));
        if (v != v || v == best || changetype<O>(0).better<T>(v, best)) {
          best = v;
          place = k;
        }
        store<T>(at<T>(y, p), best);
        store<i32>(at<i32>(places, p), place);
      }
    }
  }
}

export function cumsum_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { scan<f32, f64, Sum>(x, y, outer, r, inner); }
export function cumsum_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { scan<f64, f64, Sum>(x, y, outer, r, inner); }
export function cumsum_i64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { scan<i64, i64, Sum>(x, y, outer, r, inner); }
export function cumprod_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { scan<f32, f64, Prod>(x, y, outer, r, inner); }
export function cumprod_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { scan<f64, f64, Prod>(x, y, outer, r, inner); }
export function cumprod_i64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { scan<i64, i64, Prod>(x, y, outer, r, inner); }
export function logcumsumexp_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { logcumsumexp<f32>(x, y, outer, r, inner); }
export function logcumsumexp_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { logcumsumexp<f64>(x, y, outer, r, inner); }
export function recurrence_f32(a: usize, x: usize, y: usize, outer: i32, r: i32, inner: i32): void { recurrence<f32>(a, x, y, outer, r, inner); }
export function recurrence_f64(a: usize, x: usize, y: usize, outer: i32, r: i32, inner: i32): void { recurrence<f64>(a, x, y, outer, r, inner); }
export function cummax_f32(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<f32, Max>(x, y, places, outer, r, inner); }
export function cummax_f64(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<f64, Max>(x, y, places, outer, r, inner); }
export function cummax_i32(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<i32, Max>(x, y, places, outer, r, inner); }
export function cummax_i64(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<i64, Max>(x, y, places, outer, r, inner); }
export function cummax_u8(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<u8, Max>(x, y, places, outer, r, inner); }
export function cummin_f32(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<f32, Min>(x, y, places, outer, r, inner); }
export function cummin_f64(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<f64, Min>(x, y, places, outer, r, inner); }
export function cummin_i32(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<i32, Min>(x, y, places, outer, r, inner); }
export function cummin_i64(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<i64, Min>(x, y, places, outer, r, inner); }
export function cummin_u8(x: usize, y: usize, places: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { scanExtreme<u8, Min>(x, y, places, outer, r, inner); }
