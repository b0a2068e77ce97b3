// Gathering and scattering along one dimension. Rows are [size, x, idx, y] strides.
#include "../kernel_list.h"
#include "map.h"

namespace GRADTAPE_NS {

template <class T>
void gather(const T* x, const int64_t* idx, Out<T> y, int64_t sdim, int64_t nd, Dims dims) {
  const Rows<3> rows(nd, dims);
  if (rows.total == 0) return;
  const int64_t sx = rows.step[0], si = rows.step[1], sy = rows.step[2];
  parallel(rows.total, CHEAP, [&](int64_t begin, int64_t end) {
    for_rows(rows, begin, end, [&](const int64_t* offset, int64_t start, int64_t n) {
      const T* source = x + offset[0] + start * sx;
      const int64_t* index = idx + offset[1] + start * si;
      T* target = y + offset[2] + start * sy;
      if (si == 0 && sx == 1 && sy == 1) {
        __builtin_memcpy(target, source + *index * sdim, n * sizeof(T));
      } else {
        for (int64_t i = 0; i < n; i++) target[i * sy] = source[i * sx + index[i * si] * sdim];
      }
    });
  });
}

/** Calls put(target, source, n) for each run of contiguous elements, in row-major order. */
template <class T, class Put>
GRADTAPE_INLINE void scatter_runs(const T* x, const int64_t* idx, T* y, int64_t sdim, int64_t nd, Dims dims, const Put& put) {
  const Rows<3> rows(nd, dims);
  if (rows.total == 0) return;
  const int64_t sx = rows.step[0], si = rows.step[1], sy = rows.step[2];
  for_rows(rows, 0, rows.total, [&](const int64_t* offset, int64_t, int64_t n) {
    const T* source = x + offset[0];
    const int64_t* index = idx + offset[1];
    T* target = y + offset[2];
    if (si == 0 && sx == 1 && sy == 1) {
      put(target + *index * sdim, source, n);
    } else {
      for (int64_t i = 0; i < n; i++) put(target + i * sy + index[i * si] * sdim, source + i * sx, 1);
    }
  });
}

template <class T>
void scatter_add(const T* x, const int64_t* idx, InOut<T> y, int64_t sdim, int64_t nd, Dims dims) {
  scatter_runs(x, idx, y.data, sdim, nd, dims, [](T* target, const T* source, int64_t n) {
    for (int64_t i = 0; i < n; i++) target[i] = plus(target[i], source[i]);
  });
}

template <class T>
void scatter(const T* x, const int64_t* idx, InOut<T> y, int64_t sdim, int64_t nd, Dims dims) {
  scatter_runs(x, idx, y.data, sdim, nd, dims, [](T* target, const T* source, int64_t n) {
    for (int64_t i = 0; i < n; i++) target[i] = source[i];
  });
}

template <class T>
void scatter_reduce(const T* x, const int64_t* idx, InOut<T> y, int64_t how, int64_t sdim, int64_t nd, Dims dims) {
  scatter_runs(x, idx, y.data, sdim, nd, dims, [how](T* target, const T* source, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
      const T a = target[i], b = source[i];
      if (how == 0) target[i] = times(a, b);
      else if (b != b || (how == 1 ? b > a : b < a)) target[i] = b;
    }
  });
}

void wrap_index(const int64_t* idx, Out<int64_t> y, Out<int64_t> bad, int64_t n, int64_t size, int64_t wrap) {
  int64_t first = -1;
  for (int64_t i = 0; i < n; i++) {
    const int64_t index = idx[i] < 0 && wrap ? idx[i] + size : idx[i];
    if (first < 0 && (index < 0 || index >= size)) first = i;
    y[i] = index;
  }
  *bad = first;
}

GRADTAPE_DEFINE_FAMILY(index)

}  // namespace GRADTAPE_NS
