// float32 transcendental functions on vectors. The polynomials are minimax fits of the relative error over the reduced range, in the coefficients' own precision.
// Every bound (in ulp of the result, denormals included) holds with and without fused multiply-add, and was measured against float64 over all exponents.
// NaN, infinities and signed zeros come out as in C's functions.
#pragma once

#include "simd.h"

namespace GRADTAPE_NS {

/** Horner's rule, the highest coefficient first. */
template <class V, class T>
GRADTAPE_INLINE V polynomial(V, T c) {
  return splat<V>(c);
}
template <class V, class T, class... C>
GRADTAPE_INLINE V polynomial(V x, T highest, C... rest) {
  V p = splat<V>(highest);
  ((p = p * x + splat<V>(rest)), ...);
  return p;
}

/** p * 2^n for whole n between -200 and 200, rounded once; k is n as an integer. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V scaled(V p, V n, Int<V> k) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) return (V)_mm512_maskz_scalef_ps(-1, (__m512)p, (__m512)n);
#endif
  (void)n;
  // In two factors, each a normal number.
  const Int<V> first = k >> 1;
  return p * (V)((first + 127) << 23) * (V)((k - first + 127) << 23);
}

/** Added to a number below 2^22, rounds it to an integer, which then stands in the low bits. */
constexpr float MAGIC = 0x1.8p23f;

/** x = n ln 2 + r with n = shifted - MAGIC; ln 2 in two parts, the first with 8 zero bits at the end, so that n times it is exact. */
template <class V>
GRADTAPE_INLINE V reduced(V x, V* shifted) {
  *shifted = x * 0x1.715476p+0f + MAGIC;
  const V n = *shifted - MAGIC;
  return (x - n * 0x1.62e400p-1f) - n * 0x1.7f7d1cp-20f;
}

/** (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2. */
template <class V>
GRADTAPE_INLINE V exp_tail(V r) {
  return polynomial(r, 0x1.6a4f52p-10f, 0x1.12397ep-7f, 0x1.5558aep-5f, 0x1.555492p-3f, 0x1.fffffcp-2f);
}

/** m * exp(x) for |m| < 2^24 and -130 <= x <= 90, rounded to a denormal once. 1.1 ulp for m = 1. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V bounded_exp(V m, V x) {
  V shifted;
  const V r = reduced(x, &shifted);
  return scaled(((exp_tail(r) * r + 1.0f) * r + 1.0f) * m, shifted - MAGIC, (Int<V>)shifted - (Int<V>)splat<V>(MAGIC));
}

template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V scaled_exp(V m, V x) {
  return bounded_exp(m, at_least(at_most(x, splat<V>(90.0f)), splat<V>(-130.0f)));
}

/** 1.1 ulp. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V exp_of(V x) {
  return scaled_exp(splat<V>(1.0f), x);
}

/** 1 ulp. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V log_of(V x) {
  const auto tiny = x < 0x1p-126f;
  const V scaled = tiny ? x * 0x1p23f : x;
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)).
  const Int<V> bits = minus((Int<V>)scaled, splat<Int<V>>(0x3f3504f3));
  const Int<V> e = (bits >> 23) - (tiny ? splat<Int<V>>(23) : Int<V>{});
  const V f = (V)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  const V q = polynomial(f, 0x1.1484e8p-4f, -0x1.de1004p-4f, 0x1.e6c03ep-4f, -0x1.fc26acp-4f, 0x1.233b78p-3f, -0x1.555c4ep-3f, 0x1.99a478p-3f, -0x1.000006p-2f,
                         0x1.555548p-2f);
  const V n = convert<float>(e);
  const V square = f * f;
  V y = square * f * q + n * 0x1.7f7d1cp-20f;
  y = y - 0.5f * square;
  y = (f + y) + n * 0x1.62e400p-1f;
  y = x == (float)INF ? x : y;
  y = x == 0.0f ? splat<V>(-INF) : y;
  return x >= 0.0f ? y : splat<V>(__builtin_nanf(""));
}

/** Reduces |x| < 10^6 by multiples of pi/2 in float64: n of at most 20 bits times the first 33 bits of pi/2 is exact. */
template <class D>
GRADTAPE_INLINE D reduce_quarter(D x, D* n) {
  const D magic = splat<D>(0x1.8p52);
  *n = (x * 0x1.45f306dc9c883p-1 + magic) - magic;
  return (x - *n * 0x1.921fb544p+0) - *n * 0x1.0b4611a626331p-34;
}

/** sin(x + shift * pi/2); 1.6 ulp. Lanes beyond 10^6, and infinities, go through libm one by one. */
template <int shift, class V, Only<V, float> = 0>
GRADTAPE_INLINE V sine(V x) {
  const V a = absolute(x);
  const auto huge = a >= 1e6f;
  const V safe = huge ? V{} : a;
  using D = Vec<double, width<V> / 2>;
  D n0, n1;
  const D r0 = reduce_quarter(convert<double>(half(safe, 0)), &n0), r1 = reduce_quarter(convert<double>(half(safe, 1)), &n1);
  const V r = join<V>(convert<float>(r0), convert<float>(r1));
  const Int<V> quarter = join<Int<V>>(convert<int32_t>(n0), convert<int32_t>(n1)) + shift;
  const V z = r * r;
  const V s = r + r * z * polynomial(z, -0x1.9953f4p-13f, 0x1.110778p-7f, -0x1.555546p-3f);
  const V c = 1.0f - 0.5f * z + z * z * polynomial(z, 0x1.99e90ap-16f, -0x1.6c0c2ap-10f, 0x1.55554ap-5f);
  const V y = (quarter & 1) != 0 ? c : s;
  const Int<V> odd = shift == 0 ? (Int<V>)x & (int32_t)0x80000000 : Int<V>{};
  V result = (V)((Int<V>)y ^ ((quarter & 2) << 30) ^ odd);
  if (__builtin_expect(any(huge), 0)) {
    const V exact = each(x, [](float e) { return (float)(shift == 0 ? __builtin_sin((double)e) : __builtin_cos((double)e)); });
    result = huge ? exact : result;
  }
  return result;
}

/** e / (e + 2) with e = exp(2|x|) - 1; 1 from 10 on. 2.7 ulp. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V tanh_of(V x) {
  const V a = at_most(absolute(x), splat<V>(10.0f));
  V shifted;
  const V r = reduced(a + a, &shifted), p = exp_tail(r) * r * r + r;
  const V power = (V)plus((Int<V>)shifted << 23, (Int<V>)splat<V>(1.0f));
  const V e = power * p + (power - 1.0f);
  return copy_sign(e / (e + 2.0f), x);
}

/** erf(x) for |x| < 0.93; 1 ulp. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V erf_small(V x) {
  const V z = x * x;
  return x + x * polynomial(z, -0x1.387442p-11f, 0x1.46d9e6p-8f, -0x1.b67c04p-6f, 0x1.ce1986p-4f, -0x1.8126e2p-2f, 0x1.06eba6p-3f);
}

/** erfc(t) = exp(-t - t q(t)) for t >= 0.92; q is fitted up to 4, where erf is 1 in float32; from 12 on the result is 0. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V erfc_large(V t) {
  t = at_most(t, splat<V>(12.0f));
  const V q = polynomial(t, 0x1.78d116p-17f, -0x1.52795cp-12f, 0x1.dd6ba8p-9f, -0x1.855122p-6f, 0x1.b32568p-4f, 0x1.45328ep-1f, 0x1.0778dcp-3f);
  return exp_of(-t - t * q);
}

/** 1.5 ulp. */
template <class V, Only<V, float> = 0>
GRADTAPE_INLINE V erf_of(V x) {
  const V a = absolute(x);
  return copy_sign(a < 0.925f ? erf_small(a) : 1.0f - erfc_large(a), x);
}

/** 2^t for -160 <= t <= 0, rounded to a denormal once: 2^n times 1 + r p(r), t = n + r. */
template <class V>
GRADTAPE_INLINE V bounded_exp2(V t) {
  const V shifted = t + MAGIC, n = shifted - MAGIC, r = t - n;
  const V p = polynomial(r, 0x1.41f98p-13f, 0x1.5f41cap-10f, 0x1.3b2d58p-7f, 0x1.c6aee2p-5f, 0x1.ebfbdcp-3f, 0x1.62e43p-1f, 1.0f);
  return scaled(p, n, (Int<V>)shifted - (Int<V>)splat<V>(MAGIC));
}

/**
 * Of the normal distribution, for 0 <= a <= 14.5, where it vanishes: exp(-a^2 / 2), and Phi(-a), that times a rational of a. Around 0 the rational is 0.9 / 1.8,
 * since numbers just below a power of two are rounded to the smallest part of themselves. 4 ulp up to 1.8; from there on the rounding of a^2 prevails.
 */
template <class V>
struct NormalTail {
  V density, mass;

  explicit GRADTAPE_INLINE NormalTail(V a)
      : density(bounded_exp2(a * a * -0x1.715476p-1f)),
        mass(density * polynomial(a, 0x1.e5942p-8f, 0x1.2b948ap-4f, 0x1.51bd1cp-2f, 0x1.93eeb4p-1f, 0x1.ccccccp-1f) /
             polynomial(a, 0x1.3049aap-6f, 0x1.777deep-3f, 0x1.b0a9eap-1f, 0x1.150e7cp+1f, 0x1.81cc86p+1f, 0x1.ccccccp+0f)) {}
};

}  // namespace GRADTAPE_NS
