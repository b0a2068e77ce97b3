// Matrix times vector: bound by memory, so the matrix is read once, in the direction in which it is contiguous, several rows or columns at a time.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

template <class V>
GRADTAPE_INLINE Element<V> sum_lanes(V v) {
  if constexpr (width<V> == 1) {
    return v[0];
  } else {
    return sum_lanes(half(v, 0) + half(v, 1));
  }
}

// dot[i] = row i of x . v for N rows of k contiguous elements.
template <int N, class T>
void dot_rows(int64_t k, const T* x, int64_t rsx, const T* v, T* dot) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  constexpr int U = 4;  // sums a row: they hide the latency of the addition
  V sum[N][U] = {};
  int64_t p = 0;
  for (; p + U * W <= k; p += U * W) {
#pragma GCC unroll 4
    for (int u = 0; u < U; u++) {
      const V w = load<V>(v + p + u * W);
#pragma GCC unroll 4
      for (int i = 0; i < N; i++) sum[i][u] += w * load<V>(x + i * rsx + p + u * W);
    }
  }
  for (; p < k; p += W) {
    const bool whole = k - p >= W;
    const V w = whole ? load<V>(v + p) : load_part<V>(v + p, k - p);
#pragma GCC unroll 4
    for (int i = 0; i < N; i++) sum[i][0] += w * (whole ? load<V>(x + i * rsx + p) : load_part<V>(x + i * rsx + p, k - p));
  }
  for (int i = 0; i < N; i++) dot[i] = sum_lanes((sum[i][0] + sum[i][1]) + (sum[i][2] + sum[i][3]));
}

// y[i] += sum over p < N of x[i + p * csx] * v[p], for n contiguous i.
template <int N, class T>
void add_columns(int64_t n, const T* x, int64_t csx, const T* v, T* y) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  int64_t i = 0;
  for (; i + W <= n; i += W) {
    V sum = load<V>(y + i);
#pragma GCC unroll 8
    for (int p = 0; p < N; p++) sum += v[p] * load<V>(x + p * csx + i);
    store(y + i, sum);
  }
  for (; i < n; i++)
    for (int p = 0; p < N; p++) y[i] = __builtin_fma(v[p], x[p * csx + i], y[i]);
}

// y[i * sy] = alpha * sum over p of x[i * rsx + p * csx] * v[p] + beta * y[i * sy], where rsx or csx is 1 and v is contiguous.
template <class T>
void gemv(int64_t rows, int64_t k, const T* x, int64_t rsx, int64_t csx, const T* v, T* y, int64_t sy, T alpha, T beta) {
  constexpr int64_t kBlock = 4096 / sizeof(T);
  T sum[kBlock];
  for (int64_t begin = 0; begin < rows; begin += kBlock) {
    const int64_t n = rows - begin < kBlock ? rows - begin : kBlock;
    const T* block = x + begin * rsx;
    if (csx == 1) {
      int64_t i = 0;
      for (; i + 4 <= n; i += 4) dot_rows<4>(k, block + i * rsx, rsx, v, sum + i);
      for (; i < n; i++) dot_rows<1>(k, block + i * rsx, rsx, v, sum + i);
    } else {
      for (int64_t i = 0; i < n; i++) sum[i] = 0;
      int64_t p = 0;
      for (; p + 8 <= k; p += 8) add_columns<8>(n, block + p * csx, csx, v + p, sum);
      for (; p < k; p++) add_columns<1>(n, block + p * csx, csx, v + p, sum);
    }
    for (int64_t i = 0; i < n; i++, y += sy) *y = beta == 0 ? alpha * sum[i] : alpha * sum[i] + beta * *y;
  }
}

}  // namespace GRADTAPE_NS
