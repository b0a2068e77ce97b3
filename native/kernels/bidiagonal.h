// Singular values and vectors of a bidiagonal matrix by implicit QR sweeps: LAPACK's dbdsqr (Demmel and Kahan), with its choices of direction, shift and sign, so that
// the singular vectors have the signs that LAPACK gives them.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

inline double with_sign(double value, double sign) { return __builtin_copysign(value, sign); }
inline double larger_of(double a, double b) { return a > b ? a : b; }
inline double smaller_of(double a, double b) { return a < b ? a : b; }

struct Rotation {
  double c, s, r;
};
/** c f + s g = r, c g - s f = 0, c >= 0. */
inline Rotation rotation(double f, double g) {
  if (g == 0) return {1, 0, f};
  if (f == 0) return {0, with_sign(1, g), __builtin_fabs(g)};
  const double r = with_sign(__builtin_hypot(f, g), f);
  return {__builtin_fabs(f / r), g / r, r};
}

/** Rows i and i + 1 of a matrix of `width` columns, turned. */
inline void turn(double* rows, int64_t width, int64_t i, double c, double s) {
  double *x = rows + i * width, *y = x + width;
  for (int64_t j = 0; j < width; j++) {
    const double a = x[j], b = y[j];
    x[j] = c * a + s * b;
    y[j] = c * b - s * a;
  }
}

struct Triangle {
  double low, high, cr, sr, cl, sl;
};
/** The singular values of [[f, g], [0, h]], without vectors. */
inline Triangle values_of_triangle(double f, double g, double h) {
  const double fa = __builtin_fabs(f), ga = __builtin_fabs(g), ha = __builtin_fabs(h);
  const double low = smaller_of(fa, ha), high = larger_of(fa, ha);
  if (low == 0) return {0, larger_of(high, ga), 1, 0, 1, 0};
  const double as = 1 + low / high, at = (high - low) / high;
  if (ga < high) {
    const double au = (ga / high) * (ga / high), c = 2 / (__builtin_sqrt(as * as + au) + __builtin_sqrt(at * at + au));
    return {low * c, high / c, 1, 0, 1, 0};
  }
  const double au = high / ga;
  if (au == 0) return {low * high / ga, ga, 1, 0, 1, 0};
  const double c = 1 / (__builtin_sqrt(1 + as * au * (as * au)) + __builtin_sqrt(1 + at * au * (at * au)));
  return {2 * (low * c * au), ga / (c + c), 1, 0, 1, 0};
}

/** The same with the rotations: LAPACK's dlasv2. */
inline Triangle svd_of_triangle(double f, double g, double h) {
  double ft = f, fa = __builtin_fabs(f), ht = h, ha = __builtin_fabs(h);
  const bool swapped = ha > fa;
  int largest = 1;
  if (swapped) {
    largest = 3;
    ft = h;
    ht = f;
    fa = __builtin_fabs(ft);
    ha = __builtin_fabs(ht);
  }
  const double gt = g, ga = __builtin_fabs(g);
  double low = ha, high = fa, cl = 1, cr = 1, sl = 0, sr = 0;
  if (ga != 0) {
    if (ga > fa) largest = 2;
    if (ga > fa && fa / ga < __DBL_EPSILON__ / 2) {
      high = ga;
      low = ha > 1 ? fa / (ga / ha) : fa / ga * ha;
      sl = ht / gt;
      sr = 1;
      cr = ft / gt;
    } else {
      const double d = fa - ha, m = gt / ft, mm = m * m;
      double l = d == fa ? 1 : d / fa, t = 2 - l;
      const double s = __builtin_sqrt(t * t + mm), r = l == 0 ? __builtin_fabs(m) : __builtin_sqrt(l * l + mm), a = 0.5 * (s + r);
      low = ha / a;
      high = fa * a;
      if (mm != 0) t = (m / (s + t) + m / (r + l)) * (1 + a);
      else if (l == 0) t = with_sign(2, ft) * with_sign(1, gt);
      else t = gt / with_sign(d, ft) + m / t;
      l = __builtin_sqrt(t * t + 4);
      cr = 2 / l;
      sr = t / l;
      cl = (cr + sr * m) / a;
      sl = ht / ft * sr / a;
    }
  }
  const Triangle y = swapped ? Triangle{low, high, sl, cl, sr, cr} : Triangle{low, high, cr, sr, cl, sl};
  const double sign = largest == 1   ? with_sign(1, y.cr) * with_sign(1, y.cl) * with_sign(1, f)
                      : largest == 2 ? with_sign(1, y.sr) * with_sign(1, y.cl) * with_sign(1, g)
                                     : with_sign(1, y.sr) * with_sign(1, y.sl) * with_sign(1, h);
  return {with_sign(low, sign * with_sign(1, f) * with_sign(1, h)), with_sign(high, sign), y.cr, y.sr, y.cl, y.sl};
}

