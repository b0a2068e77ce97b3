// What the 128-bit instructions lack: the same operation for every element type. Only the cases that have no instruction of their own are spelled out.

import { lanes } from './at';

/** A kernel's number as an element: integers truncate, and u8 wraps. */
// @ts-ignore: decorator
@inline
export function element<T>(s: f64): T {
  if (isInteger<T>() && sizeof<T>() < 4) return <T>(<i64>s);
  return <T>s;
}

// @ts-ignore: decorator
@inline
export function number<T>(s: f64): v128 {
  return v128.splat<T>(element<T>(s));
}

// @ts-ignore: decorator
@inline
export function mul<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() > 1) return v128.mul<T>(a, b);
  const odd = i16x8.shl(i16x8.mul(i16x8.shr_u(a, 8), i16x8.shr_u(b, 8)), 8);
  return v128.bitselect(i16x8.mul(a, b), odd, i16x8.splat(0x00ff));
}

/** Whether this is the build with relaxed SIMD. */
export const FUSED: bool = ASC_FEATURE_RELAXED_SIMD;

/** a * b + c: rounded once in the build with relaxed SIMD where the machine can, else twice. */
// @ts-ignore: decorator
@inline
export function mad<T>(a: v128, b: v128, c: v128): v128 {
  if (isFloat<T>() && ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(c, v128.mul<T>(a, b));
}

/** A NaN on either side wins. */
// @ts-ignore: decorator
@inline
export function max<T>(a: v128, b: v128): v128 {
  if (isInteger<T>() && sizeof<T>() == 8) return v128.bitselect(a, b, v128.gt<T>(a, b));
  return v128.max<T>(a, b);
}

// @ts-ignore: decorator
@inline
export function min<T>(a: v128, b: v128): v128 {
  if (isInteger<T>() && sizeof<T>() == 8) return v128.bitselect(a, b, v128.lt<T>(a, b));
  return v128.min<T>(a, b);
}

/** Stores a comparison's mask as one byte a lane, 0 or 1. */
// @ts-ignore: decorator
@inline
export function pack<T>(y: usize, mask: v128): void {
  const one = v128.and(mask, i8x16.splat(1));
  if (lanes<T>() == 16) v128.store(y, one);
  else if (lanes<T>() == 4) v128.store32_lane(y, v128.shuffle<u8>(one, one, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
  else v128.store16_lane(y, v128.shuffle<u8>(one, one, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8), 0);
}

/** The mask with one byte a lane (0 or not) widened to whole lanes. */
// @ts-ignore: decorator
@inline
export function unpack<T>(c: usize): v128 {
  const zero = i32x4.splat(0);
  if (lanes<T>() == 16) return i8x16.ne(v128.load(c), zero);
  const bytes = lanes<T>() == 4 ? v128.load32_zero(c) : v128.load16_lane(c, zero, 0);
  const mask = i8x16.ne(bytes, zero);
  if (lanes<T>() == 4) return v128.shuffle<u8>(mask, mask, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  return v128.shuffle<u8>(mask, mask, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
}

/** The lanes of v in float64: the lower two, or both; and the upper two, if there are. */
// @ts-ignore: decorator
@inline
export function low<T>(v: v128): v128 {
  return sizeof<T>() == 8 ? v : f64x2.promote_low_f32x4(v);
}

// @ts-ignore: decorator
@inline
export function high<T>(v: v128): v128 {
  return sizeof<T>() == 8 ? f64x2.splat(0) : f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 0));
}

/** The vector of T that low and high make. */
// @ts-ignore: decorator
@inline
export function narrowed<T>(lower: v128, upper: v128): v128 {
  if (sizeof<T>() == 8) return lower;
  return v128.shuffle<u64>(f32x4.demote_f64x2_zero(lower), f32x4.demote_f64x2_zero(upper), 0, 2);
}

// @ts-ignore: decorator
@inline
export function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
