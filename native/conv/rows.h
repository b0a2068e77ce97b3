// Rows of an image with zeros around it, in the order (row, column, channel).
#pragma once

#include "../gemm/pack.h"
#include "geometry.h"

namespace GRADTAPE_NS {

/** Places [low, low + size) of a dim, of which [0, source) exist. */
struct Extent {
  int64_t low, size, source;
};

/**
 * `channels` channels, `plane` apart, to pixels of `step`. Whole vectors are written: where step is less, the next pixel over the end of the one before; up to a vector past the end
 * is overwritten.
 */
template <class T>
void transpose_rows(const T* x, int64_t channels, int64_t step, int64_t plane, const Extent& rows, const Extent& columns, T* to) {
  const auto zero = [](T* at, int64_t n) {
    for_vectors<lanes<T>>(0, n, [&](int64_t i, auto access) { access.write(at + i, Vec<T>{}); });
  };
  const int64_t before = least(most(0, -columns.low), columns.size), first = most(0, columns.low);
  const int64_t inside = most(0, least(columns.source - first, columns.size - before));
  for (int64_t r = rows.low; r < rows.low + rows.size; r++, to += columns.size * step) {
    if (r < 0 || r >= rows.source) {
      zero(to, columns.size * step);
      continue;
    }
    const T* line = x + r * columns.source + first;
    zero(to, before * step);
    if (step == 1) {
      for_vectors<lanes<T>>(0, inside, [&](int64_t i, auto access) { access.write(to + before + i, access.template read<Vec<T>>(line + i)); });
    } else {
      for (int64_t c = 0; c < channels; c += lanes<T>) pack_transposed(inside, least(lanes<T>, channels - c), line + c * plane, plane, to + before * step + c, step);
    }
    zero(to + (before + inside) * step, (columns.size - before - inside) * step);
  }
}

}  // namespace GRADTAPE_NS
