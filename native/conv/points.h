// Images at the points of Winograd's minimal filtering (transform.h), where products over channels or tiles are taken.
#pragma once

#include "../runtime/workspace.h"
#include "rows.h"
#include "transform.h"

namespace GRADTAPE_NS {

constexpr int64_t kSquare = kPoints * kPoints;

/** From point to point, of n elements each: an odd number of lines, or what is written for a tile at all points would meet in one set of the L1 cache. */
template <class T>
constexpr int64_t spaced(int64_t n) {
  return (n / lanes<T> | 1) * lanes<T>;
}

/**
 * Rows of tiles [begin, end) of images, `down` each, under F, which maps F::in x F::in elements of a plane; tiles lie `apart` and are `across` in a row. Of the image's `all_channels` the first
 * `channels` at x are taken. To (point, panel, tile, channels of the panel), panels being of `panel` vectors of channels, points spaced.
 */
template <class T, class F>
void to_points(const T* x, int64_t channels, int64_t all_channels, const Extent& rows, const Extent& columns, int64_t down, int64_t across, int64_t apart, int64_t begin, int64_t end, int64_t panel,
               T* to) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  const int64_t tiles = (end - begin) * across, width = (across - 1) * apart + F::in, size = rows.source * columns.source, vectors = parts_of(channels, W);
  for (int64_t line = begin; line < end;) {
    // The rows of tiles that lie in the same image.
    const int64_t image = line / down, first = line % down, count = least(end - line, down - first), height = (count - 1) * apart + F::in;
    T* const copy = static_cast<T*>(workspace((height * width * W + W) * sizeof(T), 0));
    for (int64_t v = 0; v < vectors; v++) {
      const int64_t step = least(panel, vectors - v / panel * panel) * W;
      transpose_rows(x + (image * all_channels + v * W) * size, least(W, channels - v * W), W, size, {rows.low + first * apart, height, rows.source}, {columns.low, width, columns.source}, copy);
      for (int64_t i = 0; i < count * across; i++) {
        const T* const from = copy + (i / across * apart * width + i % across * apart) * W;
        T* const at = to + v / panel * panel * tiles * W + ((line - begin) * across + i) * step + v % panel * W;
        winograd::apply<F, V>([&](int r, int c) { return load<V>(from + (r * width + c) * W); }, [&](int r, int c, V y) { store(at + (r * kPoints + c) * spaced<T>(tiles * vectors * W), y); });
      }
    }
    line += count;
  }
}

}  // namespace GRADTAPE_NS
