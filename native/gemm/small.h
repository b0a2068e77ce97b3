// Small float32 products, summed in double: at these sizes the time goes into the call, and rounding once keeps sums that cancel exact.
#pragma once

#include "product.h"

namespace GRADTAPE_NS {

constexpr int64_t kSmallWork = 4096;

inline bool is_small(int64_t m, int64_t n, int64_t k) { return m * n * k <= kSmallWork && n * k <= kSmallWork && m * k <= kSmallWork && m * n <= kSmallWork; }

// rows x columns of a strided float32 matrix as dense doubles.
inline void widen(int64_t rows, int64_t columns, const float* from, int64_t rs, int64_t cs, double* to) {
  for (int64_t i = 0; i < rows; i++, from += rs, to += columns) {
    if (cs == 1) {
      for (int64_t j = 0; j < columns; j++) to[j] = from[j];
    } else {
      for (int64_t j = 0; j < columns; j++) to[j] = from[j * cs];
    }
  }
}

/** c = alpha * a b + beta * c: the float64 product of the widened operands, rounded. */
inline void multiply_small(const Product<float>& q) {
  alignas(64) double a[kSmallWork], b[kSmallWork], c[kSmallWork];
  widen(q.m, q.k, q.a, q.rsa, q.csa, a);
  widen(q.k, q.n, q.b, q.rsb, q.csb, b);
  if (q.beta != 0) widen(q.m, q.n, q.c, q.rsc, 1, c);
  multiply<double>({q.m, q.n, q.k, a, q.k, 1, b, q.n, 1, c, q.n, q.alpha, q.beta});
  for (int64_t i = 0; i < q.m; i++)
    for (int64_t j = 0; j < q.n; j++) q.c[i * q.rsc + j] = static_cast<float>(c[i * q.n + j]);
}

}  // namespace GRADTAPE_NS
