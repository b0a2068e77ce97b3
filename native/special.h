// Special functions of one float64: log gamma and its derivatives, modified Bessel functions, the inverse of erf. wasm/special64.ts has the same formulas.
#pragma once

#include "elementary.h"

namespace GRADTAPE_NS {

constexpr double HALF_LOG_2PI = 0.9189385332046727;

/** log gamma(2 + t) is t times their series in t: 1 - Euler's constant, then (-1)^k (zeta(k) - 1) / k from k = 2. */
constexpr double LGAMMA[] = {
    0.4227843350984671, 0.322467033424113218, -0.0673523010531980951, 0.0205808084277845479, -0.00738555102867398527, 0.00289051033074152329,
    -0.00119275391170326098, 0.000509669524743042422, -0.00022315475845357938, 0.0000994575127818085337, -0.0000449262367381331417, 0.0000205072127756706916,
    -9.4394882752683959e-6, 4.3748667899074878e-6, -2.03921575380136624e-6, 9.55141213040741983e-7, -4.49246919876456604e-7, 2.12071848055546659e-7,
    -1.00432248239680996e-7, 4.76981016936398057e-8, -2.27110946089431649e-8, 1.08386592148969541e-8, -5.18347504197004666e-9, 2.48367454380247832e-9,
    -1.19214014058609121e-9, 5.73136724167886201e-10, -2.75952288512423315e-10, 1.33047643742444895e-10,
};
/** B(2k) / (2k (2k - 1)) from k = 1: Stirling's series in x^(1 - 2k). */
constexpr double STIRLING[] = {
    1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400,
};
/** B(2k) / (2k) from k = 1: digamma's series in x^(-2k). */
constexpr double DIGAMMA[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160};
/** Bernoulli's numbers B(2k) from k = 1. */
constexpr double BERNOULLI[] = {
    1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138,
    -236364091.0 / 2730,
};

/** The sum of c[i] x^i for i < n, n even: even and odd powers apart, so that neither waits for the other. */
inline double series(double x, const double* c, int n) {
  const double z = x * x;
  double even = 0.0, odd = 0.0;
  for (int i = n - 2; i >= 0; i -= 2) {
    even = even * z + c[i];
    odd = odd * z + c[i + 1];
  }
  return even + x * odd;
}

/** |sin(pi x)|, reduced exactly. */
inline double abs_sin_pi(double x) {
  return __builtin_fabs(__builtin_sin(PI * (x - __builtin_rint(x))));
}

/** For x >= 0.5: the series around 2, reached by factors of gamma up to 12; beyond, Stirling's. */
inline double lgamma_of_positive(double x) {
  if (x < 1.5) return (x - 1) * series(x - 1, LGAMMA, 28) - __builtin_log1p(x - 1);
  if (x < 12) {
    double factor = 1.0;
    while (x >= 2.5) factor *= --x;
    return (x - 2) * series(x - 2, LGAMMA, 28) + __builtin_log(factor);
  }
  const double r = 1 / x;
  return (x - 0.5) * (__builtin_log(x) - 1) + (HALF_LOG_2PI - 0.5 + r * series(r * r, STIRLING, 8));
}

/** log |gamma(x)|, infinite at the poles 0, -1, -2, ...; below -1/2 by reflection. 4 ulp, or 4 ulp of the largest term near the zeros of the negative half. */
inline double lgamma_of(double x) {
  if (!(__builtin_fabs(x) < INF)) return x * x;
  if (x >= 0.5) return lgamma_of_positive(x);
  if (x == __builtin_floor(x)) return INF;
  if (x > -0.5) return lgamma_of_positive(x + 1) - __builtin_log(__builtin_fabs(x));
  return __builtin_log(PI / (abs_sin_pi(x) * -x)) - lgamma_of_positive(-x);
}

/** The derivative of log gamma: by recurrence up to 10, then its asymptotic series. -inf at 0, inf at -0, NaN at -1, -2, ... */
inline double digamma_of(double x) {
  double y = 0.0;
  if (x <= 0) {
    if (x == 0) return __builtin_copysign(INF, -x);
    if (x == __builtin_floor(x)) return __builtin_nan("");
    y = -PI / __builtin_tan(PI * (x - __builtin_rint(x)));
    x = 1 - x;
  }
  if (x == INF) return x;
  for (; x < 10; x += 1) y -= 1 / x;
  const double z = 1 / (x * x);
  return y + (__builtin_log(x) - 0.5 / x - z * series(z, DIGAMMA, 8));
}

/** The sum of (a + k)^-s over k >= 0 for a > 0: term by term up to a + k = 10, then by Euler and Maclaurin. */
inline double zeta_of_positive(double s, double a) {
  if (a == INF) return 0;
  double y = 0.0;
  for (; a < 10; a += 1) y += __builtin_pow(a, -s);
  const double power = __builtin_pow(a, -s);
  y += power * (a / (s - 1) + 0.5);
  double term = power * s / (2 * a);
  for (int k = 1; k <= 12; k++) {
    y += term * BERNOULLI[k - 1];
    const double n = 2.0 * k;
    term *= (s + n - 1) * (s + n) / ((n + 1) * (n + 2) * a * a);
  }
  return y;
}

/** Hurwitz's zeta function for whole s > 1; below 0 the finite stretch up to 0 is the difference of two of the positive half. */
inline double zeta_of(double s, double a) {
  if (!(a <= 0)) return zeta_of_positive(s, a);
  const double low = __builtin_floor(a);
  if (a == low) return INF;
  const double below = zeta_of_positive(s, __builtin_ceil(a) - a) - zeta_of_positive(s, 1 - a);
  return zeta_of_positive(s, a - low) + (__builtin_fmod(s, 2) == 0 ? below : -below);
}

/** The n-th derivative of digamma: (-1)^(n + 1) n! zeta(n + 1, x). */
inline double polygamma_of(double n, double x) {
  if (n == 0) return digamma_of(x);
  double factor = __builtin_fmod(n, 2) == 0 ? -1.0 : 1.0;
  for (double k = 2.0; k <= (n < 171 ? n : 171); k++) factor *= k;
  return factor * zeta_of(n + 1, x);
}

/** The modified Bessel function of the first kind of order 0 or 1: its power series, whose terms are all positive, up to 20, and its asymptotic one beyond. */
inline double bessel_i_of(double order, double x) {
  const double t = __builtin_fabs(x);
  double y;
  if (t == INF) y = t;
  else if (!(t > 20)) {
    const double z = t * t * 0.25;
    double term = 1.0;
    y = 1;
    for (double k = 1.0; term > y * 1e-17; k++) {
      term *= z / (k * (k + order));
      y += term;
    }
    if (order != 0) y *= t * 0.5;
  } else {
    double term = 1.0, sum = 1.0;
    for (double k = 1.0; k <= 30; k++) {
      term *= ((2 * k - 1) * (2 * k - 1) - 4 * order) / (8 * k * t);
      sum += term;
    }
    const double root = __builtin_exp(t * 0.5);
    y = root / __builtin_sqrt(2 * PI * t) * sum * root;
  }
  return order != 0 ? __builtin_copysign(y, x) : y;
}

/** Winitzki's approximation, good to 0.2 %, and two of Halley's steps on erf, or on erfc where that does not cancel. */
inline double erfinv_of(double y) {
  const double t = __builtin_fabs(y);
  if (!(t < 1)) return t == 1 ? __builtin_copysign(INF, y) : __builtin_nan("");
  const double logarithm = t < 0.5 ? __builtin_log1p(-t * t) : __builtin_log((1 - t) * (1 + t));
  const double h = 4.330746750799873 + logarithm * 0.5, q = logarithm / -0.147;
  double x = __builtin_sqrt(q / (__builtin_sqrt(h * h + q) + h));
  for (int i = 0; i < 2; i++) {
    const double excess = t < 0.5 ? __builtin_erf(x) - t : 1 - t - __builtin_erfc(x);
    const double d = excess * 0.886226925452758 * __builtin_exp(x * x);
    x -= d / (1 + x * d);
  }
  return __builtin_copysign(x, y);
}

}  // namespace GRADTAPE_NS
