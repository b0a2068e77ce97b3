// float32 transcendental functions, four lanes at once: at most 4 ulp over the whole range, special values included, with FMA and without (measured bounds at each).
// Polynomials are minimax fits of relative error on the stated interval, evaluated in halves (Estrin) where they are what a loop waits for: without FMA a step of
// Horner's rule is six cycles. pmin and pmax are one instruction and keep a NaN of their first operand.

// Constants lie in memory: newer V8 makes a vector of a constant anew wherever it is used, by three instructions, where a load is one, and one for all uses between two stores.

import { mad as multiplyAdd } from './vector';

/** Every lane the i-th number at p. */
// @ts-ignore: decorator
@inline
function all(p: usize, i: i32 = 0): v128 {
  return v128.load32_splat(p + 4 * i);
}

const ONE = memory.data<f32>([1], 4), TWO = memory.data<f32>([2], 4);
const BIAS = memory.data<i32>([127], 4), SIGN = memory.data<u32>([0x80000000], 4);
/** log2(e), and ln 2 in two parts, the first short enough for exact products with an exponent, negative. */
const LOG2E = memory.data<f32>([1.44269504], 4), MINUS_LN2 = memory.data<f32>([-0.693145752, -1.42860677e-06], 4);
/** Added to a number below 2^22, rounds it to an integer, which then stands in the low bits. */
const MAGIC = memory.data<f32>([12582912], 4);

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
  return v128.bitselect(sign, magnitude, all(SIGN));
}

/** 2^n for -126 <= n <= 127. */
// @ts-ignore: decorator
@inline
function exp2i(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, all(BIAS)), 23);
}

const EXP = memory.data<f32>([0.49999994, 0.166665211, 0.0416682623, 0.00836867001, 0.00138210237], 4);

/** round(x / ln 2) + MAGIC. */
// @ts-ignore: decorator
@inline
function shiftedOf(x: v128): v128 {
  return mad(x, all(LOG2E), all(MAGIC));
}

/** e^r - 1 = r + r^2 P(r), |r| <= ln(2)/2, for the r = x - n ln 2 that n = shifted - MAGIC leaves. */
// @ts-ignore: decorator
@inline
function expm1Rest(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, all(MAGIC));
  const r = mad(n, all(MINUS_LN2, 1), mad(n, all(MINUS_LN2), x));
  const z = f32x4.mul(r, r);
  const high = mad(all(EXP, 4), z, mad(all(EXP, 3), r, all(EXP, 2)));
  return mad(mad(high, z, mad(all(EXP, 1), r, all(EXP))), z, r);
}

const EXP_BOUNDS = memory.data<f32>([89, -130], 4);
const NEAR = memory.data<f32>([87], 4);

/** m e^x for |m| < 2^24, as m 2^n e^r. The power of two is applied in two halves, so that denormal results are rounded once. 1 ulp for m = 1. */
// @ts-ignore: decorator
@inline
export function scaledExp(m: v128, x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, all(EXP_BOUNDS)), all(EXP_BOUNDS, 1));
  const shifted = shiftedOf(x);
  const p = f32x4.add(expm1Rest(x, shifted), all(ONE));
  const i = i32x4.sub(shifted, all(MAGIC));
  const half = i32x4.shr_s(i, 1);
  return f32x4.mul(f32x4.mul(f32x4.mul(p, m), exp2i(half)), exp2i(i32x4.sub(i, half)));
}

/** Where e^x is neither infinite nor denormal, nor NaN. */
// @ts-ignore: decorator
@inline
export function isNear(x: v128): v128 {
  return f32x4.le(f32x4.abs(x), all(NEAR));
}

/** e^x where `isNear`: the same bits, with the power of two added to the exponent. */
// @ts-ignore: decorator
@inline
export function expNear(x: v128): v128 {
  const shifted = shiftedOf(x);
  return i32x4.add(f32x4.add(expm1Rest(x, shifted), all(ONE)), i32x4.shl(shifted, 23));
}

// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  return scaledExp(all(ONE), x);
}

