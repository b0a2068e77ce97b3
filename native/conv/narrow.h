// Direct convolution into few channels a group, of which the results of a line fill the vectors.
#pragma once

#include "direct.h"
#include "line.h"

namespace GRADTAPE_NS {

/** All filters as (group, tap of y, channel of the source, tap of x, channel of the result). */
template <class T>
void pack_narrow(const Direct<T>& d, T* to) {
  const Filters<T>& f = d.filters;
  for (int64_t group = 0; group < d.groups; group++)
    for (int64_t i = 0; i < d.y.taps; i++)
      for (int64_t c = 0; c < f.sources; c++)
        for (int64_t j = 0; j < d.x.taps; j++)
          for (int64_t r = 0; r < f.results; r++)
            *to++ = f.k[group * d.group_filters() + c * f.by_source + r * f.by_result + (d.y.tap + i * d.y.tap_step) * d.kw + d.x.tap + j * d.x.tap_step];
}

/** A rectangle of results, y by x, of one image and group after another. */
template <class T>
class Rectangle {
 public:
  Rectangle(const Direct<T>& direct, const Axis& dim_y, const Axis& dim_x, const T* filters) : d(direct), y(dim_y), x(dim_x), crop{y, x}, packed(filters) {
    const int64_t buffered = scatters ? channels * y.size * pitch : 0;
    offset = static_cast<int64_t*>(workspace((k + 8) * sizeof(int64_t) + (buffered + sources * crop.plane + W * kLineVectors) * sizeof(T), 1));
    sums = reinterpret_cast<T*>(offset + (k + 7) / 8 * 8);
    copy = sums + buffered;
    for (int64_t i = 0, *to = offset; i < y.taps; i++)
      for (int64_t c = 0; c < sources; c++)
        for (int64_t j = 0; j < x.taps; j++) *to++ = c * crop.plane + crop.tap(i, j);
  }

  void convolve(int64_t image) const {
    const int64_t group = image % d.groups;
    T* const result = d.result + image * channels * d.height * d.width;
    if (k > 0)
      for (int64_t c = 0; c < sources; c++) crop.fill(d.source + (image * sources + c) * y.source * x.source, copy + c * crop.plane);
    T* const to = scatters ? sums : result + y.start * d.width + x.start;
    const int64_t to_channel = scatters ? y.size * pitch : d.height * d.width, to_line = scatters ? pitch : y.stride * d.width;
    const int64_t together = lines_of(static_cast<int>(channels)), rows = y.size < together ? 1 : together;
    Lines<T> s{0, nullptr, y.step * crop.pitch, nullptr, nullptr, d.bias ? d.bias + group * channels : nullptr, nullptr, to_channel, to_line, 0, false};
    for (int64_t l = 0; l < y.size; l += rows) {
      // The last lines may be computed twice.
      const int64_t line = least(l, y.size - rows);
      int64_t first = y.taps, end = 0;
      for (int64_t i = 0; i < rows; i++) {
        int64_t from, past;
        y.seen(line + i, from, past);
        if (from >= past) continue;
        first = least(first, from), end = most(end, past);
      }
      first *= sources * x.taps, end *= sources * x.taps;
      for (int64_t ox = 0; ox < x.size; ox += W * kLineVectors) {
        const int64_t n = least(W * kLineVectors, x.size - ox), vectors = parts_of(n, W);
        s.x = copy + crop.row(line) + ox, s.y = to + line * to_line + ox, s.last = n - (vectors - 1) * W;
        s.add = false;
        for (int64_t b = first; b < end || b == first; b += kChain, s.add = true) {
          s.k = most(0, least(kChain, end - b)), s.offset = offset + b, s.filter = packed + (group * k + b) * channels;
          kLines<T>.at[channels - 1][rows > 1][vectors - 1](s);
        }
      }
    }
    if (scatters) scatter(result);
  }

 private:
  static constexpr int64_t W = lanes<T>;
  const Direct<T>& d;
  const Axis y, x;
  const Crop<T> crop;
  const T* const packed;
  const int64_t k = d.depth(), channels = d.filters.results, sources = d.filters.sources, pitch = parts_of(x.size, W) * W;
  const bool scatters = x.stride != 1;
  int64_t* offset;
  T *sums, *copy;

  void scatter(T* result) const {
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t oy = 0; oy < y.size; oy++) {
        const T* line = sums + (c * y.size + oy) * pitch;
        T* at = result + (c * d.height + y.start + oy * y.stride) * d.width + x.start;
        for (int64_t ox = 0; ox < x.size; ox++) at[ox * x.stride] = line[ox];
      }
    }
  }
};

template <class T>
void convolve_narrow(const Direct<T>& d) {
  const int64_t images = d.n * d.groups, k = d.depth();
  if (images == 0 || d.y.size == 0 || d.x.size == 0) return;
  const int64_t pieces_x = parts_of(d.x.size, 4 * kRectangleWidth), width = parts_of(d.x.size, pieces_x);
  const int64_t pieces_y = parts_of(d.y.size, rows_that_fit(d, width)), pieces = pieces_y * pieces_x;
  T* packed = static_cast<T*>(workspace((d.groups * k * d.filters.results + 1) * sizeof(T), 2));
  pack_narrow(d, packed);
  deal_stretches(images * pieces, images * d.y.size * d.x.size * d.filters.results * (2 * k + 8), [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t piece = begin / images, py = piece / pieces_x, px = piece % pieces_x, stop = least(end, (piece + 1) * images);
      const Rectangle<T> rectangle(d, d.y.part(d.y.size * py / pieces_y, d.y.size * (py + 1) / pieces_y), d.x.part(d.x.size * px / pieces_x, d.x.size * (px + 1) / pieces_x), packed);
      for (; begin < stop; begin++) rectangle.convolve(begin % images);
    }
  });
}

}  // namespace GRADTAPE_NS
