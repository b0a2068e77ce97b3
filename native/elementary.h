// Elementary functions besides exp, log, sin, cos and tanh, written for float64 vectors; float32 ones are computed in float64 and rounded once (0.5 ulp and a bit).
// Bounds are of float64. NaN, infinities and signed zeros come out as in C's functions.
#pragma once

#include "math.h"

namespace GRADTAPE_NS {

/** f on float64 vectors: on V itself, or on its two halves. */
template <class V, class F>
GRADTAPE_INLINE V widened(V x, F f) {
  if constexpr (sizeof(Element<V>) == 8) return f(x);
  else return join<V>(convert<float>(f(convert<double>(half(x, 0)))), convert<float>(f(convert<double>(half(x, 1)))));
}

/** The same for f of two operands. */
template <class V, class F>
GRADTAPE_INLINE V widened(V x, V y, F f) {
  if constexpr (sizeof(Element<V>) == 8) return f(x, y);
  else
    return join<V>(convert<float>(f(convert<double>(half(x, 0)), convert<double>(half(y, 0)))),
                   convert<float>(f(convert<double>(half(x, 1)), convert<double>(half(y, 1)))));
}

constexpr double LN2 = 0x1.62e42fee00000p-1 + 0x1.a39ef35793c76p-33;
constexpr double PI = 0x1.921fb54442d18p+1;

/** 4 ulp, of float64. */
template <class D>
GRADTAPE_INLINE D tan_wide(D x) {
  return sine<0>(x) / sine<1>(x);
}

/** atan(t) for 0 <= t <= 1: t = tan(base) turned by at most pi / 16, then Taylor's series; 1.5 ulp. */
template <class D>
GRADTAPE_INLINE D atan_flat(D t) {
  const D one = splat<D>(1.0);
  const auto middle = t > 0.19891236737965800, high = t > 0.66817863791929892;
  D tangent = middle ? splat<D>(0.41421356237309503) : D{}, base = middle ? splat<D>(PI / 8) : D{};
  tangent = high ? one : tangent;
  base = high ? splat<D>(PI / 4) : base;
  const D u = (t - tangent) / (one + t * tangent), z = u * u;
  const D q = polynomial(z, -1.0 / 25, 1.0 / 23, -1.0 / 21, 1.0 / 19, -1.0 / 17, 1.0 / 15, -1.0 / 13, 1.0 / 11, -1.0 / 9, 1.0 / 7, -1.0 / 5, 1.0 / 3);
  return base + (u - u * z * q);
}
/** 2 ulp. */
template <class D>
GRADTAPE_INLINE D atan_wide(D x) {
  const D a = absolute(x);
  const auto steep = a > 1.0;
  const D y = atan_flat(steep ? 1.0 / a : a);
  return copy_sign(steep ? PI / 2 - y : y, x);
}
/** The angle of (x, y); 3 ulp. */
template <class D>
GRADTAPE_INLINE D atan2_wide(D y, D x) {
  const D a = absolute(y), b = absolute(x);
  const auto steep = a > b;
  D t = steep ? b / a : a / b;
  t = a == b ? (a == 0.0 ? D{} : splat<D>(1.0)) : t;
  const D flat = atan_flat(t), angle = steep ? PI / 2 - flat : flat;
  return copy_sign(copy_sign(splat<D>(1.0), x) < 0.0 ? PI - angle : angle, y);
}
/** 3 ulp. */
template <class D>
GRADTAPE_INLINE D asin_wide(D x) {
  return atan_wide(x / square_root((1.0 - x) * (1.0 + x)));
}
/** 3 ulp. */
template <class D>
GRADTAPE_INLINE D acos_wide(D x) {
  return 2.0 * atan_wide(square_root((1.0 - x) / (1.0 + x)));
}

/** From the reduced exp(r) - 1 while 2^n may not swallow it; 2 ulp. */
template <class D>
GRADTAPE_INLINE D expm1_wide(D x) {
  D c = x > 40.0 ? splat<D>(40.0) : x;
  c = c < -40.0 ? splat<D>(-40.0) : c;
  Long<D> n;
  const D p = reduced_expm1(c, &n), power = (D)((n + 1023) << 52);
  const D y = power * p + (power - 1.0);
  return copy_sign(x > 40.0 ? exp_of(x) : y, x);
}
/** With e = exp(|x|) - 1, (e + e / (e + 1)) / 2; from 40 on exp(|x|) / 2, in two factors that do not overflow early. 3 ulp. */
template <class D>
GRADTAPE_INLINE D sinh_wide(D x) {
  const D a = absolute(x), e = expm1_wide(a > 40.0 ? splat<D>(40.0) : a), root = exp_of(0.5 * a);
  return copy_sign(a > 40.0 ? 0.5 * root * root : 0.5 * (e + e / (e + 1.0)), x);
}
/** 3 ulp. */
template <class D>
GRADTAPE_INLINE D cosh_wide(D x) {
  const D root = exp_of(0.5 * absolute(x)), e = root * root;
  return absolute(x) > 40.0 ? 0.5 * root * root : 0.5 * (e + 1.0 / e);
}
/** 2^x = 2^n exp(r ln 2), n the nearest integer; 1.5 ulp. */
template <class D>
GRADTAPE_INLINE D exp2_wide(D x) {
  x = x > 1040.0 ? splat<D>(1040.0) : x;
  x = x < -1100.0 ? splat<D>(-1100.0) : x;
  const D magic = splat<D>(0x1.8p52), shifted = x + magic;
  return times_power(exp_of((x - (shifted - magic)) * LN2), (Long<D>)shifted - (Long<D>)magic);
}

/** 2.5 ulp. */
template <class D>
GRADTAPE_INLINE D log1p_wide(D x) {
  return x == INF ? x : log1p_of(x);
}
/** log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))); where x^2 overflows, log(2 |x|). 4 ulp. */
template <class D>
GRADTAPE_INLINE D asinh_wide(D x) {
  const D a = absolute(x), z = a * a;
  const D y = log1p_of(a + z / (1.0 + square_root(z + 1.0)));
  return copy_sign(a > 1e150 ? log_of(a) + LN2 : y, x);
}
/** log1p(t + sqrt(t^2 + 2t)), t = x - 1; 4 ulp. */
template <class D>
GRADTAPE_INLINE D acosh_wide(D x) {
  const D t = x - 1.0, y = log1p_of(t + square_root(t * (t + 2.0)));
  const D large = log_of(x) + LN2;
  return x >= 1.0 ? (x > 1e150 ? large : y) : splat<D>(__builtin_nan(""));
}
/** log1p(2 |x| / (1 - |x|)) / 2; 4 ulp. */
template <class D>
GRADTAPE_INLINE D atanh_wide(D x) {
  const D a = absolute(x);
  return copy_sign(0.5 * log1p_wide(2.0 * a / (1.0 - a)), x);
}

/** log(x) / log(base): one product in float64 where the result is rounded to float32; C's functions, which are exact at powers of the base, for float64 itself. */
template <class V>
GRADTAPE_INLINE V log2_of(V x) {
  if constexpr (sizeof(Element<V>) == 8) return each(x, [](double e) { return __builtin_log2(e); });
  else return widened(x, [](auto d) { return log_of(d) * 0x1.71547652b82fep+0; });
}
template <class V>
GRADTAPE_INLINE V log10_of(V x) {
  if constexpr (sizeof(Element<V>) == 8) return each(x, [](double e) { return __builtin_log10(e); });
  else return widened(x, [](auto d) { return log_of(d) * 0x1.bcb7b1526e50ep-2; });
}

}  // namespace GRADTAPE_NS
