// Small float32 products, summed in double: at these sizes the time goes into the call, and rounding once keeps sums that cancel exact.
#pragma once

#include "product.h"

namespace GRADTAPE_NS {

constexpr int64_t kSmallWork = 4096;

inline bool is_small(int64_t m, int64_t n, int64_t k) { return m * n * k <= kSmallWork && n * k <= kSmallWork; }

/** c = alpha * a b + beta * c; the rows of b and the sums of one row of c stand in the workspace as doubles. */
inline void multiply_small(const Product<float>& q) {
  double* sums = static_cast<double*>(workspace((q.n + q.k * q.n) * sizeof(double)));
  double* wide = sums + q.n;
  for (int64_t p = 0; p < q.k; p++)
    for (int64_t j = 0; j < q.n; j++) wide[p * q.n + j] = q.b[p * q.rsb + j * q.csb];
  for (int64_t i = 0; i < q.m; i++) {
    for (int64_t j = 0; j < q.n; j++) sums[j] = 0;
    for (int64_t p = 0; p < q.k; p++) {
      const double x = q.a[i * q.rsa + p * q.csa];
      for (int64_t j = 0; j < q.n; j++) sums[j] += x * wide[p * q.n + j];
    }
    float* c = q.c + i * q.rsc;
    for (int64_t j = 0; j < q.n; j++) c[j] = static_cast<float>(q.beta == 0 ? q.alpha * sums[j] : q.alpha * sums[j] + static_cast<double>(q.beta) * c[j]);
  }
}

}  // namespace GRADTAPE_NS
