// float64 exp and log on vectors, and libm lane by lane for the rest.
#pragma once

#include "math32.h"

namespace GRADTAPE_NS {

template <class V>
using Long = Vec<int64_t, width<V>>;

/** Taylor's series on |r| <= ln(2) / 2; 1 ulp. */
template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D exp_of(D x) {
  x = x > 720.0 ? splat<D>(720.0) : x;
  x = x < -760.0 ? splat<D>(-760.0) : x;
  const D magic = splat<D>(0x1.8p52);
  const D shifted = x * 0x1.71547652b82fep+0 + magic;
  const D n = shifted - magic;
  const D r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  const D q = polynomial(r, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24,
                         1.0 / 6, 0.5);
  const D p = r * r * q + r + 1.0;
  const Long<D> k = (Long<D>)shifted - (Long<D>)magic;
  // Halved without a 64-bit arithmetic shift, which AVX2 and SSE2 do not have.
  const Long<D> first = (Long<D>)(((Vec<uint64_t, width<D>>)(k + 4096)) >> 1) - 2048;
  return p * (D)((first + 1023) << 52) * (D)((k - first + 1023) << 52);
}

/** log(1 + f) = 2 atanh(s), s = f / (2 + f), by its series in s^2 <= 0.0295; 1 ulp. */
template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D log_of(D x) {
  const auto tiny = x < 0x1p-1022;
  const D scaled = tiny ? x * 0x1p54 : x;
  const Long<D> bits = (Long<D>)scaled - 0x3fe6a09e667f3bcd;
  // The exponent, moved into the low bits of a float64 around 1.5 * 2^52.
  const Long<D> biased = (Long<D>)(((Vec<uint64_t, width<D>>)(bits + (1ll << 62))) >> 52);
  const D magic = splat<D>(0x1.8p52);
  const D n = (D)(biased + (Long<D>)magic) - magic - (tiny ? splat<D>(1024.0 + 54.0) : splat<D>(1024.0));
  const D f = (D)((bits & 0xfffffffffffff) + 0x3fe6a09e667f3bcd) - 1.0;
  const D s = f / (2.0 + f), z = s * s, square = 0.5 * f * f;
  const D q = z * polynomial(z, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3);
  D y = n * 0x1.62e42fee00000p-1 - ((square - (s * (square + q) + n * 0x1.a39ef35793c76p-33)) - f);
  y = x == INF ? x : y;
  y = x == 0.0 ? splat<D>(-INF) : y;
  return x >= 0.0 ? y : splat<D>(__builtin_nan(""));
}

template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D tanh_of(D x) {
  return each(x, [](double e) { return __builtin_tanh(e); });
}

template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D erf_of(D x) {
  return each(x, [](double e) { return __builtin_erf(e); });
}

template <int shift, class D, Only<D, double> = 0>
GRADTAPE_INLINE D sine(D x) {
  return each(x, [](double e) { return shift == 0 ? __builtin_sin(e) : __builtin_cos(e); });
}

template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D twice_normal_cdf(D x) {
  return each(x, [](double e) { return __builtin_erfc(e * -0x1.6a09e667f3bcdp-1); });
}

}  // namespace GRADTAPE_NS
