// a ** b on vectors.
#pragma once

#include "../math.h"

namespace GRADTAPE_NS {

/** float64: libm. */
template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D power(D a, D b) {
  for (int i = 0; i < width<D>; i++) a[i] = __builtin_pow(a[i], b[i]);
  return a;
}

/** float32: exp(b log|a|) in float64, which leaves 29 bits after the worst exponent; then C's special cases. 0.6 ulp. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V power(V a, V b) {
  const V base = absolute(a);
  auto compute = [&](int h) { return convert<float>(exp_of(convert<double>(half(b, h)) * log_of(convert<double>(half(base, h))))); };
  V r = join<V>(compute(0), compute(1));
  const V one = splat<V>(1.0f), size = absolute(b);
  // b = 2 * whole is even when b / 2 is an integer; from 2^24 on every float is even.
  const V floor_b = size < 0x1p23f ? (size + 0x1p23f) - 0x1p23f : size;
  const V half_b = size * 0.5f, floor_half = half_b < 0x1p23f ? (half_b + 0x1p23f) - 0x1p23f : half_b;
  const auto integer = floor_b == size;
  const auto odd = integer & (floor_half != half_b);
  const auto negative = (Int<V>)a < 0;
  r = (negative & odd) ? -r : r;
  const auto invalid = negative & ~integer & (base > 0.0f) & (base < (float)INF);
  r = invalid ? splat<V>(__builtin_nanf("")) : r;
  const auto unit = (a == 1.0f) | (b == 0.0f) | ((base == 1.0f) & (size == (float)INF));
  const V nan = a + b;
  r = (a != a) | (b != b) ? nan : r;
  return unit ? one : r;
}

/** Integers by repeated squaring, wrapping around; a negative exponent gives 1 / a ** -b rounded towards 0, and 0 for a = 0. */
template <class T>
inline T integer_power(T a, T b) {
  if (b < 0) {
    if (a == 1) return 1;
    if (a == static_cast<T>(-1)) return (b & 1) ? a : 1;
    return 0;
  }
  T result = 1;
  for (; b > 0; b = static_cast<T>(b >> 1), a = times(a, a)) {
    if (b & 1) result = times(result, a);
  }
  return result;
}
template <class V, class T = Element<V>, class = decltype(T() & T())>
GRADTAPE_INLINE V power(V a, V b) {
  T base[width<V>], exponent[width<V>];
  store(base, a);
  store(exponent, b);
  for (int i = 0; i < width<V>; i++) base[i] = integer_power(base[i], exponent[i]);
  return load<V>(base);
}

}  // namespace GRADTAPE_NS
