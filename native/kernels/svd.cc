// Singular value decomposition: reflections to a bidiagonal matrix, then bidiagonal.h. The steps are those of LAPACK's dgesdd, so that signs agree with it. Vectors are
// kept as rows throughout: what is turned lies in one stretch.
#include "bidiagonal.h"

#include "../kernel_list.h"
#include "../runtime/threads.h"

namespace GRADTAPE_NS {

/** The reflection I - tau v v^T (v[0] = 1, the rest left in x) that takes x, n elements `step` apart, to x[0] only. */
static double reflection(double* x, int64_t n, int64_t step) {
  double norm = 0;
  for (int64_t i = 1; i < n; i++) norm = __builtin_hypot(norm, x[i * step]);
  if (norm == 0) return 0;
  const double alpha = x[0], beta = -with_sign(__builtin_hypot(alpha, norm), alpha);
  for (int64_t i = 1; i < n; i++) x[i * step] /= alpha - beta;
  x[0] = beta;
  return (beta - alpha) / beta;
}

/** Applies the reflection whose v has its tail at v + step, v + 2 step, ... to n elements of a row. */
static void reflect_row(double tau, const double* v, int64_t step, double* row, int64_t n) {
  double sum = row[0];
  for (int64_t j = 1; j < n; j++) sum += v[j * step] * row[j];
  sum *= tau;
  row[0] -= sum;
  for (int64_t j = 1; j < n; j++) row[j] -= sum * v[j * step];
}

/** Reflects column i of t (p, q) from row i on, and the columns after it. */
static double reduce_column(double* t, int64_t p, int64_t q, int64_t i, double* sums) {
  double* top = t + i * q + i;
  const double tau = reflection(top, p - i, q);
  const int64_t width = q - i - 1;
  for (int64_t j = 0; j < width; j++) sums[j] = top[1 + j];
  for (int64_t r = 1; r < p - i; r++) {
    for (int64_t j = 0; j < width; j++) sums[j] += top[r * q] * top[r * q + 1 + j];
  }
  for (int64_t j = 0; j < width; j++) top[1 + j] -= tau * sums[j];
  for (int64_t r = 1; r < p - i; r++) {
    for (int64_t j = 0; j < width; j++) top[r * q + 1 + j] -= tau * top[r * q] * sums[j];
  }
  return tau;
}

/** Rows of the product of the reflections: row i is what it makes of the i-th unit vector. Reflection k's v starts at v + k * next + shift of the vector. */
static void unroll(const double* v, int64_t next, int64_t step, const double* tau, int64_t count, int64_t shift, double* rows, int64_t height, int64_t width) {
  for (int64_t i = 0; i < height; i++) {
    double* row = rows + i * width;
    for (int64_t j = 0; j < width; j++) row[j] = i == j;
    for (int64_t k = count - 1; k >= 0; k--) reflect_row(tau[k], v + k * next, step, row + k + shift, width - k - shift);
  }
}

/** t (p, q), p >= q, to bidiagonal d, e; rows of the left vectors (height, p) and of the right ones (q, q). */
static void bidiagonalize(double* t, int64_t p, int64_t q, double* d, double* e, double* left, int64_t height, double* right, double* spare) {
  double *tau_left = spare, *tau_right = spare + q, *sums = spare + 2 * q;
  for (int64_t i = 0; i < q; i++) {
    tau_left[i] = reduce_column(t, p, q, i, sums);
    d[i] = t[i * q + i];
    if (i + 1 == q) break;
    double* row = t + i * q + i + 1;
    tau_right[i] = reflection(row, q - i - 1, 1);
    e[i] = row[0];
    for (int64_t r = i + 1; r < p; r++) reflect_row(tau_right[i], row, 1, t + r * q + i + 1, q - i - 1);
  }
  unroll(t, q + 1, q, tau_left, q, 0, left, height, p);
  unroll(t + 1, q + 1, 1, tau_right, q - 1, 1, right, q, q);
}

/** y (height, p) = x (q, q) times the first q rows, then the other rows as they are. */
static void combine(const double* x, const double* rows, double* y, int64_t q, int64_t height, int64_t p) {
  for (int64_t i = 0; i < height; i++) {
    double* to = y + i * p;
    for (int64_t j = 0; j < p; j++) to[j] = i < q ? 0 : rows[i * p + j];
    for (int64_t k = 0; k < q && i < q; k++) {
      for (int64_t j = 0; j < p; j++) to[j] += x[i * q + k] * rows[k * p + j];
    }
  }
}

/** Rows of u (as u^T) and of vt of one matrix; `spare` holds p q + 3 q q + 4 p + q numbers and twice `height` rows of p. */
static void svd_one(const double* a, double* u, double* s, double* vt, double* spare, int64_t m, int64_t n, bool full) {
  const bool wide = m < n;
  const int64_t p = wide ? n : m, q = wide ? m : n, height = full ? p : q;
  double *t = spare, *e = t + p * q, *work = e + q, *long_rows = work + 4 * p, *turned = long_rows + height * p;
  double *small = turned + height * p, *short_left = small + q * q, *short_right = short_left + q * q;
  for (int64_t i = 0; i < p; i++) {
    for (int64_t j = 0; j < q; j++) t[i * q + j] = wide ? a[j * n + i] : a[i * n + j];
  }
  // u^T's rows go to `rows_u`, v^T's to vt.
  double* rows_u = turned;
  if (p >= 11 * q / 6) {
    // Much longer than wide: a triangle first.
    for (int64_t i = 0; i < q; i++) work[i] = reduce_column(t, p, q, i, work + q);
    unroll(t, q + 1, q, work, q, 0, long_rows, height, p);
    for (int64_t i = 0; i < q; i++) {
      for (int64_t j = 0; j < q; j++) small[i * q + j] = wide ? (j <= i ? t[j * q + i] : 0) : (j >= i ? t[i * q + j] : 0);
    }
    bidiagonalize(small, q, q, s, e, short_left, q, short_right, work);
    Bidiagonal b{s, e, q, short_left, short_right, q, q};
    b.diagonalize();
    b.arrange();
    combine(wide ? short_right : short_left, long_rows, wide ? vt : rows_u, q, height, p);
    const double* rest = wide ? short_left : short_right;
    double* to = wide ? rows_u : vt;
    for (int64_t i = 0; i < q * q; i++) to[i] = rest[i];
  } else {
    bidiagonalize(t, p, q, s, e, wide ? vt : rows_u, height, wide ? rows_u : vt, work);
    Bidiagonal b{s, e, q, rows_u, vt, m, n};
    if (wide) b.make_upper();
    b.diagonalize();
    b.arrange();
  }
  const int64_t columns = wide ? q : height;
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < columns; j++) u[i * columns + j] = rows_u[j * m + i];
  }
}

static void svd_f64(const double* a, Out<double> u, Out<double> s, Out<double> vt, Out<double> scratch, int64_t nb, int64_t m, int64_t n, int64_t full) {
  const int64_t p = m < n ? n : m, q = m < n ? m : n, height = full ? p : q;
  const int64_t size_u = m * (m < n ? q : height), size_v = n * (m < n ? height : q);
  const int64_t size = p * q + 3 * q * q + 2 * height * p + 4 * p + q;
  parallel(nb, 65536 / (p * q * q + 1) + 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) {
      svd_one(a + b * m * n, u + b * size_u, s + b * q, vt + b * size_v, scratch + b * size, m, n, full);
    }
  });
}

GRADTAPE_DEFINE_FAMILY(svd)

}  // namespace GRADTAPE_NS