/** One bidiagonal problem: diagonal d, off-diagonal e, and the rows of both sets of vectors, which are turned along. */
struct Bidiagonal {
  double *d, *e;
  int64_t n;
  double *left, *right;
  int64_t left_width, right_width;

  void turn_both(int64_t i, double cr, double sr, double cl, double sl) {
    turn(right, right_width, i, cr, sr);
    turn(left, left_width, i, cl, sl);
  }

  /** A lower bidiagonal matrix made upper. */
  void make_upper() {
    for (int64_t i = 0; i + 1 < n; i++) {
      const Rotation g = rotation(d[i], e[i]);
      d[i] = g.r;
      e[i] = g.s * d[i + 1];
      d[i + 1] *= g.c;
      turn(left, left_width, i, g.c, g.s);
    }
  }

  /** A sweep without shift over [first, last], down or up: small singular values keep their relative accuracy. */
  void plain_sweep(int64_t first, int64_t last, bool down) {
    Rotation g{1, 0, 0}, old{1, 0, 0};
    const int64_t step = down ? 1 : -1, start = down ? first : last, end = down ? last : first;
    const int64_t ahead = down ? 0 : -1, behind = down ? -1 : 0;
    for (int64_t i = start; i != end; i += step) {
      g = rotation(d[i] * g.c, e[i + ahead]);
      if (i != start) e[i + behind] = old.s * g.r;
      old = rotation(old.c * g.r, d[i + step] * g.s);
      d[i] = old.r;
      if (down) turn_both(i, g.c, g.s, old.c, old.s);
      else turn_both(i - 1, old.c, -old.s, g.c, -g.s);
    }
    const double h = d[end] * g.c;
    d[end] = h * old.c;
    e[end + behind] = h * old.s;
  }

  void shifted_sweep(int64_t first, int64_t last, bool down, double shift) {
    const int64_t step = down ? 1 : -1, start = down ? first : last, end = down ? last : first;
    const int64_t ahead = down ? 0 : -1, behind = down ? -1 : 0;
    double f = (__builtin_fabs(d[start]) - shift) * (with_sign(1, d[start]) + shift / d[start]), g = e[start + ahead];
    for (int64_t i = start; i != end; i += step) {
      const Rotation a = rotation(f, g);
      double& off = e[i + ahead];
      if (i != start) e[i + behind] = a.r;
      f = a.c * d[i] + a.s * off;
      off = a.c * off - a.s * d[i];
      g = a.s * d[i + step];
      d[i + step] *= a.c;
      const Rotation b = rotation(f, g);
      d[i] = b.r;
      f = b.c * off + b.s * d[i + step];
      d[i + step] = b.c * d[i + step] - b.s * off;
      if (i + step != end) {
        g = b.s * e[i + step + ahead];
        e[i + step + ahead] *= b.c;
      }
      if (down) turn_both(i, a.c, a.s, b.c, b.s);
      else turn_both(i - 1, b.c, -b.s, a.c, -a.s);
    }
    e[end + behind] = f;
  }

