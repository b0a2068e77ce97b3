// float32 transcendental functions, four lanes at once: at most 4 ulp over the whole range, special values included, with FMA and without (measured bounds at each).
// Polynomials are minimax fits of relative error on the stated interval, evaluated in halves (Estrin) where they are what a loop waits for: without FMA a step of
// Horner's rule is six cycles. pmin and pmax are one instruction and keep a NaN of their first operand.

import { mad as multiplyAdd } from './vector';

/** ln 2 in two parts, the first short enough for exact products with an exponent. */
const LN2_HI: f32 = 0.693145752;
const LN2_LO: f32 = 1.42860677e-06;
/** Added to a number below 2^22, rounds it to an integer, which then stands in the low bits. */
const MAGIC: f32 = 12582912;

// @ts-ignore: decorator
@inline
function all(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function bits(x: u32): v128 {
  return i32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function mad(a: v128, b: v128, c: v128): v128 {
  return multiplyAdd<f32>(a, b, c);
}

// @ts-ignore: decorator
@inline
function copysign(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(sign, magnitude, bits(0x80000000));
}

/** 2^n for -126 <= n <= 127. */
// @ts-ignore: decorator
@inline
function exp2i(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, bits(127)), 23);
}

/** round(x / ln 2) + MAGIC. */
// @ts-ignore: decorator
@inline
function shiftedOf(x: v128): v128 {
  return mad(x, all(1.44269504), all(MAGIC));
}

/** e^r - 1 = r + r^2 P(r), |r| <= ln(2)/2, for the r = x - n ln 2 that n = shifted - MAGIC leaves. */
// @ts-ignore: decorator
@inline
function expm1Rest(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, all(MAGIC));
  const r = mad(n, all(-LN2_LO), mad(n, all(-LN2_HI), x));
  const z = f32x4.mul(r, r);
  const high = mad(all(0.00138210237), z, mad(all(0.00836867001), r, all(0.0416682623)));
  return mad(mad(high, z, mad(all(0.166665211), r, all(0.49999994))), z, r);
}

/** m e^x for |m| < 2^24, as m 2^n e^r. The power of two is applied in two halves, so that denormal results are rounded once. 1 ulp for m = 1. */
// @ts-ignore: decorator
@inline
export function scaledExp(m: v128, x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, all(89)), all(-130));
  const shifted = shiftedOf(x);
  const p = f32x4.add(expm1Rest(x, shifted), all(1));
  const i = i32x4.sub(shifted, all(MAGIC));
  const half = i32x4.shr_s(i, 1);
  return f32x4.mul(f32x4.mul(f32x4.mul(p, m), exp2i(half)), exp2i(i32x4.sub(i, half)));
}

/** Where e^x is neither infinite nor denormal, nor NaN. */
// @ts-ignore: decorator
@inline
export function isNear(x: v128): v128 {
  return f32x4.le(f32x4.abs(x), all(87));
}

/** e^x where `isNear`: the same bits, with the power of two added to the exponent. */
// @ts-ignore: decorator
@inline
export function expNear(x: v128): v128 {
  const shifted = shiftedOf(x);
  return i32x4.add(f32x4.add(expm1Rest(x, shifted), all(1)), i32x4.shl(shifted, 23));
}

// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return scaledExp(all(1), x);
}

