// Maxima of windows of images, and sparse matrices along one dim (averages of windows, interpolation).
#include "../kernel_list.h"
#include "map.h"

namespace GRADTAPE_NS {

/** One row of windows, a vector of them at a time: of random elements no branch is predictable. */
template <class T>
void max_row(const T* plane, int64_t w, int64_t top, int64_t bottom, int64_t dh, const int32_t* cols, int64_t dw, int64_t ow, T* y, int64_t* idx) {
  using V = Vec<T>;
  using I = decltype(V() > V());
  constexpr int W = lanes<T>;
  for (int64_t b = 0; b < ow; b += W) {
    const int count = ow - b < W ? static_cast<int>(ow - b) : W;
    Element<I> left[W] = {}, right[W] = {};
    int64_t taps = 0;
    for (int l = 0; l < count; l++) {
      left[l] = cols[2 * (b + l)], right[l] = cols[2 * (b + l) + 1];
      const int64_t width = (right[l] - left[l] + dw - 1) / dw;
      if (width > taps) taps = width;
    }
    const I first = load<I>(left);
    V best = splat<V>(-INF);
    // From the beginning of the window's first row: int32 lanes would not hold all places of a long plane.
    I where = first;
    for (int64_t i = top; i < bottom; i += dh) {
      const T* line = plane + i * w;
      for (int64_t t = 0; t < taps; t++) {
        T lane[W];
        // Past a window's end stands what is never larger.
        for (int l = 0; l < W; l++) lane[l] = left[l] + t * dw < right[l] ? line[left[l] + t * dw] : static_cast<T>(-INF);
        const V v = load<V>(lane);
        const I larger = (v > best) | (v != v);
        best = larger ? v : best;
        where = larger ? first + static_cast<Element<I>>((i - top) * w + t * dw) : where;
      }
    }
    for (int l = 0; l < count; l++) y[b + l] = best[l], idx[b + l] = top * w + where[l];
  }
}

/** Elements 0, 2, ... (from 0) or 1, 3, ... (from 1) of two vectors. */
template <int From, class V, int... I>
GRADTAPE_INLINE V every_other(V low, V high, Indices<I...>) {
  return __builtin_shufflevector(low, high, (2 * I + From)...);
}

/** Windows of 2 x 2 elements side by side, `ow` of them: the first of equals wins, and NaN. */
template <class T>
void max_quads(const T* above, const T* below, int64_t at, int64_t w, int64_t ow, T* y, int64_t* idx) {
  using V = Vec<T>;
  using I = decltype(V() > V());
  constexpr int64_t W = lanes<T>;
  constexpr typename IndicesTo<W>::type order;
  const auto read = [](const T* p, int64_t n) { return n >= W ? load<V>(p) : n > 0 ? load_part<V>(p, n) : V{}; };
  for (int64_t b = 0; b < ow; b += W) {
    const int64_t count = ow - b < W ? ow - b : W, n = 2 * count;
    const V a0 = read(above + 2 * b, n), a1 = read(above + 2 * b + W, n - W), b0 = read(below + 2 * b, n), b1 = read(below + 2 * b + W, n - W);
    V best = every_other<0>(a0, a1, order);
    const I first = 2 * lane_numbers<V>() + static_cast<Element<I>>(2 * b);
    I where = first;
    const auto offer = [&](V v, int64_t distance) {
      const I larger = (v > best) | (v != v);
      best = larger ? v : best;
      where = larger ? first + static_cast<Element<I>>(distance) : where;
    };
    offer(every_other<1>(a0, a1, order), 1);
    offer(every_other<0>(b0, b1, order), w);
    offer(every_other<1>(b0, b1, order), w + 1);
    if (count == W) store(y + b, best);
    else store_part(y + b, best, count);
    const auto wide = convert<int64_t>(where) + at;
    __builtin_memcpy(idx + b, &wide, count * sizeof(int64_t));
  }
}

/** Whether the windows of a dim are [0, 2), [2, 4), ... */
inline bool are_pairs(const int32_t* windows, int64_t n) {
  for (int64_t i = 0; i < n; i++)
    if (windows[2 * i] != 2 * i || windows[2 * i + 1] != 2 * i + 2) return false;
  return true;
}

template <class T>
void max_pool(const T* x, const int32_t* rows, const int32_t* cols, Out<T> y, Out<int64_t> idx, int64_t planes, int64_t h, int64_t w, int64_t oh, int64_t ow, int64_t dh, int64_t dw) {
  const bool quads = dh == 1 && dw == 1 && are_pairs(rows, oh) && are_pairs(cols, ow);
  parallel(planes * oh, 1 + COSTLY / (ow + 1), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const int32_t* window = rows + 2 * (row % oh);
      if (quads) {
        const T* above = x + (row / oh * h + window[0]) * w;
        max_quads(above, above + w, window[0] * w, w, ow, y + row * ow, idx + row * ow);
        continue;
      }
      max_row(x + row / oh * h * w, w, window[0], window[1], dh, cols, dw, ow, y + row * ow, idx + row * ow);
    }
  });
}

template <class T>
void resample(const T* x, const int32_t* starts, const int32_t* idx, const T* weight, Out<T> y, int64_t outer, int64_t nx, int64_t ny, int64_t inner) {
  using V = Vec<T>;
  if (ny == 0 || inner == 0) return;
  const int64_t taps = 1 + starts[ny] / ny;
  parallel(outer * ny, 1 + COSTLY / (inner * taps), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const T* from = x + row / ny * nx * inner;
      const int64_t first = starts[row % ny], last = starts[row % ny + 1];
      if (inner == 1) {
        double sum = 0;
        for (int64_t t = first; t < last; t++) sum += static_cast<double>(weight[t]) * static_cast<double>(from[idx[t]]);
        y[row] = static_cast<T>(sum);
        continue;
      }
      for_vectors<lanes<T>>(0, inner, [&](int64_t l, auto access) {
        V sum{};
        for (int64_t t = first; t < last; t++) sum += weight[t] * access.template read<V>(from + idx[t] * inner + l);
        access.write(y + row * inner + l, sum);
      });
    }
  });
}

GRADTAPE_DEFINE_FAMILY(pool)

}  // namespace GRADTAPE_NS
