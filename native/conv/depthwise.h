// The filters' gradient where a group has one channel and few filters: lanes are neighbouring places of a line, the sums of several taps are held while the lines pass by.
#pragma once

#include "direct.h"

namespace GRADTAPE_NS {

constexpr int kTapSums = 9;

/** sum[t] += the products of a line of dy, n long, and of x from offset[t] on: beyond dy's end stands 0. */
template <class T, int Taps>
void tap_sums(const Crop<T>& crop, const T* x, const int64_t* offset, const T* dy, T* sum) {
  using V = Vec<T>;
  const int64_t n = crop.x.size, whole = n / lanes<T> * lanes<T>;
  V sums[Taps] = {};
  for (int64_t oy = 0; oy < crop.y.size; oy++, dy += n) {
    const T* row = x + crop.row(oy);
    for (int64_t ox = 0; ox < whole; ox += lanes<T>) {
      const V grad = load<V>(dy + ox);
#pragma GCC unroll 16
      for (int t = 0; t < Taps; t++) sums[t] += load<V>(row + offset[t] + ox) * grad;
    }
    if (whole == n) continue;
    const V grad = load_part<V>(dy + whole, n - whole);
#pragma GCC unroll 16
    for (int t = 0; t < Taps; t++) sums[t] += load_part<V>(row + offset[t] + whole, n - whole) * grad;
  }
  for (int t = 0; t < Taps; t++)
    for (int i = 0; i < lanes<T>; i++) sum[t] += sums[t][i];
}

template <class T, int Taps = kTapSums>
void some_tap_sums(int64_t taps, const Crop<T>& crop, const T* x, const int64_t* offset, const T* dy, T* sum) {
  if constexpr (Taps > 1) {
    if (taps < Taps) return some_tap_sums<T, Taps - 1>(taps, crop, x, offset, dy, sum);
  }
  tap_sums<T, Taps>(crop, x, offset, dy, sum);
}

template <class T>
void depthwise_weight(const Geometry& g, const T* dy, const T* x, T* dk) {
  const int64_t size = g.positions(), filters = g.groups * g.o, taps = g.taps();
  const Axis all_y = forward_axis(g.h, g.oh, g.kh, g.sh, g.ph, g.dh), all_x = forward_axis(g.w, g.ow, g.kw, g.sw, g.pw, g.dw);
  const int64_t rows = most(1, kCropBytes / static_cast<int64_t>(sizeof(T)) / (all_x.size + all_x.span()) / g.sh), bands = parts_of(g.oh, rows);
  deal(g.groups, g.work() * 4, [&](int64_t group) {
    for (int64_t t = 0; t < g.o * taps; t++) dk[group * g.o * taps + t] = 0;
    for (int64_t unit = 0; unit < g.n * bands; unit++) {
      const int64_t image = unit / bands, begin = g.oh * (unit % bands) / bands, end = g.oh * (unit % bands + 1) / bands;
      const Crop<T> crop{all_y.part(begin, end), all_x};
      int64_t* offset = static_cast<int64_t*>(workspace((taps + 8) * sizeof(int64_t) + crop.plane * sizeof(T), 1));
      T* copy = reinterpret_cast<T*>(offset + taps);
      for (int64_t t = 0; t < taps; t++) offset[t] = crop.tap(t / g.kw, t % g.kw);
      crop.fill(x + (image * g.groups + group) * g.h * g.w, copy);
      for (int64_t f = group * g.o; f < (group + 1) * g.o; f++)
        for (int64_t t = 0; t < taps; t += kTapSums) some_tap_sums(least(kTapSums, taps - t), crop, copy, offset + t, dy + (image * filters + f) * size + begin * g.ow, dk + f * taps + t);
    }
  });
}

}  // namespace GRADTAPE_NS