/** log(2^e m), sqrt(1/2) <= m < sqrt(2): e ln 2 + f - f^2/2 + f^3 Q(f), f = m - 1. 1 ulp. log(+-0) = -inf, negative gives NaN. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, all(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, all(8388608)), x, tiny);
  const e = i32x4.shr_s(i32x4.sub(scaled, bits(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(e, 23)), all(1));
  const n = f32x4.sub(f32x4.convert_i32x4_s(e), v128.and(tiny, all(23)));
  const z = f32x4.mul(f, f), z2 = f32x4.mul(z, z);
  const q0 = mad(mad(all(-0.166679963), f, all(0.20002073)), z, mad(all(-0.250000089), f, all(0.333333135)));
  const q4 = mad(mad(all(-0.116714492), f, all(0.11883568)), z, mad(all(-0.124060318), f, all(0.142203271)));
  const q = mad(mad(all(0.0675095618), z2, q4), z2, q0);
  const low = mad(n, all(LN2_LO), f32x4.mul(f32x4.mul(q, z), f));
  const y = mad(n, all(LN2_HI), f32x4.add(mad(z, all(-0.5), low), f));
  const zero = all(0);
  const ordinary = v128.and(f32x4.gt(x, zero), f32x4.lt(x, all(Infinity)));
  const edge = v128.bitselect(x, v128.bitselect(all(-Infinity), all(NaN), f32x4.eq(x, zero)), f32x4.gt(x, zero));
  return v128.bitselect(y, edge, ordinary);
}

/** log(1 + e) for 0 <= e <= 1: the logarithm of the rounded sum w, and what the sum lost, (e - (w - 1)) / w. 2 ulp. */
// @ts-ignore: decorator
@inline
function log1p(e: v128): v128 {
  const w = f32x4.add(e, all(1));
  return f32x4.add(log(w), f32x4.div(f32x4.sub(e, f32x4.sub(w, all(1))), w));
}

/** n = round(x / (pi/2)) for two lanes in float64; n * PIO2_HI is exact up to 2^20 quarter turns. */
// @ts-ignore: decorator
@inline
function quarters(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(0.6366197723675814)));
}

// @ts-ignore: decorator
@inline
function remainder(x: v128, n: v128): v128 {
  const hi = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963267341256)));
  return f64x2.sub(hi, f64x2.mul(n, f64x2.splat(6.077100506506192e-11)));
}

/** sin(x + turn pi/2) for |x| < 1.6e6: reduced in float64, then a polynomial on |r| <= pi/4. */
// @ts-ignore: decorator
@inline
function sinReduced(x: v128, turn: i32): v128 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 0));
  const nl = quarters(low), nh = quarters(high);
  const n = v128.shuffle<u64>(i32x4.trunc_sat_f64x2_s_zero(nl), i32x4.trunc_sat_f64x2_s_zero(nh), 0, 2);
  const r = v128.shuffle<u64>(f32x4.demote_f64x2_zero(remainder(low, nl)), f32x4.demote_f64x2_zero(remainder(high, nh)), 0, 2);
  const z = f32x4.mul(r, r);
  const s = mad(mad(all(-0.000195182773), z, all(0.00833218917)), z, all(-0.166666552));
  const sine = mad(f32x4.mul(r, z), s, r);
  const c = mad(mad(all(2.44325583e-05), z, all(-0.00138873106)), z, all(0.0416666456));
  const cosine = f32x4.add(mad(f32x4.mul(z, z), c, f32x4.mul(z, all(-0.5))), all(1));
  const q = i32x4.add(n, i32x4.splat(turn));
  const odd = i32x4.ne(v128.and(q, bits(1)), bits(0));
  return v128.xor(v128.bitselect(cosine, sine, odd), i32x4.shl(v128.and(q, bits(2)), 30));
}

// @ts-ignore: decorator
@inline
function isHuge(x: v128): bool {
  return v128.any_true(v128.not(f32x4.le(f32x4.abs(x), all(1.6e6))));
}

/** Lanes beyond the reduction's reach, in float64. */
function sinHuge(x: v128): v128 {
  return f32x4(
    <f32>NativeMath.sin(f32x4.extract_lane(x, 0)), <f32>NativeMath.sin(f32x4.extract_lane(x, 1)),
    <f32>NativeMath.sin(f32x4.extract_lane(x, 2)), <f32>NativeMath.sin(f32x4.extract_lane(x, 3)),
  );
}

function cosHuge(x: v128): v128 {
  return f32x4(
    <f32>NativeMath.cos(f32x4.extract_lane(x, 0)), <f32>NativeMath.cos(f32x4.extract_lane(x, 1)),
    <f32>NativeMath.cos(f32x4.extract_lane(x, 2)), <f32>NativeMath.cos(f32x4.extract_lane(x, 3)),
  );
}

