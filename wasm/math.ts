// The transcendental functions by element type: float32 four lanes at once (math32.ts), float64 lane by lane.

import * as math32 from './math32';
import * as math64 from './math64';
import { erf as erf64, erfc } from './erf64';

// @ts-ignore: decorator
@inline
function lane(x: v128, i: u8): f64 {
  return i == 0 ? f64x2.extract_lane(x, 0) : f64x2.extract_lane(x, 1);
}

// @ts-ignore: decorator
@inline
function pair(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.exp(x);
  return math64.exp(x);
}

// @ts-ignore: decorator
@inline
export function log<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.log(x);
  return math64.log(x);
}

// @ts-ignore: decorator
@inline
export function sin<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.sin(x);
  return pair(NativeMath.sin(lane(x, 0)), NativeMath.sin(lane(x, 1)));
}

// @ts-ignore: decorator
@inline
export function cos<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.cos(x);
  return pair(NativeMath.cos(lane(x, 0)), NativeMath.cos(lane(x, 1)));
}

// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.tanh(x);
  return pair(NativeMath.tanh(lane(x, 0)), NativeMath.tanh(lane(x, 1)));
}

// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.sigmoid(x);
  return math64.sigmoid(x);
}

// @ts-ignore: decorator
@inline
export function silu<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? math32.silu(x) : math64.silu(x);
}

// @ts-ignore: decorator
@inline
export function erf<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.erf(x);
  return pair(erf64(lane(x, 0)), erf64(lane(x, 1)));
}

/** 2 Phi(x) = 1 + erf(x / sqrt 2), precise where it is small. */
// @ts-ignore: decorator
@inline
function twicePhi(x: v128): v128 {
  const z = f64x2.mul(x, f64x2.splat(-0.7071067811865476));
  return pair(erfc(lane(z, 0)), erfc(lane(z, 1)));
}

/** x Phi(x). */
// @ts-ignore: decorator
@inline
export function gelu<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.gelu(x);
  return f64x2.mul(f64x2.mul(x, f64x2.splat(0.5)), twicePhi(x));
}

/** x for a factor of exponentials that vanish long before 1000: an infinite x would make their product NaN. */
// @ts-ignore: decorator
@inline
export function bounded<T>(x: v128): v128 {
  return v128.pmax<T>(v128.pmin<T>(x, v128.splat<T>(<T>1000)), v128.splat<T>(<T>-1000));
}

/** Phi(x) + x phi(x), phi(x) = e^(-x^2/2) / sqrt(2 pi). */
// @ts-ignore: decorator
@inline
export function geluSlope<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.geluSlope(x);
  const b = bounded<f64>(x), half = f64x2.splat(0.5);
  const phi = f64x2.mul(math64.exp(f64x2.neg(f64x2.mul(f64x2.mul(b, b), half))), f64x2.splat(0.3989422804014327));
  return f64x2.add(f64x2.mul(twicePhi(x), half), f64x2.mul(b, phi));
}

/** log(1 + e^x). */
// @ts-ignore: decorator
@inline
export function log1pexp<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return math32.log1pexp(x);
  return math64.log1pexp(x);
}

/** a ** b, one element, as C's pow: unlike JavaScript's, 1 ** b is 1 for every b, and (-1) ** +-inf too. */
// @ts-ignore: decorator
@inline
export function pow<T>(a: T, b: T): T {
  if (isFloat<T>()) {
    if (a == <T>1 || (a == <T>-1 && abs<T>(b) == <T>Infinity)) return <T>1;
    return <T>NativeMath.pow(<f64>a, <f64>b);
  }
  return powInteger<T>(a, b);
}

/** By repeated squaring, wrapping around; a negative exponent leaves something of 1 and -1 only. */
function powInteger<T>(a: T, b: T): T {
  if (b < <T>0) {
    if (a == <T>1) return <T>1;
    return a == <T>-1 ? ((<i32>b & 1) != 0 ? <T>-1 : <T>1) : <T>0;
  }
  let y = <T>1;
  for (; b > <T>0; b = <T>(b >> <T>1), a = <T>(a * a)) if ((<i32>b & 1) != 0) y = <T>(y * a);
  return y;
}
