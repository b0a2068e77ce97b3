// float64 transcendental functions: exp and log on two lanes at once, the rest by element, through the standard library where it has them.

import { mad as multiplyAdd } from './vector';

// @ts-ignore: decorator
@inline
function all(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline
function mad(a: v128, b: v128, c: v128): v128 {
  return multiplyAdd<f64>(a, b, c);
}

/** ln 2 in two parts, the first short enough for exact products with an exponent. */
const LN2_HI: f64 = 0.6931471803691238;
const LN2_LO: f64 = 1.9082149292705877e-10;
/** Added to a number below 2^51, rounds it to an integer, which then stands in the low bits. */
const MAGIC: f64 = 6755399441055744;

// @ts-ignore: decorator
@inline
function exp2i(n: v128): v128 {
  return i64x2.shl(i64x2.add(n, i64x2.splat(1023)), 52);
}

/** m e^x as in math32, with Taylor's series on |r| <= ln(2)/2. 1 ulp for m = 1. */
// @ts-ignore: decorator
@inline
export function scaledExp(m: v128, x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, all(720)), all(-760));
  const shifted = mad(x, all(1.4426950408889634), all(MAGIC));
  const n = f64x2.sub(shifted, all(MAGIC));
  const r = mad(n, all(-LN2_LO), mad(n, all(-LN2_HI), x));
  const z = f64x2.mul(r, r), z2 = f64x2.mul(z, z);
  const p0 = mad(mad(all(1.0 / 120), r, all(1.0 / 24)), z, mad(all(1.0 / 6), r, all(0.5)));
  const p4 = mad(mad(all(1.0 / 362880), r, all(1.0 / 40320)), z, mad(all(1.0 / 5040), r, all(1.0 / 720)));
  const p8 = mad(mad(all(1.0 / 6227020800), r, all(1.0 / 479001600)), z, mad(all(1.0 / 39916800), r, all(1.0 / 3628800)));
  const p = f64x2.add(mad(mad(mad(p8, z2, p4), z2, p0), z, r), all(1));
  const i = i64x2.sub(shifted, all(MAGIC));
  const half = i64x2.shr_s(i, 1);
  return f64x2.mul(f64x2.mul(f64x2.mul(p, m), exp2i(half)), exp2i(i64x2.sub(i, half)));
}

// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return scaledExp(all(1), x);
}

/** log(2^e m) = e ln 2 + 2 atanh(s), s = f / (2 + f), f = m - 1, by the series in s^2 <= 0.0295. 1 ulp. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f64x2.lt(x, all(2.2250738585072014e-308));
  const scaled = v128.bitselect(f64x2.mul(x, all(18014398509481984)), x, tiny);
  const root = i64x2.splat(0x3fe6a09e667f3bcd);
  const e = i64x2.shr_s(i64x2.sub(scaled, root), 52);
  const f = f64x2.sub(i64x2.sub(scaled, i64x2.shl(e, 52)), all(1));
  const n = f64x2.sub(f64x2.sub(i64x2.add(e, all(MAGIC)), all(MAGIC)), v128.and(tiny, all(54)));
  const s = f64x2.div(f, f64x2.add(f, all(2)));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z), z4 = f64x2.mul(z2, z2);
  const q0 = mad(mad(all(2.0 / 9), z, all(2.0 / 7)), z2, mad(all(2.0 / 5), z, all(2.0 / 3)));
  const q4 = mad(mad(all(2.0 / 17), z, all(2.0 / 15)), z2, mad(all(2.0 / 13), z, all(2.0 / 11)));
  const q8 = mad(all(2.0 / 23), z2, mad(all(2.0 / 21), z, all(2.0 / 19)));
  const q = f64x2.mul(mad(mad(q8, z4, q4), z4, q0), z);
  const square = f64x2.mul(f64x2.mul(f, f), all(0.5));
  const low = mad(s, f64x2.add(square, q), f64x2.mul(n, all(LN2_LO)));
  const y = f64x2.sub(f64x2.mul(n, all(LN2_HI)), f64x2.sub(f64x2.sub(square, low), f));
  const zero = all(0);
  const positive = f64x2.gt(x, zero);
  const edge = v128.bitselect(x, v128.bitselect(all(-Infinity), all(NaN), f64x2.eq(x, zero)), positive);
  return v128.bitselect(y, edge, v128.and(positive, f64x2.lt(x, all(Infinity))));
}

/** e / (e + 1), e = e^x. 3 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f64x2.pmin(x, all(40)));
  return f64x2.div(e, f64x2.add(e, all(1)));
}

/** As math32.silu. 3 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  const t = f64x2.neg(f64x2.abs(x)), zero = all(0);
  const y = f64x2.div(v128.bitselect(scaledExp(x, t), x, f64x2.lt(x, zero)), f64x2.add(exp(t), all(1)));
  return v128.bitselect(f64x2.mul(x, zero), y, f64x2.lt(x, all(-760)));
}

/** log(1 + e^x) = max(x, 0) + log(1 + e), e = e^-|x|: the logarithm of the rounded sum and what the sum lost. 3 ulp. */
// @ts-ignore: decorator
@inline
export function log1pexp(x: v128): v128 {
  const e = exp(f64x2.neg(f64x2.abs(x)));
  const w = f64x2.add(e, all(1));
  const y = f64x2.add(log(w), f64x2.div(f64x2.sub(e, f64x2.sub(w, all(1))), w));
  return f64x2.add(f64x2.max(x, all(0)), y);
}
