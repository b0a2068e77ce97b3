// The part of an image that a block of results sees, zeros around it, its columns sorted by their remainder modulo the stride: neighbouring results see neighbouring elements.
#pragma once

#include "geometry.h"

namespace GRADTAPE_NS {

template <class T>
struct Crop {
  Axis y, x;
  int64_t low_y = y.low(), low_x = x.low();
  int64_t rows = (y.size - 1) * y.step + y.span() + 1;
  int64_t width = x.size + x.span() / x.step;  // of the columns of one remainder
  int64_t pitch = width * x.step, plane = rows * pitch;

  /** Of a result row and of a tap: where they begin. */
  int64_t row(int64_t oy) const { return oy * y.step * pitch; }
  int64_t tap(int64_t i, int64_t j) const {
    const int64_t column = x.shift + j * x.slope - low_x;
    return (y.shift + i * y.slope - low_y) * pitch + column % x.step * width + column / x.step;
  }

  /** Copies one channel of the source. */
  void fill(const T* from, T* to) const {
    for (int64_t r = 0; r < rows; r++, to += pitch) {
      const int64_t iy = low_y + r;
      if (iy < 0 || iy >= y.source) {
        zero(to, pitch);
        continue;
      }
      for (int64_t q = 0; q < x.step; q++) copy(from + iy * x.source, q, to + q * width);
    }
  }

 private:
  static GRADTAPE_INLINE void zero(T* to, int64_t n) {
    for_vectors<lanes<T>>(0, n, [&](int64_t i, auto access) { access.write(to + i, Vec<T>{}); });
  }
  /** What there is of a vector. */
  static GRADTAPE_INLINE Vec<T> read(const T* from, int64_t n) { return n >= lanes<T> ? load<Vec<T>>(from) : n > 0 ? load_part<Vec<T>>(from, n) : Vec<T>{}; }
  template <int... I>
  static GRADTAPE_INLINE Vec<T> even(Vec<T> low, Vec<T> high, Indices<I...>) {
    return __builtin_shufflevector(low, high, (2 * I)...);
  }
  /** Columns first, first + step, ... of a row. */
  GRADTAPE_INLINE void copy(const T* line, int64_t q, T* to) const {
    const int64_t first = low_x + q, before = first < 0 ? parts_of(-first, x.step) : 0;
    const int64_t past = x.source <= first ? 0 : parts_of(x.source - first, x.step);
    const int64_t a = least(before, width), b = most(a, least(past, width));
    zero(to, a);
    if (x.step == 1) {
      for_vectors<lanes<T>>(a, b, [&](int64_t i, auto access) { access.write(to + i, access.template read<Vec<T>>(line + first + i)); });
    } else if (x.step == 2) {
      for_vectors<lanes<T>>(a, b, [&](int64_t i, auto access) {
        const T* from = line + first + 2 * i;
        const int64_t n = x.source - first - 2 * i;
        access.write(to + i, even(read(from, n), read(from + lanes<T>, n - lanes<T>), typename IndicesTo<lanes<T>>::type()));
      });
    } else {
      for (int64_t i = a; i < b; i++) to[i] = line[first + i * x.step];
    }
    zero(to + b, width - b);
  }
};

}  // namespace GRADTAPE_NS