/** 2 ulp, however large x is; infinities give NaN. */
// @ts-ignore: decorator
@inline
export function sin(x: v128): v128 {
  if (isHuge(x)) return sinHuge(x);
  return v128.xor(sinReduced(f32x4.abs(x), 0), v128.and(x, bits(0x80000000)));
}

// @ts-ignore: decorator
@inline
export function cos(x: v128): v128 {
  if (isHuge(x)) return cosHuge(x);
  return sinReduced(f32x4.abs(x), 1);
}

/** e / (e + 2) with e = e^2|x| - 1 = 2^n (e^r - 1) + (2^n - 1); 1 from 10 on. 3 ulp. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), all(10)), twice = f32x4.add(t, t);
  const shifted = shiftedOf(twice);
  const power = i32x4.add(i32x4.shl(shifted, 23), all(1));
  const e = mad(power, expm1Rest(twice, shifted), f32x4.sub(power, all(1)));
  return copysign(f32x4.div(e, f32x4.add(e, all(2))), x);
}

/** e / (e + 1), e = e^x: neither overflow nor a choice of sign. 3 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.pmin(x, all(40)));
  return f32x4.div(e, f32x4.add(e, all(1)));
}

/** The same bits where `isNear`. */
// @ts-ignore: decorator
@inline
export function sigmoidNear(x: v128): v128 {
  const e = expNear(x);
  return f32x4.div(e, f32x4.add(e, all(1)));
}

/** x / (1 + e^-x), for negative x as x e^x / (1 + e^x) with the numerator rounded once; -inf gives NaN, as inf * 0 does. 3 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  const t = f32x4.neg(f32x4.abs(x)), zero = all(0);
  const y = f32x4.div(v128.bitselect(scaledExp(x, t), x, f32x4.lt(x, zero)), f32x4.add(exp(t), all(1)));
  return v128.bitselect(f32x4.mul(x, zero), y, f32x4.lt(x, all(-130)));
}

/** erf(t) for 0 <= t <= 0.92: t + t Q(t^2). */
// @ts-ignore: decorator
@inline
function erfNear(t: v128): v128 {
  const z = f32x4.mul(t, t);
  let q = mad(all(-0.000595958962), z, all(0.00498735299));
  q = mad(q, z, all(-0.0267629661));
  q = mad(q, z, all(0.11281731));
  q = mad(q, z, all(-0.376124889));
  q = mad(q, z, all(0.128379151));
  return mad(t, q, t);
}

/** erfc(t) for t >= 0.92: e^-(t + t P(t)), an absolute error below 6e-9. */
// @ts-ignore: decorator
@inline
function erfcFar(t: v128): v128 {
  t = f32x4.pmin(t, all(10.1));
  const z = f32x4.mul(t, t), z2 = f32x4.mul(z, z);
  const p0 = mad(mad(all(-0.0242686123), t, all(0.106761508)), z, mad(all(0.63486445), t, all(0.128712922)));
  const p4 = mad(mad(all(-5.26266092e-07), t, all(2.29761336e-05)), z, mad(all(-0.000404741178), t, all(0.00391750876)));
  const p = mad(p4, z2, p0);
  return exp(f32x4.neg(mad(t, p, t)));
}

/** 2 ulp. */
// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const t = f32x4.abs(x);
  return copysign(v128.bitselect(f32x4.sub(all(1), erfcFar(t)), erfNear(t), f32x4.gt(t, all(0.92))), x);
}

/** 2 Phi(x) = 1 + erf(x / sqrt 2) = erfc(-x / sqrt 2), without cancellation for negative x. */
// @ts-ignore: decorator
@inline
export function twicePhi(x: v128): v128 {
  const t = f32x4.mul(f32x4.abs(x), all(0.707106781));
  const c = v128.bitselect(erfcFar(t), f32x4.sub(all(1), erfNear(t)), f32x4.gt(t, all(0.92)));
  return v128.bitselect(c, f32x4.sub(all(2), c), f32x4.lt(x, all(0)));
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). 3 ulp. */
// @ts-ignore: decorator
@inline
export function log1pexp(x: v128): v128 {
  return f32x4.add(f32x4.max(x, all(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}