const LOG = memory.data<f32>([0.333333135, -0.250000089, 0.20002073, -0.166679963, 0.142203271, -0.124060318, 0.11883568, -0.116714492, 0.0675095618], 4);
const TINY = memory.data<f32>([1.17549435e-38, 8388608, 23], 4);
/** Infinity, -Infinity and NaN. */
const LOG_EDGES = memory.data<u32>([0x7f800000, 0xff800000, 0x7fc00000], 4);
const ROOT_HALF = memory.data<u32>([0x3f3504f3], 4), MINUS_HALF = memory.data<f32>([-0.5], 4), LN2 = memory.data<f32>([0.693145752, 1.42860677e-06], 4);

/** log(2^e m), sqrt(1/2) <= m < sqrt(2): e ln 2 + f - f^2/2 + f^3 Q(f), f = m - 1. 1 ulp. log(+-0) = -inf, negative gives NaN. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, all(TINY));
  const scaled = v128.bitselect(f32x4.mul(x, all(TINY, 1)), x, tiny);
  const e = i32x4.shr_s(i32x4.sub(scaled, all(ROOT_HALF)), 23);
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(e, 23)), all(ONE));
  const n = f32x4.sub(f32x4.convert_i32x4_s(e), v128.and(tiny, all(TINY, 2)));
  const z = f32x4.mul(f, f), z2 = f32x4.mul(z, z);
  const q0 = mad(mad(all(LOG, 3), f, all(LOG, 2)), z, mad(all(LOG, 1), f, all(LOG)));
  const q4 = mad(mad(all(LOG, 7), f, all(LOG, 6)), z, mad(all(LOG, 5), f, all(LOG, 4)));
  const q = mad(mad(all(LOG, 8), z2, q4), z2, q0);
  const low = mad(n, all(LN2, 1), f32x4.mul(f32x4.mul(q, z), f));
  const y = mad(n, all(LN2), f32x4.add(mad(z, all(MINUS_HALF), low), f));
  const zero = i32x4.splat(0);
  const ordinary = v128.and(f32x4.gt(x, zero), f32x4.lt(x, all(LOG_EDGES)));
  const edge = v128.bitselect(x, v128.bitselect(all(LOG_EDGES, 1), all(LOG_EDGES, 2), f32x4.eq(x, zero)), f32x4.gt(x, zero));
  return v128.bitselect(y, edge, ordinary);
}

/** log(1 + e) for 0 <= e <= 1: the logarithm of the rounded sum w, and what the sum lost, (e - (w - 1)) / w. 2 ulp. */
// @ts-ignore: decorator
@inline
function log1p(e: v128): v128 {
  const w = f32x4.add(e, all(ONE));
  return f32x4.add(log(w), f32x4.div(f32x4.sub(e, f32x4.sub(w, all(ONE))), w));
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

const SIN = memory.data<f32>([-0.166666552, 0.00833218917, -0.000195182773], 4);
const COS = memory.data<f32>([0.0416666456, -0.00138873106, 2.44325583e-05], 4);
const HUGE = memory.data<f32>([1.6e6], 4);

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
  const s = mad(mad(all(SIN, 2), z, all(SIN, 1)), z, all(SIN));
  const sine = mad(f32x4.mul(r, z), s, r);
  const c = mad(mad(all(COS, 2), z, all(COS, 1)), z, all(COS));
  const cosine = f32x4.add(mad(f32x4.mul(z, z), c, f32x4.mul(z, all(MINUS_HALF))), all(ONE));
  const q = i32x4.add(n, i32x4.splat(turn));
  const odd = i32x4.ne(v128.and(q, bits(1)), bits(0));
  return v128.xor(v128.bitselect(cosine, sine, odd), i32x4.shl(v128.and(q, bits(2)), 30));
}

// @ts-ignore: decorator
@inline
function isHuge(x: v128): bool {
  return v128.any_true(v128.not(f32x4.le(f32x4.abs(x), all(HUGE))));
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
  return v128.xor(sinReduced(f32x4.abs(x), 0), v128.and(x, all(SIGN)));
}

// @ts-ignore: decorator
@inline
export function cos(x: v128): v128 {
  if (isHuge(x)) return cosHuge(x);
  return sinReduced(f32x4.abs(x), 1);
}

const TANH_ONE = memory.data<f32>([10], 4);
const SIGMOID_ONE = memory.data<f32>([40], 4);

