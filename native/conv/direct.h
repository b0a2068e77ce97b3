// Direct convolution of a source (n, groups * sources, H, W) into results (n, groups * results, H', W') with filters packed into panels: the forward pass, and for each remainder
// of its places the input's gradient. Rectangles of the results are dealt out to the threads; every result sums in the order of the taps' rows and of the channels, so that neither
// their number nor the rectangles change it.
#pragma once

#include "../runtime/threads.h"
#include "../runtime/workspace.h"
#include "crop.h"
#include "panels.h"
#include "strip.h"

namespace GRADTAPE_NS {

constexpr int64_t kTaskWork = 1 << 17;  // multiply-adds worth the trip to another thread

/** Calls f(begin, end) for stretches of the tasks, `work` multiply-adds in all. */
template <class F>
void deal_stretches(int64_t tasks, int64_t work, const F& f) {
  if (tasks > 0) parallel(tasks, 1 + kTaskWork / (work / tasks + 1), f);
}

/** Calls f(task) for every task. */
template <class F>
void deal(int64_t tasks, int64_t work, const F& f) {
  deal_stretches(tasks, work, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) f(task);
  });
}

// What stays in L2 beside each other: the crop of the source, the filters of a panel, its sums.
constexpr int64_t kCropBytes = 192 << 10, kFilterBytes = 256 << 10, kRectangle = 512, kRectangleWidth = 128;
constexpr int64_t kPackedChannels = 16;
constexpr int64_t kChain = 512;  // products summed in a row; longer sums are sums of such sums

/** What is convolved. */
template <class T>
struct Pass {
  int64_t n, groups;
  const T* source;
  Filters<T> filters;  // of the first group
  const T* bias;       // or null
  T* result;

  int64_t group_filters() const { return filters.sources * filters.results * filters.all_taps; }
};

/** Results along one axis of each dim. */
template <class T>
struct Direct : Pass<T> {
  using Pass<T>::filters;
  int64_t height, width;  // of the result's plane
  Axis y, x;
  int64_t kw;

  int64_t vectors() const { return parts_of(filters.results, lanes<T>); }
  int64_t depth() const { return filters.sources * y.taps * x.taps; }
};

/** All filters, packed: panels one after another, group by group. */
template <class T>
void pack_panels(const Direct<T>& d, int64_t panel, T* to) {
  constexpr int64_t W = lanes<T>;
  const int64_t vectors = d.vectors(), k = d.depth(), panels = parts_of(vectors, panel), channels = d.filters.sources, chunks = parts_of(channels, kPackedChannels);
  deal(d.groups * panels * chunks, d.groups * vectors * W * k * 4, [&](int64_t task) {
    const int64_t begin = task % chunks * kPackedChannels, first = task / chunks % panels * panel, group = task / chunks / panels;
    Filters<T> f = d.filters;
    f.k += group * d.group_filters();
    pack_filters(f, d.y, d.x, d.kw, first * W, least(panel, vectors - first), begin, least(channels, begin + kPackedChannels), to + (group * vectors + first) * k * W);
  });
}

