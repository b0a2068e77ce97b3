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
 * `vectors` vectors of channels of the result, from `first` on, to rows of these: a row for (tap of y, channel of the source, tap of x), of the channels [begin, end) of the source. Where rows
 * of the source are missing, what is left is one stretch. `kw` taps make a row of the kernel.
 */
template <class T>
void pack_filters(const Filters<T>& f, const Axis& y, const Axis& x, int64_t kw, int64_t first, int64_t vectors, int64_t begin, int64_t end, T* to) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  const int64_t step = vectors * W;
  // All taps of `channels` channels from c on, in the kernel's order.
  const auto pack = [&](int64_t c, int64_t channels, T* rows) {
    for (int64_t v = 0; v < vectors; v++) {
      const int64_t columns = least(W, f.results - first - v * W);
      const T* from = f.k + c * f.by_source + (first + v * W) * f.by_result;
      if (f.by_result == 1) store(rows + v * W, columns == W ? load<V>(from) : load_part<V>(from, columns));
      else pack_transposed(channels * f.all_taps, columns, from, f.by_result, rows + v * W, step);
    }
  };
  if (f.ordered() && y.taps == 1 && x.taps == f.all_taps) return pack(begin, end - begin, to + begin * x.taps * step);
  const int64_t together = f.ordered() ? end - begin : 1;
  T* const rows = static_cast<T*>(workspace(together * f.all_taps * step * sizeof(T), 0));
  for (int64_t c = begin; c < end; c++) {
    if ((c - begin) % together == 0) pack(c, together, rows);
    const T* from = rows + (c - begin) % together * f.all_taps * step;
    for (int64_t i = 0; i < y.taps; i++)
      for (int64_t j = 0; j < x.taps; j++)
        for (int64_t v = 0; v < step; v += W) store(to + ((i * f.sources + c) * x.taps + j) * step + v, load<V>(from + ((y.tap + i * y.tap_step) * kw + x.tap + j * x.tap_step) * step + v));
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