/** e / (e + 2) with e = e^2|x| - 1 = 2^n (e^r - 1) + (2^n - 1); 1 from 10 on. 3 ulp. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), all(TANH_ONE)), twice = f32x4.add(t, t);
  const shifted = shiftedOf(twice);
  const power = i32x4.add(i32x4.shl(shifted, 23), all(ONE));
  const e = mad(power, expm1Rest(twice, shifted), f32x4.sub(power, all(ONE)));
  return copysign(f32x4.div(e, f32x4.add(e, all(TWO))), x);
}

/** e / (e + 1), e = e^x: neither overflow nor a choice of sign. 3 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.pmin(x, all(SIGMOID_ONE)));
  return f32x4.div(e, f32x4.add(e, all(ONE)));
}

/** The same bits where `isNear`. */
// @ts-ignore: decorator
@inline
export function sigmoidNear(x: v128): v128 {
  const e = expNear(x);
  return f32x4.div(e, f32x4.add(e, all(ONE)));
}

/** x / (1 + e^-x), for negative x as x e^x / (1 + e^x) with the numerator rounded once; -inf gives NaN, as inf * 0 does. 3 ulp. */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  const t = f32x4.neg(f32x4.abs(x)), zero = i32x4.splat(0);
  const y = f32x4.div(v128.bitselect(scaledExp(x, t), x, f32x4.lt(x, zero)), f32x4.add(exp(t), all(ONE)));
  return v128.bitselect(f32x4.mul(x, zero), y, f32x4.lt(x, all(EXP_BOUNDS, 1)));
}

const ERF = memory.data<f32>([0.128379151, -0.376124889, 0.11281731, -0.0267629661, 0.00498735299, -0.000595958962], 4);

const ERF_FAR = memory.data<f32>([0.92], 4);

/** erf(t) for 0 <= t <= 0.92: t + t Q(t^2). */
// @ts-ignore: decorator
@inline
function erfNear(t: v128): v128 {
  const z = f32x4.mul(t, t);
  let q = mad(all(ERF, 5), z, all(ERF, 4));
  q = mad(q, z, all(ERF, 3));
  q = mad(q, z, all(ERF, 2));
  q = mad(q, z, all(ERF, 1));
  q = mad(q, z, all(ERF));
  return mad(t, q, t);
}

const ERFC = memory.data<f32>([0.128712922, 0.63486445, 0.106761508, -0.0242686123, 0.00391750876, -0.000404741178, 2.29761336e-05, -5.26266092e-07], 4);
const ERFC_END = memory.data<f32>([10.1], 4);

/** erfc(t) for t >= 0.92: e^-(t + t P(t)), an absolute error below 6e-9. */
// @ts-ignore: decorator
@inline
function erfcFar(t: v128): v128 {
  t = f32x4.pmin(t, all(ERFC_END));
  const z = f32x4.mul(t, t), z2 = f32x4.mul(z, z);
  const p0 = mad(mad(all(ERFC, 3), t, all(ERFC, 2)), z, mad(all(ERFC, 1), t, all(ERFC)));
  const p4 = mad(mad(all(ERFC, 7), t, all(ERFC, 6)), z, mad(all(ERFC, 5), t, all(ERFC, 4)));
  const p = mad(p4, z2, p0);
  return exp(f32x4.neg(mad(t, p, t)));
}

/** 2 ulp. */
// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const t = f32x4.abs(x);
  return copysign(v128.bitselect(f32x4.sub(all(ONE), erfcFar(t)), erfNear(t), f32x4.gt(t, all(ERF_FAR))), x);
}

// The tails of the normal distribution, in base 2, whose reduction is exact. From 14.5 on both vanish; up to 13 the density is a normal number, with the power of two added to the exponent.

const EXP2 = memory.data<f32>([0.693147182, 0.240226477, 0.0555033125, 0.00961844251, 0.00133993907, 0.000153529458], 4);
const MASS = memory.data<f32>([0.899999976, 0.788930535, 0.329822958, 0.0731397048, 0.00740934163], 4);
const MASS_UNDER = memory.data<f32>([1.79999995, 3.01405406, 2.16450453, 0.845046341, 0.183345661, 0.0185722504], 4);
const MINUS_HALF_LOG2E = memory.data<f32>([-0.721347511], 4), NORMAL_END = memory.data<f32>([14.5, 13], 4), NORMAL_PEAK = memory.data<f32>([0.39894228], 4);

