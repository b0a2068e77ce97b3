// Factorisations of square and oblong matrices, row-major, batch by batch, and substitution with their triangles. Inner loops run along rows.
#include "../kernel_list.h"
#include "../runtime/threads.h"
#include "../simd.h"

namespace GRADTAPE_NS {

/** Multiplications worth a thread's turn. */
constexpr int64_t FLOPS = 65536;

/** y -= factor * x. */
template <class T>
static GRADTAPE_INLINE void subtract_row(T factor, const T* __restrict x, T* __restrict y, int64_t n) {
  for (int64_t j = 0; j < n; j++) y[j] -= factor * x[j];
}

template <class T>
static void lu_one(T* a, int32_t* pivots, int32_t* info, int64_t m, int64_t n) {
  const int64_t size = m < n ? m : n;
  *info = 0;
  for (int64_t k = 0; k < size; k++) {
    int64_t best = k;
    for (int64_t i = k + 1; i < m; i++) {
      if (__builtin_fabs(a[i * n + k]) > __builtin_fabs(a[best * n + k])) best = i;
    }
    pivots[k] = static_cast<int32_t>(best + 1);
    T* top = a + k * n;
    if (best != k) {
      for (int64_t j = 0; j < n; j++) {
        const T swapped = top[j];
        top[j] = a[best * n + j];
        a[best * n + j] = swapped;
      }
    }
    if (top[k] == 0) {
      if (*info == 0) *info = static_cast<int32_t>(k + 1);
      continue;
    }
    parallel(m - k - 1, FLOPS / (n - k) + 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = k + 1 + begin; i < k + 1 + end; i++) {
        T* row = a + i * n;
        row[k] /= top[k];
        subtract_row(row[k], top + k + 1, row + k + 1, n - k - 1);
      }
    });
  }
}

template <class T>
void lu(InOut<T> a, Out<int32_t> pivots, Out<int32_t> info, int64_t nb, int64_t m, int64_t n) {
  const int64_t size = m < n ? m : n;
  if (nb == 1) return lu_one(a.data, pivots.data, info.data, m, n);
  parallel(nb, FLOPS / (size * m * n + 1) + 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) lu_one(a + b * m * n, pivots + b * size, info + b, m, n);
  });
}

template <class T>
static T dot(const T* x, const T* y, int64_t n) {
  constexpr int W = lanes<T>;
  Vec<T> total{};
  int64_t j = 0;
  for (; j + W <= n; j += W) total = total + load<Vec<T>>(x + j) * load<Vec<T>>(y + j);
  T sum = 0;
  for (int l = 0; l < W; l++) sum += total[l];
  for (; j < n; j++) sum += x[j] * y[j];
  return sum;
}

template <class T>
static void cholesky_one(T* a, int32_t* info, int64_t n) {
  *info = 0;
  for (int64_t i = 0; i < n; i++) {
    T* row = a + i * n;
    for (int64_t j = 0; j < i; j++) row[j] = (row[j] - dot(row, a + j * n, j)) / a[j * n + j];
    const T rest = row[i] - dot(row, row, i);
    // A NaN is not positive either.
    if (!(rest > 0) && *info == 0) *info = static_cast<int32_t>(i + 1);
    row[i] = static_cast<T>(__builtin_sqrt(rest));
    for (int64_t j = i + 1; j < n; j++) row[j] = 0;
  }
}

template <class T>
void cholesky(InOut<T> a, Out<int32_t> info, int64_t nb, int64_t n) {
  parallel(nb, FLOPS / (n * n * n + 1) + 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) cholesky_one(a + b * n * n, info + b, n);
  });
}

template <class T>
void solve_triangular(const T* a, InOut<T> b, int64_t nb, int64_t n, int64_t k, int64_t rsa, int64_t csa, int64_t sa, int64_t upper, int64_t unit) {
  parallel(nb, FLOPS / (n * n * k + 1) + 1, [&](int64_t begin, int64_t end) {
    for (int64_t batch = begin; batch < end; batch++) {
      const T* matrix = a + batch * sa;
      T* x = b + batch * n * k;
      for (int64_t step = 0; step < n; step++) {
        const int64_t i = upper ? n - 1 - step : step;
        const int64_t from = upper ? i + 1 : 0, to = upper ? n : i;
        for (int64_t j = from; j < to; j++) subtract_row(matrix[i * rsa + j * csa], x + j * k, x + i * k, k);
        if (unit) continue;
        const T diagonal = matrix[i * (rsa + csa)];
        for (int64_t c = 0; c < k; c++) x[i * k + c] /= diagonal;
      }
    }
  });
}

GRADTAPE_DEFINE_FAMILY(factor)

}  // namespace GRADTAPE_NS
