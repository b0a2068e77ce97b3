// One channel under one filter, computed directly on a padded copy of the channel: bands of it that stay in L2, columns sorted by their remainder modulo the stride, so that
// every tap of every row is whole vectors in a row.
#pragma once

#include "../runtime/workspace.h"
#include "patches.h"

namespace GRADTAPE_NS {

template <class T>
class Band {
 public:
  /** Output rows [begin, end) of the channel. */
  int64_t begin = 0, end = 0;

  explicit Band(const Geometry& geometry) : g(geometry) {
    width = g.ow + (g.kw - 1) * g.dw / g.sw + lanes<T>;
    height = 1 + (kElements / (g.sw * width) > reach() ? (kElements / (g.sw * width) - reach()) / g.sh : 0);
    if (height > g.oh) height = g.oh;
    rows = (height - 1) * g.sh + reach();
    tap = static_cast<int64_t*>(workspace(g.taps() * sizeof(int64_t) + g.sw * rows * width * sizeof(T), 1));
    data = reinterpret_cast<T*>(tap + g.taps());
    for (int64_t i = 0; i < g.kh; i++)
      for (int64_t j = 0; j < g.kw; j++) tap[i * g.kw + j] = (j * g.dw % g.sw * rows + i * g.dh) * width + j * g.dw / g.sw;
  }
  /** On to the next band; false after the last. */
  bool next() {
    begin = end;
    end = begin + height < g.oh ? begin + height : g.oh;
    return begin < end;
  }
  /** Where output row oy of the band begins; tap t of it is tap[t] further. */
  T* row(int64_t oy) const { return data + (oy - begin) * g.sh * width; }

  void clear() const { __builtin_memset(data, 0, g.sw * rows * width * sizeof(T)); }
  void fill(const T* x) const {
    clear();
    each([&](T* y, int64_t from, int64_t n) {
      if (g.sw == 1) __builtin_memcpy(y, x + from, n * sizeof(T));
      else for (int64_t i = 0; i < n; i++) y[i] = x[from + i * g.sw];
    });
  }
  /** Adds the band back to where it came from. */
  void fold(T* x) const {
    each([&](const T* y, int64_t from, int64_t n) {
      for (int64_t i = 0; i < n; i++) x[from + i * g.sw] += y[i];
    });
  }

  int64_t* tap;

 private:
  static constexpr int64_t kElements = 262144 / sizeof(T);
  const Geometry& g;
  int64_t width, height, rows;
  T* data;

  int64_t reach() const { return (g.kh - 1) * g.dh + 1; }
  /** Calls f(place in the band, place in x, n) for the stretches of the band's rows that lie inside x. */
  template <class F>
  GRADTAPE_INLINE void each(const F& f) const {
    for (int64_t q = 0; q < g.sw; q++) {
      const int64_t shift = g.pw - q, low = shift <= 0 ? 0 : (shift + g.sw - 1) / g.sw;
      const int64_t past = g.w + shift <= 0 ? 0 : (g.w - 1 + shift) / g.sw + 1, high = past < width ? past : width;
      if (low >= high) continue;
      for (int64_t r = 0; r < rows; r++) {
        const int64_t iy = begin * g.sh - g.ph + r;
        if (iy >= 0 && iy < g.h) f(data + (q * rows + r) * width + low, iy * g.w + low * g.sw - shift, high - low);
      }
    }
  }
};

/** y = b + k * x. */
template <class T>
void depthwise(const Geometry& g, const T* x, const T* k, T b, T* y) {
  using V = Vec<T>;
  for (Band<T> band(g); band.next();) {
    band.fill(x);
    for (int64_t oy = band.begin; oy < band.end; oy++) {
      const T* row = band.row(oy);
      for_vectors<lanes<T>>(0, g.ow, [&](int64_t ox, auto access) {
        V sum = splat<V>(b);
        for (int64_t t = 0; t < g.taps(); t++) sum += k[t] * load<V>(row + band.tap[t] + ox);
        access.write(y + oy * g.ow + ox, sum);
      });
    }
  }
}

/** x += the adjoint in x, applied to dy. */
template <class T>
void depthwise_input(const Geometry& g, const T* dy, const T* k, T* x) {
  using V = Vec<T>;
  for (Band<T> band(g); band.next();) {
    band.clear();
    for (int64_t t = 0; t < g.taps(); t++) {
      for (int64_t oy = band.begin; oy < band.end; oy++) {
        T* row = band.row(oy) + band.tap[t];
        // Past the end of dy zeros are added.
        for_vectors<lanes<T>>(0, g.ow, [&](int64_t ox, auto access) { store(row + ox, load<V>(row + ox) + k[t] * access.template read<V>(dy + oy * g.ow + ox)); });
      }
    }
    band.fold(x);
  }
}

/** k += the adjoint in k, applied to dy. */
template <class T>
void depthwise_weight(const Geometry& g, const T* dy, const T* x, T* k) {
  using V = Vec<T>;
  for (Band<T> band(g); band.next();) {
    band.fill(x);
    for (int64_t t = 0; t < g.taps(); t++) {
      V sums{};
      for (int64_t oy = band.begin; oy < band.end; oy++) {
        const T* row = band.row(oy) + band.tap[t];
        for_vectors<lanes<T>>(0, g.ow, [&](int64_t ox, auto access) { sums += load<V>(row + ox) * access.template read<V>(dy + oy * g.ow + ox); });
      }
      T sum = 0;
      for (int i = 0; i < lanes<T>; i++) sum += sums[i];
      k[t] += sum;
    }
  }
}

}  // namespace GRADTAPE_NS