/** 2^r, |r| <= 1/2. */
// @ts-ignore: decorator
@inline
function exp2Rest(r: v128): v128 {
  const z = f32x4.mul(r, r);
  const high = mad(mad(all(EXP2, 5), r, all(EXP2, 4)), z, mad(all(EXP2, 3), r, all(EXP2, 2)));
  return mad(mad(high, z, mad(all(EXP2, 1), r, all(EXP2))), r, all(ONE));
}

/** e^(-a^2 / 2) for 0 <= a <= 14.5, rounded to a denormal once. */
// @ts-ignore: decorator
@inline
function density(a: v128): v128 {
  const t = f32x4.mul(f32x4.mul(a, a), all(MINUS_HALF_LOG2E)), shifted = f32x4.add(t, all(MAGIC)), i = i32x4.sub(shifted, all(MAGIC)), half = i32x4.shr_s(i, 1);
  return f32x4.mul(f32x4.mul(exp2Rest(f32x4.sub(t, f32x4.sub(shifted, all(MAGIC)))), exp2i(half)), exp2i(i32x4.sub(i, half)));
}

/** The same bits for 0 <= a <= 13. */
// @ts-ignore: decorator
@inline
function densityNear(a: v128): v128 {
  const t = f32x4.mul(f32x4.mul(a, a), all(MINUS_HALF_LOG2E)), shifted = f32x4.add(t, all(MAGIC));
  return i32x4.add(exp2Rest(f32x4.sub(t, f32x4.sub(shifted, all(MAGIC)))), i32x4.shl(shifted, 23));
}

/**
 * Phi(-a), given the density, as that times a rational of a. Around 0 the rational is 0.9 / 1.8, since numbers just below a power of two are rounded to the smallest part of
 * themselves. 4 ulp up to 1.8; from there on the rounding of a^2 prevails.
 */
// @ts-ignore: decorator
@inline
function mass(a: v128, density: v128): v128 {
  const z = f32x4.mul(a, a);
  const over = mad(mad(all(MASS, 4), z, mad(all(MASS, 3), a, all(MASS, 2))), z, mad(all(MASS, 1), a, all(MASS)));
  const high = mad(mad(all(MASS_UNDER, 5), a, all(MASS_UNDER, 4)), z, mad(all(MASS_UNDER, 3), a, all(MASS_UNDER, 2)));
  return f32x4.div(f32x4.mul(density, over), mad(high, z, mad(all(MASS_UNDER, 1), a, all(MASS_UNDER))));
}

/** x Phi(x) as max(x, 0) - |x| Phi(-|x|), since 1 - Phi(|x|) would cancel. NaN at -infinity, as in PyTorch. */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const a = f32x4.abs(f32x4.pmin(x, all(NORMAL_END))), t = f32x4.pmin(a, all(NORMAL_END));
  return f32x4.sub(f32x4.pmax(x, i32x4.splat(0)), f32x4.mul(a, mass(t, density(t))));
}

// @ts-ignore: decorator
@inline
export function isNormalNear(x: v128): v128 {
  return f32x4.le(f32x4.abs(x), all(NORMAL_END, 1));
}

/** The same bits where `isNormalNear`. */
// @ts-ignore: decorator
@inline
export function geluNear(x: v128): v128 {
  const a = f32x4.abs(x);
  return f32x4.sub(f32x4.pmax(x, i32x4.splat(0)), f32x4.mul(a, mass(a, densityNear(a))));
}

// @ts-ignore: decorator
@inline
function slopeOf(x: v128, a: v128, density: v128): v128 {
  const below = f32x4.sub(mass(a, density), f32x4.mul(a, f32x4.mul(all(NORMAL_PEAK), density)));
  return v128.bitselect(below, f32x4.sub(all(ONE), below), i32x4.shr_s(x, 31));
}

/** Phi(x) + x phi(x), phi the normal density; 0 and 1 at the infinities. */
// @ts-ignore: decorator
@inline
export function geluSlope(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), all(NORMAL_END));
  return slopeOf(x, a, density(a));
}

/** The same bits where `isNormalNear`. */
// @ts-ignore: decorator
@inline
export function geluSlopeNear(x: v128): v128 {
  const a = f32x4.abs(x);
  return slopeOf(x, a, densityNear(a));
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). 3 ulp. */
// @ts-ignore: decorator
@inline
export function log1pexp(x: v128): v128 {
  return f32x4.add(f32x4.max(x, i32x4.splat(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}
