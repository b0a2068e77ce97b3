// Random numbers from the Mersenne Twister mt19937 (Matsumoto and Nishimura 1998), in the draws of PyTorch's CPU generator. `state` is the 624 untempered words of a
// block and, last, how many of them have been handed out.

import { at } from './at';
import { own } from './scratch';
import { element } from './vector';

const WORDS = 624;
const AHEAD = 397;
/** Words that are drawn at a time. */
const CHUNK = 1024;
const chunk = memory.data(4 * CHUNK, 16);

/** The word that follows from u, v beside it and w, AHEAD of it; in each lane. */
// @ts-ignore: decorator
@inline
function twisted(u: v128, v: v128, w: v128): v128 {
  const mixed = i32x4.shr_u(v128.bitselect(u, v, i32x4.splat(0x80000000)), 1);
  const odd = v128.and(i32x4.neg(v128.and(v, i32x4.splat(1))), i32x4.splat(0x9908b0df));
  return v128.xor(v128.xor(w, mixed), odd);
}

/** Word k of the next block, whose neighbours lie at `next` and `ahead`. */
// @ts-ignore: decorator
@inline
function refillOne(words: usize, k: i32, next: i32, ahead: i32): void {
  const v = twisted(v128.load32_zero(at<i32>(words, k)), v128.load32_zero(at<i32>(words, next)), v128.load32_zero(at<i32>(words, ahead)));
  v128.store32_lane(at<i32>(words, k), v, 0);
}

function refill(words: usize): void {
  let k = 0;
  for (; k + 4 <= WORDS - AHEAD; k += 4) {
    const p = at<i32>(words, k);
    v128.store(p, twisted(v128.load(p), v128.load(p, 4), v128.load(p, 4 * AHEAD)));
  }
  for (; k < WORDS - AHEAD; k++) refillOne(words, k, k + 1, k + AHEAD);
  for (; k < WORDS - 1; k += 4) {
    const p = at<i32>(words, k);
    v128.store(p, twisted(v128.load(p), v128.load(p, 4), v128.load(p - 4 * (WORDS - AHEAD))));
  }
  refillOne(words, WORDS - 1, 0, AHEAD - 1);
}

// @ts-ignore: decorator
@inline
function tempered(words: v128): v128 {
  let y = v128.xor(words, i32x4.shr_u(words, 11));
  y = v128.xor(y, v128.and(i32x4.shl(y, 7), i32x4.splat(0x9d2c5680)));
  y = v128.xor(y, v128.and(i32x4.shl(y, 15), i32x4.splat(0xefc60000)));
  return v128.xor(y, i32x4.shr_u(y, 18));
}

/** The next `count` words. */
function take(state: usize, into: usize, count: i32): void {
  const used = at<i32>(state, WORDS);
  while (count > 0) {
    if (load<i32>(used) == WORDS) {
      refill(state);
      store<i32>(used, 0);
    }
    const position = load<i32>(used), m = min(count, WORDS - position), from = at<i32>(state, position);
    let i = 0;
    for (; i + 4 <= m; i += 4) v128.store(at<i32>(into, i), tempered(v128.load(at<i32>(from, i))));
    for (; i < m; i++) v128.store32_lane(at<i32>(into, i), tempered(v128.load32_zero(at<i32>(from, i))), 0);
    store<i32>(used, position + m);
    into = at<i32>(into, m);
    count -= m;
  }
}

/** The low 53 of 64 random bits, the high half of which is drawn first. */
// @ts-ignore: decorator
@inline
function bits53(w: usize): i64 {
  return (<i64>(load<u32>(w) & 0x1fffff) << 32) | <i64>load<u32>(w, 4);
}

export function uniform_f32(state: usize, y: usize, n: i32, scale: f64, from: f64): void {
  const words = own(chunk);
  for (let i = 0; i < n; i += CHUNK) {
    const m = min(n - i, CHUNK);
    take(state, words, m);
    // The product of 24 bits and a float32 is exact in float64, so that this rounds once.
    for (let j = 0; j < m; j++) store<f32>(at<f32>(y, i + j), <f32>(<f64>(load<i32>(at<i32>(words, j)) & 0xffffff) * scale + from));
  }
}

export function uniform_f64(state: usize, y: usize, n: i32, scale: f64, from: f64): void {
  const words = own(chunk);
  for (let i = 0; i < n; i += CHUNK / 2) {
    const m = min(n - i, CHUNK / 2);
    take(state, words, 2 * m);
    for (let j = 0; j < m; j++) {
      const u = <f64>bits53(at<i64>(words, j));
      store<f64>(at<f64>(y, i + j), from == 0 ? u * scale : fused(u, scale, from));
    }
  }
}

/** a * b + c rounded once, but for ties hit by chance 2^-53: Dekker's product, Knuth's sum. */
function fused(a: f64, b: f64, c: f64): f64 {
  const ta = 134217729 * a, tb = 134217729 * b, ah = ta - (ta - a), bh = tb - (tb - b), al = a - ah, bl = b - bh;
  const product = a * b, rest = ah * bh - product + ah * bl + al * bh + al * bl;
  const sum = product + c, part = sum - product;
  return sum + (product - (sum - part) + (c - part) + rest);
}

function bernoulli<T>(state: usize, y: usize, n: i32, p: f64, value: f64): void {
  const words = own(chunk), limit = <i64>Math.ceil(p * 9007199254740992), kept = element<T>(value);
  for (let i = 0; i < n; i += CHUNK / 2) {
    const m = min(n - i, CHUNK / 2);
    take(state, words, 2 * m);
    for (let j = 0; j < m; j++) store<T>(at<T>(y, i + j), select<T>(kept, <T>0, bits53(at<i64>(words, j)) < limit));
  }
}

