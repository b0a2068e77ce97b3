// Winograd's minimal filtering F(m x m, r x r) with m + r - 1 = 6 points: 0, 2/3, -2/3, 3/2, -3/2 and infinity. A product of polynomials is taken point by point: m * m results
// under r * r taps cost 36 multiplications instead of m^2 r^2 (a quarter for r = 3, 36 % for r = 5). These points, mutually reciprocal, keep the root mean square of the float32 error within 4
// times that of the plain sum; the usual 0, +-1, +-2 have about twice as much, and four times the largest error.

#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

constexpr int kPoints = 6;

namespace winograd {

constexpr double a = 2.0 / 3, b = 3.0 / 2, a2 = a * a, b2 = b * b, a3 = a2 * a, b3 = b2 * b, a4 = a2 * a2, b4 = b2 * b2, s = a2 + b2;
// One over the product of a point's distances to the others.
constexpr double wa = 1 / (5 * a4 - 3 * s * a2 + 1), wb = 1 / (5 * b4 - 3 * s * b2 + 1);

template <class V>
GRADTAPE_INLINE V times(double factor, V x) {
  return static_cast<Element<V>>(factor) * x;
}

/** B^T d: six elements of the source at the points. */
struct Source {
  static constexpr int in = 6, out = 6;
  template <class V>
  static GRADTAPE_INLINE void apply(const V (&d)[6], V (&y)[6]) {
    const V ea = d[4] - times(b2, d[2]), oa = times(a, d[3]) - times(b, d[1]), eb = d[4] - times(a2, d[2]), ob = times(b, d[3]) - times(a, d[1]);
    y[0] = d[0] - times(s, d[2]) + d[4];
    y[1] = ea + oa, y[2] = ea - oa, y[3] = eb + ob, y[4] = eb - ob;
    y[5] = d[1] - times(s, d[3]) + d[5];
  }
};

/** G g: R taps at the points. */
template <int R>
struct Taps {
  static constexpr int in = R, out = 6;
  template <class V>
  static GRADTAPE_INLINE void apply(const V (&g)[R], V (&y)[6]) {
    V ea = g[0], oa = times(a, g[1]), eb = g[0], ob = times(b, g[1]);
    if constexpr (R > 2) ea += times(a2, g[2]), eb += times(b2, g[2]);
    if constexpr (R > 3) oa += times(a3, g[3]), ob += times(b3, g[3]);
    if constexpr (R > 4) ea += times(a4, g[4]), eb += times(b4, g[4]);
    y[0] = g[0];
    y[1] = times(wa, ea + oa), y[2] = times(wa, ea - oa), y[3] = times(wb, eb + ob), y[4] = times(wb, eb - ob);
    y[5] = g[R - 1];
  }
};

/** A^T t: M results from their values at the points. */
template <int M>
struct Results {
  static constexpr int in = 6, out = M;
  template <class V>
  static GRADTAPE_INLINE void apply(const V (&t)[6], V (&y)[M]) {
    const V ea = t[1] + t[2], oa = t[1] - t[2], eb = t[3] + t[4], ob = t[3] - t[4];
    y[0] = t[0] + ea + eb;
    y[1] = times(a, oa) + times(b, ob);
    if constexpr (M > 2) y[2] = times(a2, ea) + times(b2, eb);
    if constexpr (M > 3) y[3] = times(a3, oa) + times(b3, ob);
    if constexpr (M > 4) y[4] = times(a4, ea) + times(b4, eb);
    y[M - 1] += t[5];
  }
};

/** A map of rows and columns: in x in vectors at from(i, j) to out x out vectors, to(i, j, vector). */
template <class F, class V, class From, class To>
GRADTAPE_INLINE void apply(const From& from, const To& to) {
  V half[F::in][F::out];
#pragma GCC unroll 8
  for (int j = 0; j < F::in; j++) {
    V column[F::in], y[F::out];
#pragma GCC unroll 8
    for (int i = 0; i < F::in; i++) column[i] = from(i, j);
    F::apply(column, y);
#pragma GCC unroll 8
    for (int i = 0; i < F::out; i++) half[j][i] = y[i];
  }
#pragma GCC unroll 8
  for (int i = 0; i < F::out; i++) {
    V row[F::in], y[F::out];
#pragma GCC unroll 8
    for (int j = 0; j < F::in; j++) row[j] = half[j][i];
    F::apply(row, y);
#pragma GCC unroll 8
    for (int j = 0; j < F::out; j++) to(i, j, y[j]);
  }
}

}  // namespace winograd

}  // namespace GRADTAPE_NS
