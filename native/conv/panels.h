// Filters in the order in which strips read them: panels of whole vectors of results' channels, in a panel a row for every channel and tap of the source.
#pragma once

#include "../gemm/pack.h"
#include "../runtime/workspace.h"
#include "geometry.h"

namespace GRADTAPE_NS {

/** The filters of one group seen from the result: element (channel of the source, channel of the result, tap) lies at channel * by_source + result * by_result + tap. */
template <class T>
struct Filters {
  const T* k;
  int64_t sources, results, by_source, by_result, all_taps;
  bool ordered() const { return by_source == all_taps; }  // (channel, tap) of a result's channel are contiguous
};

/**
 * One vector of channels of the result, from `first` on, to rows `step` apart, a row for (tap of y, channel of the source, tap of x): where rows of the source are missing, what is left is
 * one stretch. `kw` taps make a row of the kernel.
 */
template <class T>
void pack_filters(const Filters<T>& f, const Axis& y, const Axis& x, int64_t kw, int64_t first, T* to, int64_t step) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  const int64_t columns = least(W, f.results - first);
  const T* from = f.k + first * f.by_result;
  if (f.ordered() && y.taps == 1 && x.taps == f.all_taps) return pack_transposed(f.sources * x.taps, columns, from, f.by_result, to, step);
  T* rows = static_cast<T*>(workspace((f.ordered() ? f.sources : 1) * f.all_taps * W * sizeof(T), 0));
  if (f.ordered()) pack_transposed(f.sources * f.all_taps, columns, from, f.by_result, rows, W);
  for (int64_t c = 0; c < f.sources; c++, from += f.by_source) {
    if (f.ordered()) {
      if (c > 0) rows += f.all_taps * W;
    } else if (f.all_taps == 1 && f.by_result == 1) {
      store(rows, columns == W ? load<V>(from) : load_part<V>(from, columns));
    } else {
      pack_transposed(f.all_taps, columns, from, f.by_result, rows, W);
    }
    for (int64_t i = 0; i < y.taps; i++)
      for (int64_t j = 0; j < x.taps; j++)
        store(to + ((i * f.sources + c) * x.taps + j) * step, load<V>(rows + ((y.tap + i * y.tap_step) * kw + x.tap + j * x.tap_step) * W));
  }
}

/** Columns of `lanes` channels as rows of the result: channel l's element p goes to y[l * plane + p * stride]; `step` apart are the vectors. */
template <class T>
void write_channels(const T* from, int64_t step, int64_t n, int64_t channels, const T* bias, T* y, int64_t plane, int64_t stride) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  for (int64_t p = 0; p < n; p += W, from += W * step) {
    const int64_t count = least(W, n - p);
    V x[W];
#pragma GCC unroll 16
    for (int64_t i = 0; i < W; i++) x[i] = i < count ? load<V>(from + i * step) : V{};
    transpose<W / 2>(x);
#pragma GCC unroll 16
    for (int64_t l = 0; l < W; l++) {
      if (l >= channels) break;
      T* at = y + l * plane + p * stride;
      const V sum = bias ? x[l] + bias[l] : x[l];
      if (stride != 1) {
        for (int64_t i = 0; i < count; i++) at[i * stride] = sum[i];
      } else if (count == W) {
        store(at, sum);
      } else {
        store_part(at, sum, count);
      }
    }
  }
}

}  // namespace GRADTAPE_NS