export function bernoulli_f32(state: usize, y: usize, n: i32, p: f64, value: f64): void {
  bernoulli<f32>(state, y, n, p, value);
}
export function bernoulli_f64(state: usize, y: usize, n: i32, p: f64, value: f64): void {
  bernoulli<f64>(state, y, n, p, value);
}
export function bernoulli_i32(state: usize, y: usize, n: i32, p: f64, value: f64): void {
  bernoulli<i32>(state, y, n, p, value);
}
export function bernoulli_i64(state: usize, y: usize, n: i32, p: f64, value: f64): void {
  bernoulli<i64>(state, y, n, p, value);
}
export function bernoulli_u8(state: usize, y: usize, n: i32, p: f64, value: f64): void {
  bernoulli<u8>(state, y, n, p, value);
}

// Normals. PyTorch's float32 kernel takes its logarithm, sine and cosine from Cephes, compiled to fused multiply-adds; these round where that rounds. Two float32 at a time
// are computed with as float64, where their products are exact: rounding the sum to float64 first changes the result by chance 2^-29.

// @ts-ignore: decorator
@inline
function all(x: f32): v128 {
  return f64x2.splat(<f64>x);
}

// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

// @ts-ignore: decorator
@inline
function times(a: v128, b: v128): v128 {
  return rounded(f64x2.mul(a, b));
}

// @ts-ignore: decorator
@inline
function mad(a: v128, b: v128, c: v128): v128 {
  return rounded(f64x2.add(f64x2.mul(a, b), c));
}

/** log x of two normal float32, as float64. */
// @ts-ignore: decorator
@inline
function log(x: v128): v128 {
  const one = f32x4.splat(1);
  const m = v128.or(v128.and(x, i32x4.splat(0x7fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, f32x4.splat(0.707106781186547524));
  const e = f64x2.convert_low_i32x4_s(i32x4.add(i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126)), low));
  const t = f64x2.promote_low_f32x4(f32x4.add(f32x4.sub(m, one), v128.and(m, low)));
  const z = times(t, t);
  let y = mad(all(7.0376836292e-2), t, all(-1.151461031e-1));
  y = mad(mad(y, t, all(1.167699874e-1)), t, all(-1.2420140846e-1));
  y = mad(mad(y, t, all(1.4249322787e-1)), t, all(-1.6668057665e-1));
  y = mad(mad(y, t, all(2.0000714765e-1)), t, all(-2.4999993993e-1));
  y = mad(y, t, all(3.3333331174e-1));
  y = mad(times(y, t), z, times(e, all(-2.1219444e-4)));
  y = mad(all(-0.5), z, y);
  return mad(e, all(0.693359375), rounded(f64x2.add(t, y)));
}

/** Of each 16, j and j + 8 are a pair. */
export function box_muller(y: usize, n: i32, mean: f64, std: f64): void {
  const m = all(<f32>mean), s = all(<f32>std);
  for (let i = 0; i < n; i += 16, y += 64) {
    for (let j: usize = 0; j < 32; j += 8) {
      const p = y + j;
      const radius = f64x2.promote_low_f32x4(f32x4.sqrt(f32x4.demote_f64x2_zero(f64x2.mul(f64x2.splat(-2), log(f32x4.sub(f32x4.splat(1), v128.load64_zero(p)))))));
      const angle = f32x4.mul(f32x4.splat(6.28318530717958647693), v128.load64_zero(p, 32));
      const octant = v128.and(i32x4.add(i32x4.trunc_sat_f32x4_s(f32x4.mul(angle, f32x4.splat(1.27323954473516))), i32x4.splat(1)), i32x4.splat(~1));
      const q = f64x2.convert_low_i32x4_s(octant);
      const x = mad(q, all(-3.77489497744594108e-8), mad(q, all(-2.4187564849853515625e-4), mad(q, all(-0.78515625), f64x2.promote_low_f32x4(angle))));
      const z = times(x, x);
      const cosine = mad(mad(all(2.443315711809948e-5), z, all(-1.388731625493765e-3)), z, all(4.166664568298827e-2));
      const even = rounded(f64x2.add(mad(times(cosine, z), z, f64x2.mul(f64x2.splat(-0.5), z)), f64x2.splat(1)));
      const sine = mad(mad(all(-1.9515295891e-4), z, all(8.3321608736e-3)), z, all(-1.6666654611e-1));
      const odd = mad(times(sine, z), x, x);
      // Sines of every other octant are cosines, and half of them are negative: shifts move the bit that says so to the sign.
      const wide = i64x2.extend_low_i32x4_s(octant);
      const swapped = i64x2.ne(v128.and(wide, i64x2.splat(2)), i64x2.splat(0));
      const sign = i64x2.shl(v128.and(wide, i64x2.splat(4)), 61);
      const cosign = i64x2.shl(v128.andnot(i64x2.splat(4), i64x2.sub(wide, i64x2.splat(2))), 61);
      const c = v128.xor(v128.bitselect(odd, even, swapped), cosign);
      const d = v128.xor(v128.bitselect(even, odd, swapped), sign);
      v128.store64_lane(p, f32x4.demote_f64x2_zero(f64x2.add(f64x2.mul(times(radius, c), s), m)), 0);
      v128.store64_lane(p, f32x4.demote_f64x2_zero(f64x2.add(f64x2.mul(times(radius, d), s), m)), 0, 32);
    }
  }
}
