// Sums, products, extrema and variances.
#include "reduce.h"

#include "../kernel_list.h"

namespace GRADTAPE_NS {

#define GRADTAPE_REDUCE(name, R)                                                   \
  template <class T>                                                               \
  void name(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {       \
    reduce<R<T>>(x, y.data, outer, r, inner);                                      \
  }

GRADTAPE_REDUCE(sum, Sum)
GRADTAPE_REDUCE(prod, Product)
GRADTAPE_REDUCE(amax, Maximum)
GRADTAPE_REDUCE(amin, Minimum)

template <class T>
void mean(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  reduce<Sum<T>>(x, y.data, outer, r, inner, static_cast<typename Sum<T>::Total>(r));
}

/** sum((x - mean)^2) of n contiguous elements, in float64. */
template <class T>
static double squared_deviation(const T* x, int64_t n, double mean) {
  constexpr int W = lanes<double>;
  using D = Vec<double>;
  D a{}, b{};
  int64_t i = 0;
  for (; i + 2 * W <= n; i += 2 * W) {
    const D u = convert<double>(load<Vec<T, W>>(x + i)) - mean, v = convert<double>(load<Vec<T, W>>(x + i + W)) - mean;
    a = a + u * u;
    b = b + v * v;
  }
  double total = fold<Sum<double>>(a + b);
  for (; i < n; i++) total += (x[i] - mean) * (x[i] - mean);
  return total;
}

template <class T>
void squares(const T* x, Out<T> y, double divisor, int64_t centred, int64_t root, int64_t outer, int64_t r, int64_t inner) {
  const double count = static_cast<double>(r);
  for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
    const T* at = x + o * r * inner + first;
    T* result = y + o * inner + first;
    double mean[COLUMNS] = {}, total[COLUMNS];
    if (centred) {
      reduce_part<Sum<T>>(at, r, inner, w, mean);
      for (int64_t j = 0; j < w; j++) mean[j] /= count;
    }
    if (inner == 1) {
      total[0] = squared_deviation(at, r, mean[0]);
    } else {
      for (int64_t j = 0; j < w; j++) total[j] = 0;
      for (int64_t i = 0; i < r; i++, at += inner) {
        for (int64_t j = 0; j < w; j++) total[j] += (at[j] - mean[j]) * (at[j] - mean[j]);
      }
    }
    for (int64_t j = 0; j < w; j++) {
      const double value = total[j] / divisor;
      result[j] = static_cast<T>(root ? __builtin_sqrt(value) : value);
    }
  });
}

GRADTAPE_DEFINE_FAMILY(reduce)

}  // namespace GRADTAPE_NS