/** One rectangle of results, y by x, of one image and group under panels [begin, end) vectors of filters. */
template <class T>
void convolve_rectangle(const Direct<T>& d, int64_t image, const Axis& y, const Axis& x, const T* packed, int64_t panel, int64_t begin, int64_t end) {
  constexpr int64_t W = lanes<T>;
  const int64_t k = d.depth(), group = image % d.groups, channels = d.filters.sources, size = y.source * x.source;
  const Crop<T> crop{y, x};
  const bool direct = x.step == 1 && y.inside() && x.inside();
  const int64_t pitch = direct ? x.source : crop.pitch, plane = direct ? size : crop.plane;
  int64_t* offset = static_cast<int64_t*>(workspace(k * sizeof(int64_t) + (y.size * x.size * panel * W + (direct ? 0 : channels * plane)) * sizeof(T) + 64, 1));
  T* sums = reinterpret_cast<T*>(offset + (k + 7) / 8 * 8);
  T* copy = sums + y.size * x.size * panel * W;
  const T* from = d.source + image * channels * size;
  if (k > 0) {
    for (int64_t i = 0, *to = offset; i < y.taps; i++)
      for (int64_t c = 0; c < channels; c++)
        for (int64_t j = 0; j < x.taps; j++) *to++ = c * plane + (direct ? i * y.slope * pitch + j * x.slope : crop.tap(i, j));
    if (!direct)
      for (int64_t c = 0; c < channels; c++) crop.fill(from + c * size, copy + c * plane);
  }
  const T* source = direct ? from + y.shift * pitch + x.shift : copy;

  const int64_t most_k = least(kChain, kFilterBytes / static_cast<int64_t>(panel * W * sizeof(T))), blocks = most(1, parts_of(k, most_k));
  for (int64_t first = begin; first < end; first += panel) {
    const int64_t vectors = least(panel, d.vectors() - first), step = vectors * W;
    const int64_t strips = parts_of(x.size, strip_length(static_cast<int>(vectors)));
    const T* filter = packed + (group * d.vectors() + first) * k * W;
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t r = k * b / blocks, count = k * (b + 1) / blocks - r;
      for (int64_t oy = 0; oy < y.size; oy++) {
        // Rows of the source that are not there are left out.
        int64_t from, to;
        y.seen(oy, from, to);
        from = most(from * channels * x.taps, r), to = least(to * channels * x.taps, r + count);
        if (from >= to && b > 0) continue;
        for (int64_t s = 0; s < strips; s++) {
          const int64_t ox = x.size * s / strips, length = x.size * (s + 1) / strips - ox;
          kStrips<T>.at[vectors - 1][length - 1]({most(0, to - from), source + oy * y.step * pitch + ox, offset + from, filter + from * step, sums + (oy * x.size + ox) * step, b > 0});
        }
      }
    }
    for (int64_t v = 0; v < vectors; v++) {
      const int64_t channel = (first + v) * W, lanes_used = least(W, d.filters.results - channel), at = group * d.filters.results + channel;
      T* to = d.result + (image * d.filters.results + channel) * d.height * d.width;
      const T* bias = d.bias ? d.bias + at : nullptr;
      // Whole rows of the plane are written as one.
      const bool whole = x.stride == 1 && y.stride == 1 && x.size == d.width;
      const int64_t lines = whole ? 1 : y.size, n = whole ? y.size * x.size : x.size;
      for (int64_t line = 0; line < lines; line++) {
        write_channels(sums + line * n * step + v * W, step, n, lanes_used, bias, to + (y.start + line * y.stride) * d.width + x.start, d.height * d.width, x.stride);
      }
    }
  }
}

/** Rows of results, `width` long, whose crop of the source stays in L2. */
template <class T>
int64_t rows_that_fit(const Direct<T>& d, int64_t width) {
  const Crop<T> one{d.y.part(0, 1), d.x.part(0, width)};
  const int64_t row = d.filters.sources * one.pitch * sizeof(T);
  return most(1, (kCropBytes / (row + 1) - one.rows) / d.y.step + 1);
}

template <class T>
void convolve(const Direct<T>& d) {
  const int64_t k = d.depth(), vectors = d.vectors(), images = d.n * d.groups;
  if (images == 0 || vectors == 0 || d.y.size == 0 || d.x.size == 0) return;
  const int64_t pieces_x = parts_of(d.x.size, kRectangleWidth), width = parts_of(d.x.size, pieces_x);
  const int64_t panel = panel_vectors(width, vectors);
  const int64_t pieces_y = parts_of(d.y.size, least(kRectangle / width, rows_that_fit(d, width))), pieces = pieces_y * pieces_x;
  const int64_t panels = parts_of(vectors, panel), cuts = images * pieces >= 4 * get_threads() ? 1 : least(panels, parts_of(4 * get_threads(), images * pieces));
  T* packed = static_cast<T*>(workspace(d.groups * vectors * k * lanes<T> * sizeof(T) + 64, 2));
  pack_panels(d, panel, packed);
  deal(images * pieces * cuts, images * d.y.size * d.x.size * vectors * lanes<T> * (k + 8), [&](int64_t task) {
    const int64_t cut = task % cuts, piece = task / cuts % pieces, image = task / cuts / pieces, py = piece / pieces_x, px = piece % pieces_x;
    const Axis y = d.y.part(d.y.size * py / pieces_y, d.y.size * (py + 1) / pieces_y), x = d.x.part(d.x.size * px / pieces_x, d.x.size * (px + 1) / pieces_x);
    convolve_rectangle(d, image, y, x, packed, panel, panels * cut / cuts * panel, least(vectors, panels * (cut + 1) / cuts * panel));
  });
}

}  // namespace GRADTAPE_NS