  /** Looks along [first, last] for an off-diagonal that may be taken as 0 and makes it 0; if there is none, the least singular value is about `least`. */
  bool splits(int64_t first, int64_t last, bool down, double tolerance, double& least) {
    double& end = down ? e[last - 1] : e[first];
    if (__builtin_fabs(end) <= tolerance * __builtin_fabs(d[down ? last : first])) {
      end = 0;
      return true;
    }
    double mu = __builtin_fabs(d[down ? first : last]);
    least = mu;
    for (int64_t j = 0; j < last - first; j++) {
      double& off = down ? e[first + j] : e[last - 1 - j];
      if (__builtin_fabs(off) <= tolerance * mu) {
        off = 0;
        return true;
      }
      mu = __builtin_fabs(d[down ? first + j + 1 : last - 1 - j]) * (mu / (mu + __builtin_fabs(off)));
      least = smaller_of(least, mu);
    }
    return false;
  }

  /** Singular values of either sign into d; false if 6 n^2 steps do not suffice (NaN). */
  bool diagonalize() {
    if (n == 0) return true;
    const double eps = __DBL_EPSILON__ / 2, tolerance = larger_of(10, smaller_of(100, __builtin_pow(eps, -0.125))) * eps;
    double least = __builtin_fabs(d[0]), mu = least;
    for (int64_t i = 1; i < n && least != 0; i++) {
      mu = __builtin_fabs(d[i]) * (mu / (mu + __builtin_fabs(e[i - 1])));
      least = smaller_of(least, mu);
    }
    const double count = static_cast<double>(n);
    const double threshold = larger_of(tolerance * (least / __builtin_sqrt(count)), 6 * count * count * __DBL_MIN__);
    int64_t old_first = -1, old_last = -1, left_steps = 6 * n * n;
    bool down = true;
    for (int64_t last = n - 1; last > 0;) {
      if (left_steps < 0) return false;
      double highest = __builtin_fabs(d[last]);
      int64_t first = last - 1;
      for (; first >= 0; first--) {
        if (__builtin_fabs(e[first]) <= threshold) {
          e[first] = 0;
          break;
        }
        highest = larger_of(highest, larger_of(__builtin_fabs(d[first]), __builtin_fabs(e[first])));
      }
      if (++first == last) {
        last--;
        continue;
      }
      if (first == last - 1) {
        const Triangle y = svd_of_triangle(d[first], e[first], d[last]);
        d[first] = y.high;
        e[first] = 0;
        d[last] = y.low;
        turn_both(first, y.cr, y.sr, y.cl, y.sl);
        last -= 2;
        continue;
      }
      if (first > old_last || last < old_first) down = __builtin_fabs(d[first]) >= __builtin_fabs(d[last]);
      if (splits(first, last, down, tolerance, least)) continue;
      old_first = first;
      old_last = last;
      double shift = 0;
      if (count * tolerance * (least / highest) > larger_of(eps, 0.01 * tolerance)) {
        const double start = __builtin_fabs(d[down ? first : last]);
        const int64_t i = down ? last - 1 : first;
        shift = values_of_triangle(d[i], e[i], d[i + 1]).low;
        if (start > 0 && (shift / start) * (shift / start) < eps) shift = 0;
      }
      left_steps -= last - first;
      if (shift == 0) plain_sweep(first, last, down);
      else shifted_sweep(first, last, down, shift);
      double& end = down ? e[last - 1] : e[first];
      if (__builtin_fabs(end) <= threshold) end = 0;
    }
    return true;
  }

  /** Positive singular values, the largest first. */
  void arrange() {
    for (int64_t i = 0; i < n; i++) {
      if (d[i] >= 0) continue;
      d[i] = -d[i];
      for (int64_t j = 0; j < right_width; j++) right[i * right_width + j] *= -1;
    }
    for (int64_t end = n - 1; end > 0; end--) {
      int64_t least = 0;
      for (int64_t i = 1; i <= end; i++) least = d[i] <= d[least] ? i : least;
      if (least == end) continue;
      const double value = d[least];
      d[least] = d[end];
      d[end] = value;
      exchange(right, right_width, least, end);
      exchange(left, left_width, least, end);
    }
  }
  static void exchange(double* rows, int64_t width, int64_t a, int64_t b) {
    for (int64_t j = 0; j < width; j++) {
      const double value = rows[a * width + j];
      rows[a * width + j] = rows[b * width + j];
      rows[b * width + j] = value;
    }
  }
};

}  // namespace GRADTAPE_NS
