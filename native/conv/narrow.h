// Direct convolution into few channels a group, of which the results of a line fill the vectors.
#pragma once

#include "direct.h"
#include "line.h"

namespace GRADTAPE_NS {

/** All filters as (group, channel of the source and tap, channel of the result). */
template <class T>
void pack_narrow(const Direct<T>& d, T* to) {
  const Filters<T>& f = d.filters;
  for (int64_t group = 0; group < d.groups; group++)
    for (int64_t c = 0; c < f.sources; c++)
      for (int64_t i = 0; i < d.y.taps; i++)
        for (int64_t j = 0; j < d.x.taps; j++)
          for (int64_t r = 0; r < f.results; r++)
            *to++ = f.k[group * d.group_filters() + c * f.by_source + r * f.by_result + (d.y.tap + i * d.y.tap_step) * d.kw + d.x.tap + j * d.x.tap_step];
}

/** One rectangle of results, y by x, of one image and group. */
template <class T>
void convolve_lines(const Direct<T>& d, int64_t image, const Axis& y, const Axis& x, const T* packed) {
  constexpr int64_t W = lanes<T>, wide = W * kLineVectors;
  const int64_t k = d.depth(), group = image % d.groups, channels = d.filters.results, sources = d.filters.sources, size = y.source * x.source;
  const Crop<T> crop{y, x};
  const bool scatters = x.stride != 1;
  const int64_t pitch = (x.size + W - 1) / W * W;
  int64_t* offset = static_cast<int64_t*>(workspace((k + 8) * sizeof(int64_t) + ((scatters ? channels * y.size * pitch : 0) + sources * crop.plane + wide) * sizeof(T), 1));
  T* sums = reinterpret_cast<T*>(offset + (k + 7) / 8 * 8);
  T* copy = sums + (scatters ? channels * y.size * pitch : 0);
  T* result = d.result + image * channels * d.height * d.width;
  if (k > 0) {
    for (int64_t c = 0, *to = offset; c < sources; c++)
      for (int64_t i = 0; i < y.taps; i++)
        for (int64_t j = 0; j < x.taps; j++) *to++ = c * crop.plane + crop.tap(i, j);
    for (int64_t c = 0; c < sources; c++) crop.fill(d.source + (image * sources + c) * size, copy + c * crop.plane);
  }
  T* const to = scatters ? sums : result + y.start * d.width + x.start;
  const int64_t to_channel = scatters ? y.size * pitch : d.height * d.width, to_line = scatters ? pitch : y.stride * d.width;
  const int64_t rows = y.size < lines_of(static_cast<int>(channels)) ? 1 : lines_of(static_cast<int>(channels));
  for (int64_t b = 0; b < k || b == 0; b += kChain) {
    for (int64_t l = 0; l < y.size; l += rows) {
      // The last lines may be computed twice, where that adds nothing.
      const bool once = l + rows > y.size && k <= kChain;
      const int64_t from = once ? y.size - rows : l, count = once || l + rows <= y.size ? rows : 1, end = once ? from + 1 : least(l + rows, y.size);
      for (int64_t line = from; line < end; line += count) {
        for (int64_t ox = 0; ox < x.size; ox += wide) {
          const int64_t n = least(wide, x.size - ox), vectors = parts_of(n, W);
          kLines<T>.at[channels - 1][count > 1][vectors - 1]({least(kChain, k - b), copy + line * y.step * crop.pitch + ox, y.step * crop.pitch, offset + b,
                                                              packed + (group * k + b) * channels, d.bias ? d.bias + group * channels : nullptr,
                                                              to + line * to_line + ox, to_channel, to_line, n - (vectors - 1) * W, b > 0});
        }
      }
    }
  }
  if (!scatters) return;
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t oy = 0; oy < y.size; oy++) {
      const T* line = sums + (c * y.size + oy) * pitch;
      T* at = result + (c * d.height + y.start + oy * y.stride) * d.width + x.start;
      for (int64_t ox = 0; ox < x.size; ox++) at[ox * x.stride] = line[ox];
    }
  }
}

template <class T>
void convolve_narrow(const Direct<T>& d) {
  const int64_t images = d.n * d.groups, k = d.depth();
  if (images == 0 || d.y.size == 0 || d.x.size == 0) return;
  const int64_t pieces_x = parts_of(d.x.size, 4 * kRectangleWidth), width = parts_of(d.x.size, pieces_x);
  const int64_t pieces_y = parts_of(d.y.size, rows_that_fit(d, width)), pieces = pieces_y * pieces_x;
  T* packed = static_cast<T*>(workspace((d.groups * k * d.filters.results + 1) * sizeof(T), 2));
  pack_narrow(d, packed);
  deal(images * pieces, images * d.y.size * d.x.size * d.filters.results * (2 * k + 8), [&](int64_t task) {
    const int64_t piece = task % pieces, py = piece / pieces_x, px = piece % pieces_x;
    convolve_lines(d, task / pieces, d.y.part(d.y.size * py / pieces_y, d.y.size * (py + 1) / pieces_y), d.x.part(d.x.size * px / pieces_x, d.x.size * (px + 1) / pieces_x), packed);
  });
}

}  // namespace GRADTAPE_NS
