// Maxima of windows of images, and sparse matrices along one dim (averages of windows, interpolation).
#include "../kernel_list.h"
#include "map.h"

namespace GRADTAPE_NS {

template <class T>
void max_pool(const T* x, const int32_t* rows, const int32_t* cols, Out<T> y, Out<int64_t> idx, int64_t planes, int64_t h, int64_t w, int64_t oh, int64_t ow, int64_t dh, int64_t dw) {
  parallel(planes * oh, 1 + COSTLY / (ow + 1), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const T* plane = x + row / oh * h * w;
      const int64_t top = rows[2 * (row % oh)], bottom = rows[2 * (row % oh) + 1];
      for (int64_t b = 0; b < ow; b++) {
        const int64_t left = cols[2 * b], right = cols[2 * b + 1];
        T best = static_cast<T>(-INF);
        int64_t where = top * w + left;
        for (int64_t i = top; i < bottom; i += dh) {
          for (int64_t j = left; j < right; j += dw) {
            const T v = plane[i * w + j];
            if (v > best || v != v) best = v, where = i * w + j;
          }
        }
        y[row * ow + b] = best;
        idx[row * ow + b] = where;
      }
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
