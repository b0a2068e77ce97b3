// float64 functions on vectors, and libm lane by lane for the rest.
#pragma once

#include "math32.h"

namespace GRADTAPE_NS {

template <class V>
using Long = Vec<int64_t, width<V>>;

/** x = n ln 2 + r with |r| <= ln(2) / 2; gives exp(r) - 1, by Taylor's series, and n as an integer. */
template <class D>
GRADTAPE_INLINE D reduced_expm1(D x, Long<D>* n) {
  const D magic = splat<D>(0x1.8p52);
  const D shifted = x * 0x1.71547652b82fep+0 + magic;
  const D whole = shifted - magic;
  const D r = (x - whole * 0x1.62e42fee00000p-1) - whole * 0x1.a39ef35793c76p-33;
  const D q = polynomial(r, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24,
                         1.0 / 6, 0.5);
  *n = minus((Long<D>)shifted, (Long<D>)magic);
  return r * r * q + r;
}

/** p * 2^n in two factors, so that it is rounded once; n is halved without a 64-bit arithmetic shift, which AVX2 and SSE2 do not have. */
template <class D>
GRADTAPE_INLINE D times_power(D p, Long<D> n) {
  using Bits = Vec<uint64_t, width<D>>;
  // Unsigned: where p is NaN, n is anything.
  const Bits bits = (Bits)n, first = ((bits + 4096) >> 1) - 2048;
  return p * (D)((first + 1023) << 52) * (D)((bits - first + 1023) << 52);
}

/** 1 ulp. */
template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D exp_of(D x) {
  x = at_least(at_most(x, splat<D>(720.0)), splat<D>(-760.0));
  Long<D> n;
  const D p = reduced_expm1(x, &n) + 1.0;
  return times_power(p, n);
}

/** log(1 + f) = 2 atanh(s), s = f / (2 + f), by its series in s^2 <= 0.0295; 1 ulp. */
template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D log_of(D x) {
  const auto tiny = x < 0x1p-1022;
  const D scaled = tiny ? x * 0x1p54 : x;
  const Long<D> bits = minus((Long<D>)scaled, splat<Long<D>>(0x3fe6a09e667f3bcd));
  // The exponent, moved into the low bits of a float64 around 1.5 * 2^52.
  const Long<D> biased = (Long<D>)(((Vec<uint64_t, width<D>>)bits + (1ull << 62)) >> 52);
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

/** e / (e + 2) with e = exp(2|x|) - 1; 1 from 22 on. 2.5 ulp. */
template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D tanh_of(D x) {
  const D a = at_most(absolute(x), splat<D>(22.0)), twice = 2.0 * a;
  Long<D> n;
  const D p = reduced_expm1(twice, &n);
  const D power = (D)((n + 1023) << 52);
  const D e = power * p + (power - 1.0);
  return copy_sign(e / (e + 2.0), x);
}

template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D erf_of(D x) {
  return each(x, [](double e) { return __builtin_erf(e); });
}

/** As in float32, with pi/2 in three parts and Taylor's series; 2 ulp. */
template <int shift, class D, Only<D, double> = 0>
GRADTAPE_INLINE D sine(D x) {
  const D a = absolute(x), magic = splat<D>(0x1.8p52);
  const auto huge = a >= 1e6;
  const D safe = huge ? D{} : a;
  const D shifted = safe * 0x1.45f306dc9c883p-1 + magic, n = shifted - magic;
  const D r = ((safe - n * 0x1.921fb544p+0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2e037073p-69;
  const Long<D> quarter = (Long<D>)shifted + shift;
  const D z = r * r;
  const D s = r + r * z *
                      polynomial(z, 1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6);
  const D c = 1.0 - (0.5 * z - z * z *
                                   polynomial(z, -1.0 / 6402373705728000, 1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
                                              -1.0 / 720, 1.0 / 24));
  const D y = (quarter & 1) != 0 ? c : s;
  const Long<D> odd = shift == 0 ? (Long<D>)x & (int64_t)0x8000000000000000 : Long<D>{};
  const D result = (D)((Long<D>)y ^ ((quarter & 2) << 62) ^ odd);
  if (__builtin_expect(any(huge), 0)) {
    const D exact = each(x, [](double e) { return shift == 0 ? __builtin_sin(e) : __builtin_cos(e); });
    return huge ? exact : result;
  }
  return result;
}

template <class D, Only<D, double> = 0>
GRADTAPE_INLINE D twice_normal_cdf(D x) {
  return each(x, [](double e) { return __builtin_erfc(e * -0x1.6a09e667f3bcdp-1); });
}

}  // namespace GRADTAPE_NS
